"""A topic: one question that people ask, with its answer."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from enum import Enum

from pydantic import BaseModel, Field, root_validator, validator
from pydantic.fields import ModelField

# How many of those who can advise are named.
PROFESSIONALS_NAMED = 2
# How many entries a list of a topic has, at the least and at the most.
COUNTS = {"questions": (25, 400), "answer": (2, 6), "detail": (1, 10), "consult": (1, 4), "related": (2, 4)}


class Grade(str, Enum):
    """How sure we are of an answer."""

    STRONG = "strong"
    MODERATE = "moderate"
    LIMITED = "limited"
    MIXED = "mixed"
    UNPROVEN = "unproven"


class Professional(str, Enum):
    """Who can advise a person."""

    DOCTOR = "doctor"
    PHARMACIST = "pharmacist"
    MIDWIFE = "midwife"
    KIDNEY_TEAM = "kidney team"
    SLEEP_SPECIALIST = "sleep specialist"
    CHILDRENS_DOCTOR = "children's doctor"
    DIETITIAN = "dietitian"
    HEART_DOCTOR = "heart doctor"
    PRESCRIBER = "prescriber"
    NURSE = "nurse"


class Status(str, Enum):
    """Whether a clinician has read a topic."""

    UNREVIEWED = "unreviewed"
    REVIEWED = "reviewed"


class Strict(BaseModel):
    """A part of a knowledge file: unknown keys are refused, values don't change."""

    class Config:
        extra = "forbid"
        frozen = True


class Sentence(Strict):
    """A sentence of an answer: a `fact` with its sources, or something to `say` that claims nothing."""

    fact: str | None = None
    say: str | None = None
    sources: tuple[str, ...] = ()

    @root_validator
    def _one_kind(cls, values: dict[str, object]) -> dict[str, object]:
        if (values.get("fact") is None) == (values.get("say") is None):
            raise ValueError("needs either 'fact' or 'say'")
        if not str(values.get("fact") or values.get("say") or "").strip():
            raise ValueError("a sentence without words: write it or remove it")
        if values.get("fact") is not None and not values.get("sources"):
            raise ValueError("a fact without a source: add 'sources'")
        if values.get("say") is not None and values.get("sources"):
            raise ValueError("a 'say' with sources: make it a 'fact'")
        return values

    @property
    def text(self) -> str:
        return self.fact or self.say or ""


class Evidence(Strict):
    """How strong the evidence for an answer is, as data and in words."""

    grade: Grade
    because: str

    @property
    def text(self) -> str:
        return f"Evidence: {self.grade.value}. {self.because}"


class Review(Strict):
    """Who has read a topic, and when it must be read again."""

    status: Status
    written: datetime.date
    due: datetime.date
    by: str | None = None
    on: datetime.date | None = None

    @root_validator(skip_on_failure=True)
    def _names_the_reviewer(cls, values: dict[str, object]) -> dict[str, object]:
        if values["status"] is Status.REVIEWED and not (values.get("by") and values.get("on")):
            raise ValueError("a reviewed topic needs 'by' and 'on'")
        return values


class Topic(Strict):
    """One file of `knowledge/topics/`."""

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    group: str
    title: str = Field(max_length=60)
    button: str = Field(max_length=20)
    questions: tuple[str, ...]
    answer: tuple[Sentence, ...]
    ask: str
    detail: tuple[Sentence, ...]
    evidence: Evidence
    consult: tuple[Professional, ...]
    related: tuple[str, ...]
    facts: tuple[str, ...] = ()
    differences: tuple[int, ...] = ()
    review: Review

    @validator("questions", "answer", "detail", "consult", "related")
    def _count(cls, items: tuple[object, ...], field: ModelField) -> tuple[object, ...]:
        least, most = COUNTS[field.name]
        if not least <= len(items) <= most:
            raise ValueError(f"has {len(items)} entries, needs {least} to {most}")
        return items

    @validator("questions")
    def _each_once(cls, questions: tuple[str, ...]) -> tuple[str, ...]:
        seen: set[str] = set()
        for question in questions:
            if question.casefold() in seen:
                raise ValueError(f"the question {question!r} stands twice")
            seen.add(question.casefold())
        return questions

    @validator("consult", "related", "facts", "differences")
    def _named_once(cls, items: tuple[object, ...]) -> tuple[object, ...]:
        for item in items:
            if items.count(item) > 1:
                raise ValueError(f"'{item.value if isinstance(item, Enum) else item}' stands twice")
        return items

    @property
    def text(self) -> str:
        """The answer as one paragraph."""
        return " ".join(sentence.text for sentence in self.answer)

    @property
    def detail_text(self) -> str:
        """What "tell me more" adds."""
        return " ".join(sentence.text for sentence in self.detail)

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of all sources of the answer and its detail, in the order of their first use."""
        cited = (source for sentence in (*self.answer, *self.detail) for source in sentence.sources)
        return tuple(dict.fromkeys(cited))


def who(professionals: Sequence[str]) -> str:
    """ "a doctor or pharmacist"; a doctor is named where only a specialist's team would be."""
    names = list(professionals[:PROFESSIONALS_NAMED])
    if not {"doctor", "pharmacist"} & set(names):
        names = [*names[:1], "doctor"]
    return f"a {' or '.join(names)}"
