"""The knowledge base: topics, groups, sources and facts, and the version that names their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import Field

from bot.knowledge.document import Document
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.knowledge.source import Fact, Source, load_facts, load_sources
from bot.knowledge.topic import Strict, Topic


class Group(Strict):
    """A chapter of the knowledge base; several topics may share one."""

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    title: str


@dataclass(frozen=True)
class KnowledgeBase:
    """Everything the bot may say about health, by id."""

    groups: dict[str, Group]
    topics: dict[str, Topic]
    sources: dict[str, Source]
    facts: dict[str, Fact]

    @cached_property
    def version(self) -> str:
        """The content's hash, 12 hexadecimal digits: equal content has an equal version."""
        items: list[Strict] = [
            *self.groups.values(), *self.topics.values(), *self.sources.values(), *self.facts.values()
        ]  # fmt: skip
        content = [(type(item).__name__, item.dict()) for item in items]
        text = json.dumps(content, default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def in_group(self, group: str) -> list[Topic]:
        """The topics of a group, in the order of their ids."""
        return [topic for topic in self.topics.values() if topic.group == group]

    def cited(self, topic: Topic) -> list[Source]:
        """The sources of a topic, in the order of their first use."""
        return [self.sources[source] for source in topic.sources]

    def to_recheck(self, topic: Topic) -> list[str]:
        """The topic's facts that nobody has read at their source."""
        return [fact for fact in topic.facts if self.facts[fact].status == "from_memory"]


def topic_files(folder: Path) -> list[Path]:
    """The topic files of a knowledge folder, sorted by name."""
    return sorted((folder / "topics").glob("*.yml"))


def topic_documents(folder: Path) -> Iterator[tuple[Document, Topic]]:
    """Each topic file, parsed.

    Raises:
        KnowledgeErrors: one or more files don't fit the schema (all are tried first).
    """
    errors: list[KnowledgeError] = []
    for path in topic_files(folder):
        try:
            document = Document.read(path)
            topic = document.parse(Topic)
        except KnowledgeErrors as problem:
            errors += problem.errors
            continue
        except KnowledgeError as problem:
            errors.append(problem)
            continue
        if topic.id != path.stem:
            errors.append(document.error(("id",), f"'id: {topic.id}' is not the file's name", f"write 'id: {path.stem}'"))
            continue
        yield document, topic
    if errors:
        raise KnowledgeErrors(errors)


def load_groups(path: Path) -> dict[str, Group]:
    """Groups by id, in the file's order."""
    document = Document.read(path)
    if not isinstance(document.data, list):
        raise KnowledgeErrors([document.error((), "not a list of groups", "start each group with '- id:'")])
    groups: dict[str, Group] = {}
    for index in range(len(document.data)):
        group = document.parse(Group, (index,))
        if group.id in groups:
            raise KnowledgeErrors([document.error((index, "id"), f"group '{group.id}' stands twice", "keep one of the two")])
        groups[group.id] = group
    return groups


def read(folder: Path) -> KnowledgeBase:
    """Read a knowledge folder and hold its files against each other.

    Raises:
        KnowledgeErrors: what does not fit, a line each, with file, line and mend.
    """
    errors: list[KnowledgeError] = []
    groups = load_groups(folder / "groups.yml")
    sources = load_sources(folder / "sources.yml")
    facts = load_facts(folder / "facts.csv")
    documents: list[tuple[Document, Topic]] = []
    try:
        documents.extend(topic_documents(folder))
    except KnowledgeErrors as problem:
        errors += problem.errors
    base = KnowledgeBase(groups, {topic.id: topic for _, topic in documents}, sources, facts)
    known = {path.stem for path in topic_files(folder)}
    asked: dict[str, str] = {}
    for document, topic in documents:
        errors += _references(document, topic, base, known)
        for index, question in enumerate(topic.questions):
            other = asked.setdefault(question.casefold(), topic.id)
            if other != topic.id:
                errors.append(
                    document.error(
                        ("questions", index),
                        f"the question {question!r} stands in '{other}' too",
                        "keep it in one topic",
                    )
                )
    if errors:
        raise KnowledgeErrors(errors)
    return base


def _references(document: Document, topic: Topic, base: KnowledgeBase, known: set[str]) -> Iterator[KnowledgeError]:
    if topic.group not in base.groups:
        yield document.error(("group",), f"group '{topic.group}' is not known", "take one of knowledge/groups.yml")
    for part, sentences in (("answer", topic.answer), ("detail", topic.detail)):
        for index, sentence in enumerate(sentences):
            for number, source in enumerate(sentence.sources):
                if source not in base.sources:
                    yield document.error(
                        (part, index, "sources", number),
                        f"source '{source}' is not in knowledge/sources.yml",
                        "add it there or mend the id",
                    )
    for index, related in enumerate(topic.related):
        if related not in known or related == topic.id:
            yield document.error(
                ("related", index), f"related topic '{related}' does not exist", "name another file of knowledge/topics"
            )
    for index, fact in enumerate(topic.facts):
        if fact not in base.facts:
            yield document.error(("facts", index), f"fact '{fact}' is not in knowledge/facts.csv", "mend the id or remove it")
