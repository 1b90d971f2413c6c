"""What a visitor typed, made fit for the dialogue."""

from __future__ import annotations

import pytest

from bot.channels.typed import no_command, readable


@pytest.mark.parametrize(
    ("typed", "read"), [("a\x00b\x1b", "ab"), ("a\r\nb\rc", "a\nb\nc"), ("\ud83d legs ", "legs"), ("\x07", "")]
)
def test_what_nobody_can_read_goes(typed: str, read: str) -> None:
    assert readable(typed) == read


@pytest.mark.parametrize(("typed", "said"), [("/restart", "restart"), ("/ /greet", "greet"), ("and/or", "and/or"), ("/", "?")])
def test_no_message_is_a_command(typed: str, said: str) -> None:
    assert no_command(typed) == said
