"""A choice on the screen, named by its number, its place or its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process, utils

from bot.dialogue.reply import Button

# How near a typed title must be to a button's, from 0 to 100: a slip or two, or a word left out of a long one.
NEAR = 88.0
# A shorter title has no room for slips.
SHORT = 6

_PLACES = {
    "1": 1, "1st": 1, "first": 1, "one": 1, "former": 1, "top": 1, "a": 1,
    "2": 2, "2nd": 2, "second": 2, "two": 2, "b": 2,
    "3": 3, "3rd": 3, "third": 3, "three": 3, "c": 3,
    "4": 4, "4th": 4, "fourth": 4, "four": 4, "d": 4,
    "last": -1, "bottom": -1, "latter": -1,
}  # fmt: skip
# "The second one" names the second, and so does "a second one".
_WEAK = ("one", "a")
# "A" is a letter where it ends what is said; before another word it is an article: "a headache".
_LETTER_A = re.compile(r"\ba\b(?=\W*(?:(?:please|pls|thanks|thank you)\W*)?$)", re.I)
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_ALL = re.compile(r"\b(?:both|all)\b", re.I)
_OTHER = re.compile(r"\bother\b", re.I)


def place(text: str, count: int) -> int | None:
    """Which of so many choices a message names, from 0; None where it names none of them."""
    words = _WORD.findall(text.casefold())
    if "middle" in words and count == 3:
        return 1
    named = [word for word in words if word in _PLACES and (word != "a" or _LETTER_A.search(text))]
    named = [word for word in named if word not in _WEAK] or named
    if not named:
        return None
    # What is corrected comes last: "not the first, the second".
    number = _PLACES[named[-1]]
    if abs(number) > count:
        return None
    return number - 1 if number > 0 else count - 1


def titled(text: str, buttons: Sequence[Button]) -> Button | None:
    """The button whose title was typed, or nearly."""
    typed = utils.default_process(text)
    if not typed:
        return None
    titles = {number: utils.default_process(button.title) for number, button in enumerate(buttons)}
    for number, title in titles.items():
        if title == typed:
            return buttons[number]
    long = {number: title for number, title in titles.items() if len(title) > SHORT}
    found = process.extractOne(typed, long, scorer=fuzz.ratio, score_cutoff=NEAR)
    return buttons[found[2]] if found else None


def wants_all(text: str) -> bool:
    """ "both", "all of them"."""
    return bool(_ALL.search(text))


def wants_other(text: str) -> bool:
    """ "no, the other one"."""
    return bool(_OTHER.search(text))
