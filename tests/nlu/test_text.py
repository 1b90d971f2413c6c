"""What reaches the classifier."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.text import MOST_CHARACTERS, clean


def test_it_works() -> None:
    assert clean("  does magnesium\thelp\n restless legs? ") == "does magnesium help\nrestless legs?"


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("/restart", "restart"),
        ('/symptoms{"crisis": false}', 'symptoms{"crisis": false}'),
        (" / / /restart", "restart"),
        ("EXTERNAL: restart", "restart"),
        ("external:/EXTERNAL: restart", "restart"),
        ("\\/restart", "restart"),
        ("\u202e/restart", "restart"),
        ("\u200b/restart", "restart"),
        ("\uff0frestart", "restart"),
    ],
)
def test_no_message_is_a_command(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@pytest.mark.parametrize("typed", ["", " ", "\t\u3000\u2028\x85", "\u200b\u200e\ufeff", "\x00\x1b"])
def test_what_can_not_be_seen_is_empty(typed: str) -> None:
    assert clean(typed) == ""


def test_curly_quotes_are_straight() -> None:
    assert clean("can\u2019t \u201csleep\u201d") == 'can\'t "sleep"'


def test_of_a_long_message_both_ends_stay() -> None:
    cleaned = clean("start " + "x" * 50_000 + " end?")
    assert len(cleaned) <= MOST_CHARACTERS + 1
    assert cleaned.startswith("start")
    assert cleaned.endswith("end?")


@given(st.text())
def test_cleaning_twice_changes_nothing_and_never_leaves_a_command(typed: str) -> None:
    cleaned = clean(typed)
    assert clean(cleaned) == cleaned
    assert not cleaned.startswith(("/", "EXTERNAL:"))
