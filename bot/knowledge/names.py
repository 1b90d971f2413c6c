"""What people call medicines and supplements: generic names, brands, families and slips of the pen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Extra
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.knowledge.document import Document
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.tokens import singular, singulars, tokens

FAMILY = "family"


class _Entry(BaseModel):
    generic: str
    kind: str
    family: list[str] = []
    topic: str | None = None
    brands: list[str] = []
    spellings: list[str] = []
    unlike: list[str] = []

    class Config:
        extra = Extra.forbid


@dataclass(frozen=True)
class Name:
    """A medicine, supplement or family of medicines that a message names.

    `said` is the visitor's word, and `exact` is False where it had to be read as a slip; `generic` is the name that
    answers use; `kind` is what it is in plain words ("family" for a family); `topic` is the topic about it,
    if any; `families` are the families that it belongs to.
    """

    generic: str
    said: str
    kind: str
    topic: str | None = None
    families: tuple[str, ...] = ()
    exact: bool = True


class Names:
    """The names table."""

    def __init__(self, entries: list[_Entry]) -> None:
        self._entries = {entry.generic: entry for entry in entries}
        self._forms: dict[tuple[str, ...], _Entry] = {}
        for entry in entries:
            for form in (entry.generic, *entry.brands, *entry.spellings):
                self._forms.setdefault(singulars(form), entry)
        self._longest = max(len(form) for form in self._forms)
        self._words = {word for form in self._forms for word in form}
        self._unlike = {word for entry in entries for form in entry.unlike for word in singulars(form)}
        # A slip is looked for only in names that are one word: "tablet" in "water tablet" is like too much else.
        self._mendable: defaultdict[str, list[str]] = defaultdict(list)
        for words in sorted(self._forms):
            if len(words) == 1 and len(words[0]) > 5 and words[0].isalpha():
                self._mendable[words[0][0]].append(words[0])
        self._mended = lru_cache(maxsize=4096)(self._mend)

    @classmethod
    def load(cls, path: Path) -> Names:
        """Read `names.yml`.

        Raises:
            KnowledgeError: it is missing or no list, a name stands in two entries, or a family does not exist.
            KnowledgeErrors: an entry does not fit the schema.
        """
        document = Document.read(path)
        if not isinstance(document.data, list) or not document.data:
            raise KnowledgeError(path, 1, "not a list of names", "start each with '- generic:'")
        entries = [document.parse(_Entry, (index,)) for index in range(len(document.data))]
        families = {entry.generic for entry in entries if entry.kind == FAMILY}
        seen: dict[tuple[str, ...], str] = {}
        for index, entry in enumerate(entries):
            for family in entry.family:
                if family not in families:
                    raise document.error((index, "family"), f"no family '{family}'", "add it below or mend the word")
            for form in (entry.generic, *entry.brands, *entry.spellings):
                other = seen.setdefault(singulars(form), entry.generic)
                if other != entry.generic:
                    raise document.error((index,), f"'{form}' stands under '{other}' too", "keep it in one entry")
        return cls(entries)

    def __contains__(self, generic: object) -> bool:
        return generic in self._entries

    @property
    def generics(self) -> tuple[str, ...]:
        """Every generic name and family, in the file's order."""
        return tuple(self._entries)

    def get(self, generic: str) -> Name:
        """A name by its generic.

        Raises:
            KeyError: there is none.
        """
        return self._name(self._entries[generic], generic)

    def find(self, text: str) -> list[Name]:
        """The names in a message, in its order, each once."""
        found: dict[str, Name] = {}
        for name, _, _ in self.places(text):
            found.setdefault(name.generic, name)
        return list(found.values())

    def places(self, text: str) -> Iterator[tuple[Name, int, int]]:
        """The names in a message with where each stands, as indexes into `tokens(text)`."""
        said = tokens(text)
        words = [self._mended(singular(word)) for word in said]
        place = 0
        while place < len(words):
            for length in range(min(self._longest, len(words) - place), 0, -1):
                entry = self._forms.get(tuple(words[place : place + length]))
                if entry:
                    end = place + length
                    exact = words[place:end] == [singular(word) for word in said[place:end]]
                    yield self._name(entry, " ".join(said[place:end]), exact), place, end
                    place += length
                    break
            else:
                place += 1

    def _mend(self, word: str) -> str:
        if len(word) < 6 or not word.isalpha() or word in self._words or word in self._unlike:
            return word
        slips = 1 if len(word) < 9 else 2
        match = process.extractOne(word, self._mendable[word[0]], scorer=OSA.distance, score_cutoff=slips)
        return str(match[0]) if match else word

    @staticmethod
    def _name(entry: _Entry, said: str, exact: bool = True) -> Name:
        return Name(entry.generic, said, entry.kind, entry.topic, tuple(entry.family), exact)
