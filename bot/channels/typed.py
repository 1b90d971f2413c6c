"""What a visitor typed, made fit for the dialogue."""

from __future__ import annotations

import re

# All control characters but tab and line feed: a database may refuse them, and nobody means them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# White space too, of any kind: Rasa looks for the slash behind it.
_ORDER = re.compile(r"\A[\s/]+")


def readable(text: str) -> str:
    """A text without control characters and halves of characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).encode("utf-8", "ignore").decode("utf-8").strip()


def no_command(text: str) -> str:
    """A text that is no order: Rasa takes one that starts with a slash for a command, and a visitor has none to give."""
    return _ORDER.sub("", text) or "?"
