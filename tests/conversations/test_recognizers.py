"""What the patterns find, country by country, and what only looks like it: an amount, an age, an hour."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bot.conversations import recognizers
from bot.conversations.pressed import PRESSED
from bot.conversations.words import Words
from bot.settings import ROOT, Settings

Look = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def words() -> Words:
    return Words.load(Settings().knowledge, ROOT / "data" / "nlu.yml")


@pytest.fixture(scope="module")
def look(words: Words) -> Look:
    """What is found, each with its kinds; without spaCy, so that it is the patterns alone."""
    every = recognizers.recognizers(words)

    def found(text: str) -> dict[str, str]:
        kinds: dict[str, set[str]] = {}
        for recognizer in every:
            for result in recognizer.analyze(text, recognizer.supported_entities, None) or ():
                kinds.setdefault(text[result.start : result.end].strip(), set()).add(result.entity_type)
        return {said: "+".join(sorted(names)) for said, names in kinds.items()}

    return found


@pytest.mark.parametrize(
    ("text", "said", "kind"),
    [
        ("call me on 416-555-0199 please", "416-555-0199", "HEALTH_NUMBER+PHONE"),
        ("ring (604) 555 0143 tonight", "(604) 555 0143", "PHONE"),
        ("+44 7700 900123 is mine", "+44 7700 900123", "PHONE"),
        ("0044 7700900123 is mine", "0044 7700900123", "PHONE"),
        ("087 123 4567", "087 123 4567", "HEALTH_NUMBER+PHONE"),
        ("my number is 555 0123 9", "555 0123 9", "PHONE"),
        ("write to maria.g+rls@example.co.uk.", "maria.g+rls@example.co.uk", "EMAIL"),
        ("priya at gmail dot com", "priya at gmail dot com", "EMAIL"),
        ("priya [at] example [dot] org", "priya [at] example [dot] org", "EMAIL"),
        ("find me @legs_mum", "@legs_mum", "HANDLE"),
        ("M5V 2T6", "M5V 2T6", "POSTCODE"),
        ("k1a0b1", "k1a0b1", "POSTCODE"),
        ("near SW1A 1AA", "SW1A 1AA", "POSTCODE"),
        ("D02 AF30", "D02 AF30", "POSTCODE"),
        ("in CA 94110", "CA 94110", "POSTCODE"),
        ("NSW 2010", "NSW 2010", "HEALTH_NUMBER+POSTCODE"),
        ("post code is 6011", "6011", "POSTCODE"),
        ("1234-567-890-AB", "1234-567-890-AB", "HEALTH_NUMBER"),
        ("GONM 6412 0315", "GONM 6412 0315", "HEALTH_NUMBER"),
        ("943 476 5919", "943 476 5919", "HEALTH_NUMBER+PHONE"),
        ("123-45-6789", "123-45-6789", "HEALTH_NUMBER"),
        ("AB 12 34 56 C", "AB 12 34 56 C", "HEALTH_NUMBER"),
        ("policy number AB-44719 says", "AB-44719", "NUMBER"),
        ("member id is 99812 and i ache", "99812", "NUMBER"),
        ("my chart number 4471 9 AB please", "4471 9 AB", "NUMBER"),
        ("policy: XY44719Q.", "XY44719Q", "NUMBER"),
        ("born 3rd of June 1971", "3rd of June 1971", "BIRTH_DATE"),
        ("dob: 29/02/1964", "29/02/1964", "BIRTH_DATE"),
        ("1949-11-30", "1949-11-30", "BIRTH_DATE"),
        ("see https://mychart.example.org/p?id=88421 now", "https://mychart.example.org/p?id=88421", "LINK"),
        ("facebook.com/maria.g", "facebook.com/maria.g", "LINK"),
        ("from 192.168.17.4", "192.168.17.4", "LINK"),
        ("4111 1111 1111 1111", "4111 1111 1111 1111", "PAYMENT"),
        ("DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00", "PAYMENT"),
        ("cvv is 123", "123", "PAYMENT"),
        ("expiry 09/27", "09/27", "PAYMENT"),
        ("PO Box 4412", "PO Box 4412", "ADDRESS"),
        ("at 4/27 Beach Rd, apt 9", "4/27 Beach Rd, apt 9", "ADDRESS"),
        ("i live on old mill lane", "old mill lane", "ADDRESS"),
    ],
)
def test_it_is_found_whole_and_nothing_around_it(look: Look, text: str, said: str, kind: str) -> None:
    assert look(text).get(said, "") == kind


@pytest.mark.parametrize("lead", ["", "my ", "it is ", "(", "\n", "“"])
@pytest.mark.parametrize("tail", ["", ".", ", ok?", ")", "\n", "”"])
@pytest.mark.parametrize("said", ["416-555-0199", "maria@example.org", "M5V 2T6", "1234-567-890-AB"])
def test_whatever_stands_around_it(look: Look, lead: str, said: str, tail: str) -> None:
    assert any(said in found for found in look(f"{lead}{said}{tail}"))


@pytest.mark.parametrize("case", [str.upper, str.lower, str.title])
@pytest.mark.parametrize(
    "said", ["maria@example.org", "m5v 2t6", "12 main street", "gonm 6412 0315", "po box 4412", "march 3, 1958"]
)
def test_in_any_case(look: Look, said: str, case: Callable[[str], str]) -> None:
    assert case(said) in look(case(said))


@pytest.mark.parametrize(
    "text",
    [
        "i take 1000000 iu",
        "150 mcg and 0.125 mg",
        "10000 steps a day",
        "ferritin is 45 ng",
        "52 years old since 2019",
        "from 10 to 12 at night",
        "at 3:30 am",
        "2-3 times in 24 hours",
        "300-400 mg of magnesium",
        "4-7-8 breathing",
        "b12 and d3 and q10",
        "vitamin b6 50 mg x 2",
        "in march i was fine",
        "half of 1/2 a tablet",
        "my bp is 130/85",
        "what is a 5ht2a drug",
        "www.nhs.uk",
        "https://www.rls.org/treatment",
        "3 way split",
        "walk 20 minutes the park way",
    ],
)
def test_amounts_ages_and_hours_are_no_identifiers(look: Look, text: str) -> None:
    assert look(text) == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my name is Ingrid Achterberg", "Ingrid Achterberg"),
        ("name: Young", "Young"),
        ("Dr. Brown says so", "Brown"),
        ("my husband Tom kicks", "Tom"),
        ("Moana here again", "Moana"),
        ("regards,\nFiona MacAllister", "Fiona MacAllister"),
        ("i'm called Jean-Luc", "Jean-Luc"),
        ("Siobhan O'Rourke asks", "Siobhan O'Rourke"),
    ],
)
def test_a_name_that_is_announced_is_found_whole(look: Look, text: str, name: str) -> None:
    assert look(text).get(name) == "NAME"


@pytest.mark.parametrize(
    "text",
    [
        "my doctor said no",
        "dr said it is fine",
        "my wife takes magnesium",
        "i am tired and sore",
        "is Requip the same as ropinirole",
        "here is my question",
        "thanks, bye",
        "will it help in may",
    ],
)
def test_everyday_words_and_medicines_are_no_names(look: Look, text: str) -> None:
    assert look(text) == {}


@pytest.mark.parametrize("text", ["", " ", "\n", "?", "😀", "<name>, <phone> and <birth date>"])
def test_where_nothing_is_nothing_is_found(look: Look, text: str) -> None:
    assert look(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "+" * 4000,
        "(" * 4000,
        "1/" * 2000,
        "a@" * 2000,
        "12 a " * 800,
        "call me " * 500,
        "dob " * 1000,
        "x." * 2000 + "/",
        "policy " * 600,
        "card " + "1 " * 2000,
    ],
    ids=lambda text: f"{text[:8]} ({len(text)})",
)
def test_no_text_takes_long(look: Look, text: str) -> None:
    began = time.process_time()
    look(text)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("payload", ["#topic:caffeine", "#topic:b12_folate", "#food:173410", "#delete:yes", "#delete:no"])
def test_what_the_bot_wrote_on_a_button_is_known(payload: str) -> None:
    assert PRESSED.fullmatch(payload)


@pytest.mark.parametrize(
    "payload",
    ["#topic:", "#topic:Maria", "#topic:9lives", "#topic:maria gonzalez", "#food:", "#food:12345678", "#food:4165550199", "#delete:maybe",
     "#topic:tea\n", " #topic:tea", "#name:maria", "topic:tea"],
)  # fmt: skip
def test_what_a_visitor_could_hide_behind_a_sign_is_not(payload: str) -> None:
    assert not PRESSED.fullmatch(payload)
