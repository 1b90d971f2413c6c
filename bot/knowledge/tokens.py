"""The words of a message: lower case, without accents, plurals made single."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# ½ and its like; Unicode spells each with a slash of its own.
_FRACTION = re.compile("[\u00bc-\u00be\u2150-\u215e]")
_TOKEN = re.compile(r"\d+/\d+|\d+(?:\.\d+)?%?|[a-z]+|[^\sa-z0-9]")
_IRREGULAR = {
    "leaves": "leaf", "loaves": "loaf", "halves": "half", "calves": "calf", "cookies": "cookie", "brownies": "brownie",
    "smoothies": "smoothie", "pies": "pie", "tomatos": "tomato", "potatos": "potato", "mangos": "mango",
    "radishes": "radish", "cloves": "clove", "olives": "olive", "chives": "chive", "endives": "endive",
    "veggies": "veggie", "geese": "goose", "fries": "fries", "children": "child", "feet": "foot",
}  # fmt: skip


def tokens(text: str) -> list[str]:
    """The words, numbers and marks of a text, lower case and without accents or apostrophes."""
    # Nearly every food's name is plain, and there are thousands.
    text = text.lower() if text.isascii() else _plain(text)
    text = re.sub(r"['’`]", "", text)
    text = re.sub(r"(?<=[a-z])[-–](?=[a-z])", " ", text)
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    return _TOKEN.findall(text)


def _plain(text: str) -> str:
    text = _FRACTION.sub(r" \g<0>", re.sub("[™℠]", " ", text))
    # The letters of some signs (℃) are capitals.
    text = unicodedata.normalize("NFKD", text).replace("\u2044", "/").casefold()
    return "".join(letter for letter in text if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """A word with its plural ending taken off; both sides of a comparison go through this."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("oes", "ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1]


# Thousands of foods' names are made of a few hundred parts.
@lru_cache(maxsize=4096)
def singulars(text: str) -> tuple[str, ...]:
    """A text's words, each made single, without marks."""
    return tuple(singular(token) for token in tokens(text) if token[0].isalnum())


def word_set(text: str) -> frozenset[str]:
    """The words of a text that a module keeps as a list."""
    return frozenset(text.split())
