"""What a fact rests on: sources, and the evidence facts that topics use."""

from __future__ import annotations

import csv
from enum import Enum
from pathlib import Path

from pydantic import Field, ValidationError

from bot.knowledge.document import Document
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.knowledge.topic import Strict


class Kind(str, Enum):
    """What sort of publication a source is."""

    GUIDELINE = "guideline"
    SYSTEMATIC_REVIEW = "systematic_review"
    RCT = "rct"
    OBSERVATIONAL = "observational"
    GOVERNMENT_FACT_SHEET = "government_fact_sheet"
    TEXTBOOK = "textbook"
    CHARITY = "charity"
    STARTING_ARTICLE = "starting_article"

    @property
    def text(self) -> str:
        return {"rct": "randomised trial"}.get(self.value, self.value.replace("_", " "))


class Source(Strict):
    """An entry of `knowledge/sources.yml`. `read` says how much of it was read, in the reader's words."""

    id: str = Field(regex=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    by: str | None = None
    year: int | str | None = None
    kind: Kind
    identifier: str | None = None
    url: str | None = Field(None, regex=r"^https?://\S+$")
    status: str = Field(regex=r"^(verified|from_memory)$")
    read: str


class Fact(Strict):
    """A row of `knowledge/facts.csv`: a graded statement's id, section, strength, status and sources (no prose)."""

    id: str
    section: str
    strength: str
    status: str
    sources: tuple[str, ...]


def load_sources(path: Path) -> dict[str, Source]:
    """Sources by id.

    Raises:
        KnowledgeErrors: an entry does not fit, or an id stands twice.
    """
    document = Document.read(path)
    if not isinstance(document.data, list):
        raise KnowledgeErrors([document.error((), "not a list of sources", "start each source with '- id:'")])
    sources: dict[str, Source] = {}
    errors: list[KnowledgeError] = []
    for index in range(len(document.data)):
        try:
            source = document.parse(Source, (index,))
        except KnowledgeErrors as problem:
            errors += problem.errors
            continue
        if source.id in sources:
            errors.append(document.error((index, "id"), f"source '{source.id}' stands twice", "keep one of the two"))
        sources[source.id] = source
    if errors:
        raise KnowledgeErrors(errors)
    return sources


def load_facts(path: Path) -> dict[str, Fact]:
    """Facts by id.

    Raises:
        KnowledgeError: the file is missing or is not UTF-8, a row lacks a column, or an id stands twice.
    """
    facts: dict[str, Fact] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            for row in rows:
                try:
                    fact = Fact(
                        id=row["id"],
                        section=row["section"],
                        strength=row["strength"],
                        status=row["status"],
                        sources=tuple(row["sources"].split()),
                    )
                except (KeyError, AttributeError, ValidationError):
                    raise KnowledgeError(
                        path, rows.line_num, "a column is missing", "give id, section, strength, status, sources"
                    ) from None
                if fact.id in facts:
                    raise KnowledgeError(path, rows.line_num, f"fact '{fact.id}' stands twice", "keep one of the two")
                facts[fact.id] = fact
    except FileNotFoundError:
        raise KnowledgeError(path, 1, "no such file", "restore knowledge/facts.csv") from None
    except UnicodeDecodeError:
        raise KnowledgeError(path, 1, "not UTF-8 text", "save the file as UTF-8") from None
    return facts
