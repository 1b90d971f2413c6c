"""A message as words that the rules can look up."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

NUMBER = "<number>"
YOUNG = "<young>"
PAST_YEAR = "<past_year>"
ADULT_AGE = 18
# What was in one of these years is over. Later ones may be this one.
PAST_YEARS = range(1940, 2024)

# Words shorter than this are too easily another word by one letter.
LEAST_KEY_LETTERS = 6

_SMALL_NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
)
_NUMBER_WORDS = frozenset(
    [
        *_SMALL_NUMBERS,
        *(
            "eighteen",
            "nineteen",
            "twenty",
            "thirty",
            "forty",
            "fifty",
            "sixty",
            "seventy",
            "eighty",
            "ninety",
        ),
        *("hundred", "thousand", "dozen"),
    ]
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[.!?;\n]+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
# What is typed for an apostrophe; to be read before NFKC, which makes a space of an acute accent.
APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032`\u00b4", "'"))
# One word that is written as two.
_APART = re.compile(
    r"\b(?:(my|your|him|her|them|our) (self|selves)|(over) (dos(?:e[ds]?|ing))"
    r"|(can|don|won|isn|aren|wasn|weren|hasn|haven|hadn|doesn|didn|couldn|wouldn|shouldn) (t))\b"
)


def _deletes(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


def _one_slip(typed: str, word: str) -> bool:
    """Whether one letter more, less, other or two swapped turn `word` into `typed`."""
    if abs(len(typed) - len(word)) > 1:
        return False
    place = 0
    while place < min(len(typed), len(word)) and typed[place] == word[place]:
        place += 1
    rest, wanted = typed[place:], word[place:]
    return (
        rest[1:] == wanted
        or rest == wanted[1:]
        or rest[1:] == wanted[1:]
        or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    )


class Vocabulary:
    """The words that the rules know.

    Args:
        words: whole words.
        prefixes: beginnings, such as "breath" for "breath*".
        key_words: long words that are known with one slip of the finger as well.
        typos: wrong spelling to right spelling.
    """

    def __init__(self, words: Iterable[str], prefixes: Iterable[str], key_words: Iterable[str], typos: dict[str, str]) -> None:
        self._words = frozenset(words)
        self._prefixes = frozenset(prefixes)
        self._lengths = sorted({len(prefix) for prefix in self._prefixes})
        self._typos = typos
        self._near: dict[str, set[str]] = defaultdict(set)
        for word in key_words:
            for form in {word} | _deletes(word):
                self._near[form].add(word)

    def atoms(self, token: str) -> tuple[str, ...]:
        """What a word counts as: itself, the beginnings it has, a number, the key word that it misspells."""
        if token[0].isdigit():
            if token.isdecimal() and len(token) < 3 and int(token) < ADULT_AGE:
                return (token, NUMBER, YOUNG)
            if token.isdecimal() and len(token) == 4 and int(token) in PAST_YEARS:
                return (token, NUMBER, PAST_YEAR)
            return (token, NUMBER)
        token = self._typos.get(token, token)
        found = [token]
        if token in _NUMBER_WORDS:
            found += [NUMBER, YOUNG] if token in _SMALL_NUMBERS else [NUMBER]
        found += self._begins(token)
        if len(token) >= LEAST_KEY_LETTERS and len(found) == 1 and token not in self._words:
            # Sorted, so that two key words equally near are always tried in the same order.
            near = {word for form in {token} | _deletes(token) for word in self._near.get(form, ())}
            for word in sorted(near):
                if _one_slip(token, word):
                    found += [word, *self._begins(word)]
        return tuple(found)

    def _begins(self, token: str) -> list[str]:
        return [token[:length] + "*" for length in self._lengths if token[:length] in self._prefixes]


class Message:
    """A message, lower-cased, without apostrophes, cut into words and sentences.

    Attributes:
        words: the words in order.
        sentences: the number of the sentence that each word stands in; it may go on in the next line.
        lines: the number of the line, or of the part of it up to a stop, that each word stands in.
        positions: where each atom stands.
    """

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text).translate(APOSTROPHES)).lower().translate(APOSTROPHES)
        text = _APART.sub(lambda match: match.group().replace(" ", ""), _DRAWN_OUT.sub(r"\1", text))
        self.words: list[str] = []
        self.sentences: list[int] = []
        self.lines: list[int] = []
        self.atoms: list[tuple[str, ...]] = []
        self.positions: dict[str, list[int]] = defaultdict(list)
        known: dict[str, tuple[str, ...]] = {}
        sentence = line = 0
        for match in _TOKEN.finditer(text):
            token = match.group()
            if token[0] in ".!?;\n":
                followed = text[match.end() : match.end() + 1].isalnum()
                # A full stop inside a word ("u.s.", "e.g.") ends nothing.
                line += not (followed and token == "." and self.words and len(self.words[-1]) == 1)
                # "chest", and "pain" in the next line, are said together.
                sentence += not (followed and set(token) <= set(".\n"))
                continue
            if token not in known:
                known[token] = vocabulary.atoms(token.replace("'", ""))
                if token.endswith("'s"):
                    # "calf's" is "calf is" or of the calf; "mum's" is known as mums as well.
                    known[token] += vocabulary.atoms(token[:-2])
            for atom in known[token]:
                self.positions[atom].append(len(self.words))
            self.words.append(token.replace("'", ""))
            self.sentences.append(sentence)
            self.lines.append(line)
            self.atoms.append(known[token])
        self._mark_ends()

    def _mark_ends(self) -> None:
        """The last word of a sentence counts as that word with a full stop, too."""
        for place, word in enumerate(self.words):
            if place + 1 == len(self.words) or self.sentences[place + 1] != self.sentences[place]:
                self.atoms[place] += (f"{word}.",)
                self.positions[f"{word}."].append(place)
