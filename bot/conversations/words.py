"""Words that are no one's name: the knowledge base's, and everyday English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

GIVEN_NAMES = Path(__file__).parent / "given_names.txt"
SURNAMES = Path(__file__).parent / "surnames.txt"
LISTS = Path(__file__).parent / "words.yml"

_ANY_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")
# Shorter words are too near to one another for slips to be told from other words.
_SLIPS_FROM = 6
_ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er", "'s", "n't", "r", "est")


# Messages say the same words again and again.
@lru_cache(maxsize=8192)
def _is_medical(known: Words, word: str) -> bool:
    return known._is_medical(word)


@lru_cache(maxsize=8192)
def _is_common(known: Words, word: str) -> bool:
    return known._in(known.common, word)


@lru_cache(maxsize=8192)
def _is_near_known(known: Words, word: str) -> bool:
    return known._is_near_known(word)


@dataclass(frozen=True, eq=False)
class Words:
    """What is known of words.

    Attributes:
        medical: words of medicines, brands, foods, forms and terms.
        common: everyday words, and all that the knowledge base asks and answers with.
        given: names that people are given.
        sur: names of families, many of them everyday words.
        listed: the lists of `words.yml`.
    """

    medical: frozenset[str]
    common: frozenset[str]
    given: frozenset[str]
    sur: frozenset[str]
    listed: dict[str, frozenset[str]]

    @classmethod
    def load(cls, folder: Path, conversation: Path) -> Words:
        """From the knowledge folder, and the examples of conversation in `data/nlu.yml`."""
        listed = {name: frozenset(text.split()) for name, text in _read(LISTS).items()}
        medical = frozenset(words(_medical(folder))) | listed["eponyms"]
        easy = resources.files("textstat").joinpath("resources/en/easy_words.txt").read_text(encoding="utf-8")
        said = [easy, *_texts(folder / "topics"), conversation.read_text(encoding="utf-8")]
        given = frozenset(GIVEN_NAMES.read_text(encoding="utf-8").split())
        # A name that an example of ours happens to hold is still a name; an everyday word that is also a name is not.
        common = (frozenset(words(said)) - (given - listed["everyday"])) | listed["chat"]
        return cls(medical, common, given, frozenset(SURNAMES.read_text(encoding="utf-8").split()), listed)

    def is_near_known(self, word: str) -> bool:
        """Whether a word is an everyday or a medical one, slips allowed; what is not may be a name."""
        return _is_near_known(self, word.casefold())

    @cached_property
    def _long_common(self) -> list[str]:
        return [word for word in self.common | self.medical if len(word) >= 4]

    def _is_near_known(self, word: str) -> bool:
        if self.is_no_name(word):
            return True
        if len(word) < 4:
            return False
        slips = 1 if len(word) < 7 else 2
        return process.extractOne(word, self._long_common, scorer=OSA.distance, score_cutoff=slips) is not None

    @cached_property
    def _long_medical(self) -> list[str]:
        return [word for word in self.medical if len(word) >= _SLIPS_FROM]

    def is_medical(self, word: str) -> bool:
        """Whether a word is of the knowledge base's vocabulary, a slip or two allowed."""
        return _is_medical(self, word.casefold())

    def _is_medical(self, word: str) -> bool:
        if self._in(self.medical, word):
            return True
        if len(word) < _SLIPS_FROM:
            return False
        slips = 1 if len(word) < 9 else 2
        near = process.extractOne(word, self._long_medical, scorer=OSA.distance, score_cutoff=slips)
        return near is not None and near[0][0] == word[0]

    def is_common(self, word: str) -> bool:
        """Whether a word is an everyday one, in any ending."""
        return _is_common(self, word.casefold())

    def may_hold_name(self, text: str) -> bool:
        """Whether any word of a text could be a name. Where none could, there is no need to look at how it is used."""
        found = _ANY_WORD.findall(text)
        return not all(self.is_no_name(word) and not (word[0].isupper() and self.may_be_given_name(word)) for word in found)

    def is_given_name(self, word: str) -> bool:
        """Whether a word is a name that people are given, and nothing else."""
        word = word.casefold().removesuffix("'s")
        return word in self.given and word not in self.common and word not in self.medical

    def may_be_given_name(self, word: str) -> bool:
        """Whether a word is a name that people are given, whatever else it means."""
        return word.casefold().removesuffix("'s") in self.given

    def is_surname(self, word: str) -> bool:
        """Whether a word is the name of a family, whatever else it means."""
        return word.casefold().removesuffix("'s") in self.sur

    def is_no_name(self, word: str) -> bool:
        """Whether a word is anything but a name."""
        return self.is_common(word) or self.is_medical(word)

    @staticmethod
    def _in(known: frozenset[str], word: str) -> bool:
        if word in known:
            return True
        for ending in _ENDINGS:
            stem = word.removesuffix(ending)
            if (
                stem != word
                and len(stem) > 2
                and (stem in known or stem + "e" in known or (stem[-1] == stem[-2] and stem[:-1] in known))
            ):
                return True
        return word.endswith("ies") and word[:-3] + "y" in known


def words(texts: Iterable[str]) -> Iterator[str]:
    """The words of texts in lower case, and the parts of those with hyphens."""
    for text in texts:
        for word in _WORD.findall(text.casefold()):
            yield word
            if "-" in word:
                yield from word.split("-")


def _medical(folder: Path) -> Iterator[str]:
    for entry in _read(folder / "names.yml"):
        yield from (entry["generic"], entry["kind"], *(entry.get("brands") or ()), *(entry.get("spellings") or ()))
        yield from entry.get("family") or ()
    for values in _read(folder / "vocabulary.yml").values():
        for value, forms in values.items():
            yield from (str(value), *map(str, forms))
    for food, entry in _read(folder / "foods" / "synonyms.yml")["foods"].items():
        yield from (food, *(entry.get("also") or ()))
    yield from _read(folder / "terms.yml")


def _texts(topics: Path) -> Iterator[str]:
    for path in sorted(topics.glob("*.yml")):
        topic = _read(path)
        yield from (topic["title"], topic["ask"], *topic["questions"])
        for sentence in (*topic["answer"], *topic.get("detail", ())):
            # Not its sources: they are named after their authors.
            yield sentence.get("fact") or sentence.get("say") or ""


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
