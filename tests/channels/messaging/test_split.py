"""Long texts in parts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.messaging.split import split

ENDING = "This is no advice. Talk with a doctor."


def test_it_works() -> None:
    assert split("One. Two.", ENDING, 100) == [f"One. Two.\n\n{ENDING}"]


def test_it_is_cut_between_sentences() -> None:
    parts = split("First sentence here. Second sentence here. Third one.", ENDING, 52)
    assert parts == ["First sentence here. Second sentence here.", f"Third one.\n\n{ENDING}"]


def test_paragraphs_are_kept_together_where_they_fit() -> None:
    assert split("One. Two.\n\nThree. Four.\n\nFive.", "", 22) == ["One. Two.", "Three. Four.\n\nFive."]


def test_the_disclaimer_takes_the_last_words_with_it() -> None:
    parts = split("A sentence of words. " * 4 + "Another one at the end.", ENDING, 100)
    assert parts[-1].endswith(ENDING)
    assert parts[-1] != ENDING


def test_nothing_but_the_disclaimer() -> None:
    assert split("", ENDING, 100) == [ENDING]
    assert split("", "", 100) == []


def test_a_word_without_an_end_is_cut() -> None:
    assert split("x" * 25, "", 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_a_disclaimer_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        split("One.", ENDING, 20)


@given(st.text(alphabet="ab .\n!?é😀", max_size=400), st.integers(40, 120))
def test_nothing_is_lost_or_too_long(body: str, limit: int) -> None:
    def size(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    parts = split(body, ENDING, limit, size)
    assert all(0 < size(part) <= limit for part in parts)
    assert parts[-1].endswith(ENDING)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", body + ENDING)
