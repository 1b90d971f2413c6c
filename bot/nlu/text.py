"""A visitor's message as plain text."""

from __future__ import annotations

import re
import unicodedata

from bot.safety.message import APOSTROPHES

MOST_CHARACTERS = 10_000

# A text that starts so is an order to Rasa ("/restart", "/intent{...}"); a visitor may not give any.
_COMMAND = re.compile(r"^(?:[\s/\\]+|EXTERNAL:)+", re.I)
# Control, format (zero width, direction), surrogate, private and unassigned characters.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean(text: str) -> str:
    """A message without control and invisible characters, commands and odd white space; its lines stay lines.

    Args:
        text: what the visitor typed; of a longer text the first and last 5,000 characters are kept, since the question
            mostly stands at an end.
    """
    if len(text) > MOST_CHARACTERS:
        text = text[: MOST_CHARACTERS // 2] + " " + text[-MOST_CHARACTERS // 2 :]
    text = unicodedata.normalize("NFKC", text.translate(APOSTROPHES))
    return _COMMAND.sub("", "\n".join(filter(None, map(_line, text.splitlines())))).strip()


def _line(text: str) -> str:
    if not text.isprintable():
        text = "".join(_visible(character) for character in text)
    return " ".join(text.translate({0x201C: '"', 0x201D: '"'}).split())


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _INVISIBLE else character
