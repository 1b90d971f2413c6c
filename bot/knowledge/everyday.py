"""Everyday foods: what people call them, and what is meant when they don't say more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Extra, Field

from bot.knowledge.document import Document
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.food import NEAR_STATES, Food
from bot.knowledge.tokens import singulars


class _Entry(BaseModel):
    also: list[str] = []
    group: str | None = None
    rows: dict[str, int]
    show: int = Field(1, ge=1, le=2)
    portion: str | dict[str, str]
    sizes: dict[str, float] = {}
    one: str | None = None
    note: str = ""
    unsure: bool = False
    near: list[int] = []

    class Config:
        extra = Extra.forbid


@dataclass(frozen=True)
class Everyday:
    """A food as people name it.

    `rows` maps a state ("raw", "boiled"; "plain" where it does not matter) to a USDA id, the usual state first.
    `portions` gives the usual portion of each state as words; `sizes` grams of a measure ("each" is one item).
    """

    name: str
    group: str | None
    rows: Mapping[str, int]
    show: int
    portions: Mapping[str, str]
    sizes: Mapping[str, float]
    one: str
    note: str
    unsure: bool
    near: tuple[int, ...]
    line: int = 1

    def state_for(self, states: frozenset[str]) -> str | None:
        """The state of ours that fits what was asked; None if there is none. No state asked is the usual one."""
        if not states:
            return next(iter(self.rows))
        # "Dry roasted" is roasted: the wider word comes last.
        for asked in sorted(states, key=lambda state: (state in ("cooked", "dry"), state)):
            for state in (asked, *NEAR_STATES.get(asked, ())):
                if state in self.rows:
                    return state
        return None


@dataclass(frozen=True)
class Synonyms:
    """`synonyms.yml`: everyday foods by name and by each of their forms, and words for USDA's words."""

    foods: Mapping[str, Everyday]
    forms: Mapping[tuple[str, ...], Everyday]
    words: Mapping[str, tuple[str, ...]]
    sizes: Mapping[str, float]
    ordinary: frozenset[tuple[str, ...]]


def load_synonyms(path: Path, foods: Mapping[int, Food]) -> Synonyms:
    """Read the everyday foods and hold them against USDA's rows.

    Raises:
        KnowledgeError: an entry names a row that does not exist or has no value, or a form twice.
        KnowledgeErrors: an entry does not fit the schema.
    """
    document = Document.read(path)
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("foods"), dict):
        raise KnowledgeError(path, 1, "no 'foods:'", "restore synonyms.yml from the repository")
    everyday: dict[str, Everyday] = {}
    forms: dict[tuple[str, ...], Everyday] = {}
    for name in data["foods"]:
        key = ("foods", name)
        entry = document.parse(_Entry, key)
        if not entry.rows:
            raise document.error(key, f"'{name}' has no rows", "give it at least one state and USDA id")
        for row in (*entry.rows.values(), *entry.near):
            if row not in foods:
                raise document.error(key, f"food {row} has no magnesium value", "take a row of foods.csv that has one")
        portions = entry.portion if isinstance(entry.portion, dict) else dict.fromkeys(entry.rows, entry.portion)
        if set(portions) != set(entry.rows):
            raise document.error(key, f"the portions of '{name}' don't fit its rows", "give one for each state")
        food = Everyday(
            name, entry.group, entry.rows, entry.show, portions, entry.sizes, entry.one or " ".join(singulars(name)),
            entry.note, entry.unsure, tuple(entry.near), document.line(key),
        )  # fmt: skip
        everyday[name] = food
        for form in (name, *entry.also):
            other = forms.setdefault(singulars(form), food)
            if other is not food:
                raise document.error(key, f"'{form}' stands under '{other.name}' too", "keep it in one place")
    words: dict[str, tuple[str, ...]] = {}
    for part in ("words", "sizes"):
        if not isinstance(data.get(part) or {}, dict):
            raise document.error((part,), f"'{part}' is not a list of 'key: value' lines", "see the top of the file")
    for word, values in (data.get("words") or {}).items():
        if not singulars(word) or not isinstance(values, list):
            raise document.error(("words", word), f"'{word}' has no list of USDA's words", "write 'word: [word, word]'")
        words[singulars(word)[0]] = tuple(part for value in values for part in singulars(str(value)))
    try:
        sizes = {str(size): float(grams) for size, grams in (data.get("sizes") or {}).items()}
    except (TypeError, ValueError):
        raise document.error(("sizes",), "a size is not a number", "give grams as digits") from None
    return Synonyms(everyday, forms, words, sizes, frozenset(singulars(str(word)) for word in data.get("ordinary") or ()))
