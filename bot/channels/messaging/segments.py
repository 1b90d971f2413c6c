"""Short messages as networks carry them: the alphabet of GSM 7-bit, and how many segments a text takes.

https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each takes the room of two.
EXTENDED = frozenset("^{}\\[~]|€\f")
# What one segment holds when it is alone, and when it is one of several: by units of 7 bits, and of 16.
ALONE, OF_SEVERAL = 160, 153
WIDE_ALONE, WIDE_OF_SEVERAL = 70, 67
# Signs that mean the same in the small alphabet.
SAME = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "´": "'", "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "•": "-", "‣": "-", "●": "-",
    "…": "...", "⁄": "/", "×": "x", "≤": "<=", "≥": ">=", "≈": "~", "½": "1/2", "¼": "1/4", "¾": "3/4", "→": "->",
    "\t": " ", "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ", "\u200b": "", "\u200c": "", 
    "\u2060": "", "\ufeff": "", "\u00ad": "",
}  # fmt: skip
# "1½" is not eleven halves.
_FRACTION = re.compile(r"(?<=\d)(?=[½¼¾])")
_MICRO = re.compile(r"[µμ]g\b")


def plain(text: str) -> str:
    """The text in signs of the small alphabet where these say the same; other letters stay what they are."""
    text = _MICRO.sub("mcg", _FRACTION.sub(" ", unicodedata.normalize("NFC", text)))
    return "".join(SAME.get(letter, letter) for letter in text)


def small(text: str) -> bool:
    """Whether the small alphabet has all letters of a text."""
    return all(letter in BASIC or letter in EXTENDED for letter in text)


def segments(text: str) -> int:
    """How many segments a text takes."""
    if small(text):
        units = [2 if letter in EXTENDED else 1 for letter in text]
        return _count(units, ALONE, OF_SEVERAL)
    return _count([2 if ord(letter) > 0xFFFF else 1 for letter in text], WIDE_ALONE, WIDE_OF_SEVERAL)


def room(text: str, count: int) -> tuple[Callable[[str], int], int]:
    """A measure for parts of a text, and how much of it surely fits into so many segments of several."""
    if small(text):
        # What takes the room of two is never cut in two: each segment may lose a place by it.
        return _septets, count * (OF_SEVERAL - 1)
    return _wide, count * (WIDE_OF_SEVERAL - 1)


def _septets(text: str) -> int:
    return sum(2 if letter in EXTENDED else 1 for letter in text)


def _wide(text: str) -> int:
    return sum(2 if ord(letter) > 0xFFFF else 1 for letter in text)


def _count(units: list[int], alone: int, of_several: int) -> int:
    if sum(units) <= alone:
        return 1
    count, held = 1, 0
    for unit in units:
        if held + unit > of_several:
            count, held = count + 1, 0
        held += unit
    return count
