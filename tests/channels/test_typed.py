"""What a visitor typed, made fit for the dialogue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.typed import no_command, readable


@pytest.mark.parametrize(
    ("typed", "read"), [("a\x00b\x1b", "ab"), ("a\r\nb\rc", "a\nb\nc"), ("\ud83d legs ", "legs"), ("\x07", "")]
)
def test_what_nobody_can_read_goes(typed: str, read: str) -> None:
    assert readable(typed) == read


@pytest.mark.parametrize(("typed", "said"), [("/restart", "restart"), ("/ /greet", "greet"), ("and/or", "and/or"), ("/", "?")])
def test_no_message_is_a_command(typed: str, said: str) -> None:
    assert no_command(typed) == said


@pytest.mark.parametrize("typed", ["/\t/restart", "/\n/restart", "/\u00a0/restart", "/ \u3000 //\n /restart", "\t/restart"])
def test_a_command_behind_other_white_space_is_none_either(typed: str) -> None:
    """Rasa reads an order wherever a slash is the first that is not white space."""
    assert no_command(readable(typed)) == "restart"


@given(st.text(alphabet="/ \t\n\r\x0b\u00a0\u2028\u3000\u200b\x00ab", max_size=30))
def test_whatever_is_typed_is_something_and_no_command(typed: str) -> None:
    said = no_command(readable(typed))
    assert said
    assert not said.strip().startswith("/")


@given(st.text(st.characters(), max_size=60))
def test_what_was_made_readable_stays_as_it_is(typed: str) -> None:
    read = readable(typed)
    assert readable(read) == read
    assert read.encode("utf-8").decode("utf-8") == read


def test_tabs_lines_and_other_scripts_are_kept() -> None:
    assert readable("a\tb\nc \u00e9 \u811a \U0001f9b5") == "a\tb\nc \u00e9 \u811a \U0001f9b5"
