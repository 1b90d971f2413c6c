from __future__ import annotations

import pytest

from bot.safety.message import Message, Vocabulary
from bot.safety.pattern import PatternError, Phrase, read, read_list

LISTS: dict[str, tuple[Phrase, ...]] = {"pain": (("pain",), ("sharp", "ache"))}
VOCABULARY = Vocabulary([], ["breath"], [], {})


def found(line: str, text: str) -> bool:
    return any(pattern.found(Message(text, VOCABULARY)) for pattern in read(line, LISTS))


def test_it_works() -> None:
    assert found("chest ... <pain>", "my chest has a bad sharp ache")


def test_words_side_by_side_stay_side_by_side() -> None:
    assert found("chest pain", "chest pain")
    assert not found("chest pain", "chest and pain")


def test_either_word_will_do_and_an_underscore_joins_words() -> None:
    assert found("im/i_am cold", "i am cold")
    assert found("im/i_am cold", "im cold")


def test_an_optional_word_may_be_missing() -> None:
    assert found("a lot? more", "a more")
    assert found("a lot? more", "a lot more")


def test_a_gap_has_its_length() -> None:
    assert found("a ...2 b", "a x x b")
    assert not found("a ...2 b", "a x x x b")


def test_a_gap_stays_in_its_sentence() -> None:
    assert not found("a ... b", "a x. b")


def test_a_star_is_a_beginning() -> None:
    assert found("cant breath*", "cant breathing")


def test_plus_is_any_order_within_a_distance() -> None:
    assert found("a + b", "b x. x a")
    assert not found("a + b", "a " + "x " * 13 + "b")


@pytest.mark.parametrize("line", ["a ...", "a? b?", "a <nothing>", "A b", "don't", "a|b"])
def test_a_line_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(PatternError, match="'"):
        read(line, LISTS)


def test_a_list_is_phrases_between_commas() -> None:
    assert read_list("leg, back of <pain>", LISTS) == (
        ("leg",),
        ("back", "of", "pain"),
        ("back", "of", "sharp", "ache"),
    )


def test_a_list_with_a_comma_too_many_is_refused() -> None:
    with pytest.raises(PatternError, match="comma too many"):
        read_list("leg,, arm", LISTS)
