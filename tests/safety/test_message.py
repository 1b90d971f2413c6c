from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.message import NUMBER, PAST_YEAR, YOUNG, Message, Vocabulary

VOCABULARY = Vocabulary(["chest", "swollen"], ["breath"], ["swollen", "breathing"], {"chset": "chest"})


def words(text: str) -> list[str]:
    return Message(text, VOCABULARY).words


def test_it_works() -> None:
    assert words("I can't sit STILL!") == ["i", "cant", "sit", "still"]


def test_curly_quotes_hyphens_and_invisible_characters_change_nothing() -> None:
    assert words("I can\u2019t self-harm\u200b") == ["i", "cant", "self", "harm"]


def test_drawn_out_letters_are_shortened() -> None:
    assert words("heeeelp sooo") == ["help", "so"]


def test_a_full_stop_ends_a_sentence_and_a_decimal_point_does_not() -> None:
    message = Message("took 0.5 mg. legs", VOCABULARY)
    assert message.words == ["took", "0.5", "mg", "legs"]
    assert message.sentences == [0, 0, 0, 1]


def test_a_number_and_its_unit_are_two_words() -> None:
    assert words("400mg") == ["400", "mg"]


def test_a_small_number_can_be_a_childs_age() -> None:
    assert VOCABULARY.atoms("6") == ("6", NUMBER, YOUNG)
    assert YOUNG in VOCABULARY.atoms("seven")
    assert YOUNG not in VOCABULARY.atoms("34")


def test_a_typo_of_the_list_is_read_as_the_right_word() -> None:
    assert VOCABULARY.atoms("chset") == ("chest",)


def test_one_slip_in_a_key_word_is_read_as_that_word() -> None:
    for typed in ("swolen", "swollenn", "swellen", "swollne"):
        assert "swollen" in VOCABULARY.atoms(typed), typed
    assert "breath*" in VOCABULARY.atoms("braething")


def test_two_slips_are_another_word() -> None:
    assert VOCABULARY.atoms("swalen") == ("swalen",)


def test_a_possessive_is_also_its_noun() -> None:
    assert Message("calf's", VOCABULARY).atoms == [("calfs", "calf", "calfs.")]


def test_the_last_word_of_a_sentence_is_known_as_such() -> None:
    message = Message("what do I need? A chest. need more", VOCABULARY)
    assert message.positions["need."] == [3]
    assert message.positions["chest."] == [5]
    assert message.positions["more."] == [7]


def test_a_year_that_is_over_is_known_and_an_amount_or_this_year_is_not() -> None:
    assert VOCABULARY.atoms("2015") == ("2015", NUMBER, PAST_YEAR)
    assert VOCABULARY.atoms("2500") == ("2500", NUMBER)
    assert PAST_YEAR not in VOCABULARY.atoms("2026")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", []),
        ("???", []),
        ("1,000 mg", ["1,000", "mg"]),
        ("2.5mg x3", ["2.5", "mg", "x", "3"]),
        ("D3", ["d", "3"]),
        ("caf\u00e9", ["caf\u00e9"]),
        ("cafe\u0301", ["caf\u00e9"]),
        ("\uff2b\uff29\uff2c\uff2c", ["kill"]),
        ("a_b-c/d", ["a", "b", "c", "d"]),
        ("rock'n'roll", ["rocknroll"]),
        ("'quoted'", ["quoted"]),
        ("\u811a leg", ["\u811a", "leg"]),
        ("\u00bd", ["1", "2"]),
        ("STRASSE stra\u00dfe", ["strasse", "stra\u00dfe"]),
    ],
)
def test_words_are_read_out_of_anything(text: str, read: list[str]) -> None:
    assert words(text) == read


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("a. b", [0, 1]),
        ("a! b", [0, 1]),
        ("a? b", [0, 1]),
        ("a; b", [0, 1]),
        ("a... b", [0, 1]),
        ("a ?! b", [0, 1]),
        ("a, b", [0, 0]),
        ("a - b", [0, 0]),
        ("u.s. b", [0, 0, 1]),
        ("e.g.b", [0, 0, 0]),
        ("3.5 b", [0, 0]),
        ("a \n b", [0, 1]),
        ("\n\n a", [1]),
    ],
)
def test_sentences_end_where_people_end_them(text: str, sentences: list[int]) -> None:
    assert Message(text, VOCABULARY).sentences == sentences


@pytest.mark.parametrize(
    ("token", "is_young"),
    [("0", True), ("17", True), ("18", False), ("017", False), ("1.5", False), ("nine", True), ("twenty", False)],
)
def test_a_childs_age_is_below_eighteen(token: str, is_young: bool) -> None:
    assert (YOUNG in VOCABULARY.atoms(token)) is is_young
    assert NUMBER in VOCABULARY.atoms(token)


@pytest.mark.parametrize(
    ("token", "is_past"), [("1939", False), ("1940", True), ("2023", True), ("2024", False), ("02023", False)]
)
def test_the_years_that_are_over(token: str, is_past: bool) -> None:
    assert (PAST_YEAR in VOCABULARY.atoms(token)) is is_past


def test_digits_of_other_scripts_are_numbers() -> None:
    assert NUMBER in VOCABULARY.atoms("\u0663")
    assert YOUNG in VOCABULARY.atoms("\u0663")


def test_a_short_word_has_no_slips_and_a_known_word_is_no_slip_of_another() -> None:
    vocabulary = Vocabulary(["dying", "trying"], [], ["dying", "crying"], {})
    assert vocabulary.atoms("ding") == ("ding",)
    assert vocabulary.atoms("trying") == ("trying",)
    assert vocabulary.atoms("cryin") == ("cryin",)
    assert vocabulary.atoms("crrying") == ("crrying", "crying")


def test_two_words_equally_near_are_both_meant() -> None:
    assert Vocabulary([], [], ["stopped", "stepped"], {}).atoms("stpped") == ("stpped", "stepped", "stopped")


@given(st.text(st.characters(), max_size=120))
def test_each_word_has_its_sentence_and_its_place(text: str) -> None:
    message = Message(text, VOCABULARY)
    assert len(message.words) == len(message.sentences) == len(message.atoms)
    assert message.sentences == sorted(message.sentences)
    assert all(word for word in message.words)
    for atom, places in message.positions.items():
        assert places == sorted(places)
        assert all(atom in message.atoms[place] for place in places)


@given(
    st.lists(st.sampled_from(["chest", "pain", "swolen", "6", "i'm", "caf\u00e9"]), max_size=12),
    st.sampled_from([" ", "  ", "\t", " - "]),
)
def test_what_stands_between_words_changes_none(texts: list[str], between: str) -> None:
    assert words(between.join(texts)) == words(" ".join(texts)) == words(" ".join(texts).upper())
