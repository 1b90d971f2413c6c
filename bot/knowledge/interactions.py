"""Magnesium with medicines: spacing, why, how serious, from a table and never by guess."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from bot.knowledge.names import FAMILY, Name, Names
from bot.knowledge.table import read_table
from bot.knowledge.tokens import tokens, word_set

SEVERITIES = ("low", "moderate", "high")
# Endings of generic names (WHO's stems) by which a medicine is known that no table has.
_STEMS = re.compile(
    r"(?:pril|sartan|olol|statin|azole|cillin|mycin|micin|floxacin|cycline|oxetine|azepam|gliptin|gliflozin|glutide|mab|"
    r"tinib|navir|tegravir|parin|xaban|triptan|setron|dronate|thiazide|dipine|zosin|lukast|profen|coxib|barbital|"
    r"peridone|azapine|afenac|semide|tidine|caine|barbitone|prazole|vastatin)$"
)
_AFTER = frozenset({"with", "alongside"})
_SKIPPED = word_set(
    """
    my the a an some your any other of her his their our this that these daily prescribed generic
    """
)
# What follows "with" and is no medicine.
_NO_MEDICINE = word_set(
    """
    food foods meal meals breakfast lunch dinner supper milk water juice coffee tea yogurt yoghurt banana
    bananas banannas medicine medicines medication medications meds tablets tablet pills pill drugs drug
    supplements supplement vitamins restless legs leg sleep pain cramps kidney kidneys problems disease
    diabetes pregnancy children child baby rls syndrome heart pressure blood stage failure condition
    conditions asthma epilepsy cancer migraine anxiety depression arthritis anything something everything
    nothing other others them it me you him her us doctor pharmacist each another more less caution care
    people anyone someone together night morning bedtime empty full stomach vitamin mineral minerals which
    what high bath baths oil cream lotion chronic severe mild low normal such really magnesium prescription
    multivitamin
    """
)


@dataclass(frozen=True)
class Interaction:
    """A row of the table.

    `medicines` are the generic names and `families` the families that it is about; `severity` is low, moderate or high;
    `source` is an id of sources.yml. `named` are the medicines of a message that led to it.
    """

    id: str
    title: str
    medicines: tuple[str, ...]
    families: tuple[str, ...]
    effect: str
    advice: str
    severity: str
    source: str
    named: tuple[Name, ...] = ()


@dataclass(frozen=True)
class InteractionsFound:
    """What the table says about a message's medicines, gravest first, and the medicines that it does not have."""

    interactions: tuple[Interaction, ...]
    unknown: tuple[Name, ...]

    def __bool__(self) -> bool:
        return bool(self.interactions or self.unknown)


class Interactions:
    """The interactions table."""

    def __init__(self, rows: list[Interaction], names: Names) -> None:
        self.rows = tuple(rows)
        self._names = names

    @classmethod
    def load(cls, path: Path, names: Names) -> Interactions:
        """Read `interactions.csv`.

        Raises:
            KnowledgeError: a row can't be used, or names a medicine or family that `names` does not have.
        """
        rows: list[Interaction] = []
        columns = ("id", "title", "medicines", "families", "effect", "advice", "severity", "source")
        for row in read_table(path, columns):
            medicines, families = _list(row["medicines"]), _list(row["families"])
            for name in (*medicines, *families):
                if name not in names:
                    raise row.error(f"'{name}' is not in names.yml", "add it there or mend the word")
            if row["severity"] not in SEVERITIES:
                raise row.error(f"severity {row['severity']!r}", f"write one of {', '.join(SEVERITIES)}")
            if any(other.id == row["id"] for other in rows):
                raise row.error(f"the id '{row['id']}' stands twice", "give each row its own")
            rows.append(
                Interaction(
                    row.text("id"), row.text("title"), medicines, families, row.text("effect"), row.text("advice"),
                    row["severity"], row.text("source"),
                )
            )  # fmt: skip
        return cls(rows, names)

    def find(self, text: str) -> InteractionsFound:
        """The rows for the medicines of a message, and the medicines that the table does not have.

        A family ("antibiotics") gives all of its rows, unless one of its medicines is named too. Magnesium itself is
        not a medicine here; other products that hold it are.
        """
        places = list(self._names.places(text))
        named: dict[str, Name] = {}
        for name, _, _ in places:
            named.setdefault(name.generic, name)
        specific = {family for name in named.values() if name.kind != FAMILY for family in name.families}
        found: dict[str, list[Name]] = {}
        unknown: list[Name] = []
        for name in named.values():
            if name.kind == FAMILY and name.generic in specific:
                continue
            rows = [row for row in self.rows if name.generic in (row.families if name.kind == FAMILY else row.medicines)]
            for row in rows:
                found.setdefault(row.id, []).append(name)
            if not rows and not name.kind.startswith("magnesium"):
                unknown.append(name)
        taken = {place for _, start, end in places for place in range(start, end)}
        unknown += [Name(word, word, "", None) for word in _unlisted(tokens(text), taken)]
        interactions = [replace(row, named=tuple(found[row.id])) for row in self.rows if row.id in found]
        interactions.sort(key=lambda row: -SEVERITIES.index(row.severity))
        return InteractionsFound(tuple(interactions), tuple(unknown))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _unlisted(words: list[str], taken: set[int]) -> list[str]:
    """Words that look like a medicine that names.yml does not have."""
    found: list[str] = []
    for place, word in enumerate(words):
        if place in taken or not word.isalpha() or word in _NO_MEDICINE:
            continue
        before = place - 1
        while before >= 0 and words[before] in _SKIPPED:
            before -= 1
        after = words[place + 1] if place + 1 < len(words) else "?"
        follows = before >= 0 and words[before] in _AFTER and (not after.isalpha() or after in ("and", "or", "at", "for"))
        stemmed = len(word) > 6 and _STEMS.search(word)
        if stemmed or (len(word) > 4 and word not in _SKIPPED and follows):
            found.append(word)
    return list(dict.fromkeys(found))
