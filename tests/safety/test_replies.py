from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.knowledge.errors import KnowledgeError
from bot.safety.replies import CHECK_IN, Replies, SafetyReply
from bot.safety.rules import BOUNDARIES, CATEGORIES, URGENT, RuleBook

COUNTRIES = ("CA", "US", "UK", "IE", "AU", "NZ", "EU", "OTHER")
# From the dossier's "Things the bot must not say".
FORBIDDEN = [
    r"\b(cures?|is proven for)\b",
    r"\byou (do not |don't )?have (rls|restless legs)\b",
    r"\b(you should|please|just) (stop|start|increase|double|halve) (taking|your)\b",
    r"\bsafe at low dose\b|\bbanned\b|it's natural",
    r"\byou (can|should|may) take \d",
]


def every(replies: Replies) -> list[SafetyReply]:
    made = []
    for country in COUNTRIES:
        for category in replies._book.file.categories:
            made.append(replies.reply(category.id, country))
            made += [replies.reply(category.id, country, rule=rule.id) for rule in category.rules]
        made.append(replies.check_in(country))
    return made


def test_it_works(replies: Replies) -> None:
    reply = replies.reply("emergency")
    assert "Call 911 (or your local emergency number) now." in reply.text
    assert reply.topics == ()


def test_each_country_has_its_own_numbers(replies: Replies) -> None:
    numbers = {code: replies.reply("emergency", code).text for code in COUNTRIES}
    for code, number in {
        "US": "911",
        "UK": "999",
        "IE": "112",
        "AU": "000",
        "NZ": "111",
        "EU": "112",
    }.items():
        assert number in numbers[code]
    assert "Call your local emergency number now" in numbers["OTHER"]
    assert "116 123" in replies.reply("crisis_self_harm", "UK").text
    assert "9-8-8" in replies.reply("crisis_self_harm", "CA").text
    assert "13 11 26" in replies.reply("overdose", "AU").text


def test_the_country_that_the_message_names_goes_first(replies: Replies) -> None:
    assert "999" in replies.reply("emergency", "CA", text="I live in Leeds and I can't breathe").text


def test_an_unknown_country_gets_the_words_for_any(replies: Replies) -> None:
    assert replies.reply("emergency", "XX") == replies.reply("emergency", "OTHER")


def test_a_crisis_reply_is_warm_and_asks_who_is_there(replies: Replies) -> None:
    text = replies.reply("crisis_self_harm").text
    assert text.startswith("I'm really sorry")
    assert text.endswith("Is there someone who can be with you?")


def test_the_turns_after_a_crisis_check_in(replies: Replies) -> None:
    reply = replies.check_in("US")
    assert reply.category == CHECK_IN
    assert "988" in reply.text
    assert "How are you right now" in reply.text
    assert reply.topics == ()


def test_danger_offers_help_and_no_topics(replies: Replies) -> None:
    for category in URGENT:
        reply = replies.reply(category)
        assert not reply.topics
        assert re.search(r"\bcall\b|988|9-8-8", reply.text, re.I), category


def test_an_emergency_reply_says_nothing_of_benefits(replies: Replies) -> None:
    for category in ("emergency", "crisis_self_harm"):
        assert not re.search("magnesium|iron|ferritin", replies.reply(category).text, re.I)


def test_a_boundary_gives_general_facts_and_whom_to_ask(replies: Replies) -> None:
    for category in BOUNDARIES:
        reply = replies.reply(category)
        assert re.search("I can't (say|give|choose|decide|tell|clear)", reply.text), category
        assert re.search("doctor|pharmacist|midwife|prescriber|clinician", reply.text), category
        assert reply.topics


def test_a_rule_may_have_a_wording_of_its_own(replies: Replies) -> None:
    assert "don't drive" in replies.reply("urgent_see_doctor", rule="asleep-at-wheel").text
    assert "even if the child looks well" in replies.reply("overdose", rule="child-swallowed").text
    assert replies.reply("emergency", rule="emergency-meaning") == replies.reply("emergency")


def test_no_reply_says_what_the_bot_must_not_say(replies: Replies) -> None:
    for reply in every(replies):
        for pattern in FORBIDDEN:
            assert not re.search(pattern, reply.text, re.I), (reply.category, pattern)


def test_no_reply_has_an_empty_place_or_leftover_mark(replies: Replies) -> None:
    for reply in every(replies):
        assert reply.text
        assert "{" not in reply.text
        assert "  " not in reply.text
        assert len(reply.text) < 700, reply.category


def test_every_category_has_a_reply(replies: Replies, book: RuleBook) -> None:
    assert [category.id for category in book.file.categories] == list(CATEGORIES)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I'm in the UK", "UK"),
        ("i live in Toronto", "CA"),
        ("here in Ireland", "IE"),
        ("I'm in Australia", "AU"),
        ("from New Zealand", "NZ"),
        ("we're in Germany", "EU"),
        ("I'm in the US", "US"),
        ("can you help us", None),
        ("my legs hurt", None),
        ("", None),
    ],
)
def test_the_country_is_heard(replies: Replies, text: str, code: str | None) -> None:
    assert replies.country(text) == code


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        # Both by setting and by name.
        ("I'm in Australia and I can't breathe", "UK", "000"),
        # No name, a name that tells nothing, and two: the setting, or the first of the file.
        ("I can't breathe", "NZ", "111"),
        ("can you help us, I can't breathe", "NZ", "111"),
        ("", "IE", "112 or 999"),
    ],
)
def test_the_number_is_of_where_the_visitor_is(replies: Replies, text: str, country: str, number: str) -> None:
    assert f"Call {number} (or your local emergency number) now" in replies.reply("emergency", country, text).text


@pytest.mark.parametrize("country", ["", "ca", "XX", "OTHER", "\u00e9"])
def test_where_no_country_is_known_no_number_is_guessed(replies: Replies, country: str) -> None:
    reply = replies.reply("emergency", country)
    assert "Call your local emergency number now" in reply.text
    assert not re.search(r"\b(911|999|112|000|111)\b", reply.text)
    assert replies.emergency_number(country) == "your local emergency number"


def test_the_emergency_number_of_each_country(replies: Replies) -> None:
    numbers = [replies.emergency_number(code) for code in COUNTRIES]
    assert numbers == ["911", "911", "999", "112 or 999", "000", "111", "112", "your local emergency number"]


def test_a_rule_of_another_category_or_no_rule_has_the_usual_wording(replies: Replies) -> None:
    usual = replies.reply("urgent_see_doctor")
    for rule in (None, "", "nothing", "urgent_see_doctor-meaning"):
        assert replies.reply("urgent_see_doctor", rule=rule) == usual


def test_the_check_in_heeds_where_the_visitor_is(replies: Replies) -> None:
    assert "116 123" in replies.check_in("UK").text
    assert replies.check_in("XX").text == replies.check_in("OTHER").text


def test_every_reply_rests_on_facts(replies: Replies) -> None:
    assert all(reply.facts for reply in every(replies))


def test_replies_are_read_from_the_file(safety_file: Path) -> None:
    assert Replies.load(safety_file).reply("emergency").category == "emergency"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no such file"):
        Replies.load(tmp_path / "none.yml")
