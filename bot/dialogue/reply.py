"""What the bot says in one turn, as one typed object."""

from __future__ import annotations

from enum import Enum
from typing import Any

from pydantic import BaseModel, Field, validator

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.source import Source
from bot.knowledge.topic import Grade, Topic

SOURCES_NAMED = 3
# What is said where a turn fails.
TROUBLE = "Something went wrong on my side, and I have no answer for you. Please ask again, or in other words."


class Kind(str, Enum):
    """What sort of reply it is."""

    ANSWER = "answer"
    LOOKUP = "lookup"
    SMALLTALK = "smalltalk"
    CLARIFY = "clarify"
    OUT_OF_SCOPE = "out_of_scope"
    SAFETY = "safety"
    ERROR = "error"


class Part(BaseModel):
    """Something that does not change once it is made."""

    class Config:
        frozen = True
        extra = "forbid"


class Button(Part):
    """A quick reply: what it shows, and what comes back when it is pressed."""

    title: str = Field(min_length=1)
    payload: str = Field(min_length=1)


class Citation(Part):
    """A source as a visitor sees it."""

    id: str
    name: str
    title: str
    kind: str
    year: str | None = None
    url: str | None = None

    @classmethod
    def of(cls, source: Source) -> Citation:
        year = None if source.year is None else str(source.year)
        return cls(id=source.id, name=short_name(source), title=source.title, kind=source.kind.text, year=year, url=source.url)


class Answer(Part):
    """A topic's answer. It can't be built without its text, sources, evidence and whom to ask."""

    topic: str
    group: str
    title: str
    text: str = Field(min_length=1)
    ask: str = Field(min_length=1)
    evidence: str = Field(min_length=1)
    grade: Grade
    sources: tuple[Citation, ...]
    consult: tuple[str, ...]

    @validator("sources", "consult")
    def _not_empty(cls, items: tuple[object, ...]) -> tuple[object, ...]:
        if not items:
            raise ValueError("must name at least one")
        return items

    @classmethod
    def of(cls, topic: Topic, base: KnowledgeBase, detail: bool = False) -> Answer:
        """The answer of a topic, or what "tell me more" adds to it."""
        return cls(
            topic=topic.id,
            group=topic.group,
            title=topic.title,
            text=topic.detail_text if detail else topic.text,
            ask=topic.ask,
            evidence=topic.evidence.text,
            grade=topic.evidence.grade,
            sources=tuple(Citation.of(source) for source in base.cited(topic)),
            consult=tuple(who.value for who in topic.consult),
        )


class Reply(Part):
    """One turn of the bot, before the disclaimer.

    Attributes:
        text: what is said beside or instead of answers.
        answers: the topics answered, in order.
        buttons: next questions, at most three where it is an answer.
        topics: groups that were answered, in order.
        offered: groups that were offered as choices.
        safety: category of danger or boundary.
        lookup: the result of a look-up, with its `type`.
        sources: what a look-up or a safety text rests on.
        consult: who can advise.
    """

    kind: Kind
    text: str = ""
    answers: tuple[Answer, ...] = ()
    buttons: tuple[Button, ...] = ()
    topics: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    safety: str | None = None
    lookup: dict[str, Any] | None = None
    sources: tuple[Citation, ...] = ()
    consult: tuple[str, ...] = ()
    confidence: float = Field(1.0, ge=0, le=1)

    @property
    def advisers(self) -> tuple[str, ...]:
        """Who can advise on all of this, most useful first."""
        named = [*self.consult, *(who for answer in self.answers for who in answer.consult)]
        return tuple(dict.fromkeys(named)) or ("doctor", "pharmacist")

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every source of the turn, once."""
        named = [*self.sources, *(source for answer in self.answers for source in answer.sources)]
        return tuple({citation.id: citation for citation in named}.values())

    def body(self) -> str:
        """The reply as plain text, without the disclaimer."""
        parts = [self.text] if self.text else []
        for answer in self.answers:
            heading = f"{answer.title}\n" if len(self.answers) > 1 else ""
            parts.append(f"{heading}{answer.text} {answer.ask}")
            parts.append(f"{answer.evidence}\nWhere this comes from: {named(answer.sources)}.")
        # A text that lists its sources itself needs no second list.
        if self.sources and not all(source.title in self.text for source in self.sources):
            parts.append(f"Where this comes from: {named(self.sources)}.")
        return "\n\n".join(parts)


class FinishedReply(Reply):
    """A reply as it goes out: it can't be built without its disclaimer and the advice to see a professional."""

    disclaimer: str = Field(min_length=1)
    advice: str = Field(min_length=1)

    def plain(self) -> str:
        """The whole turn as plain text, the disclaimer last."""
        return "\n\n".join(part for part in (self.body(), f"{self.disclaimer} {self.advice}") if part)


def named(citations: tuple[Citation, ...]) -> str:
    """The first sources by name: "Marshall 2019; NHS; and 2 more"."""
    names = list(dict.fromkeys(f"{c.name} {c.year}" if c.year else c.name for c in citations))
    more = len(names) - SOURCES_NAMED
    return "; ".join(names[:SOURCES_NAMED] + ([f"and {more} more"] if more > 0 else []))


def short_name(source: Source) -> str:
    """How a source is named in a sentence: the first author's surname, or the organisation."""
    if not source.by or source.by.startswith(("Author", "Vendor")):
        return source.title.split(".")[0].split(":")[0].strip("[]")[:60]
    first = source.by.split(";")[0].split(",")[0].strip()
    surname, _, initials = first.rpartition(" ")
    is_person = surname and initials.isupper() and len(initials) <= 3 and initials.isalpha()
    return surname if is_person else first
