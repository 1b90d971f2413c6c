"""What the console must know of the knowledge base: how its topics and groups are called, and what they are asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bot.knowledge.base import read
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Topics:
    """Titles of topics, and of the group of each; `questions` are the examples of each topic."""

    titles: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    questions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    version: str = ""

    @classmethod
    def read(cls, folder: Path) -> Topics:
        """The topics of a knowledge folder; none where its files can't be used, since the console must still open."""
        try:
            base = read(folder)
        except (KnowledgeError, KnowledgeErrors, OSError):
            return cls()
        topics = base.topics.values()
        return cls(
            {topic.id: topic.title for topic in topics},
            {topic.id: base.groups[topic.group].title for topic in topics},
            {topic.id: topic.questions for topic in topics},
            base.version,
        )

    def title(self, topic: str | None) -> str:
        """How a topic is called; one that is not there any more by its id."""
        return self.titles.get(topic or "", (topic or "").replace("_", " "))

    @cached_property
    def by_group(self) -> dict[str, list[str]]:
        """Ids of the topics of each group, by their titles."""
        found: dict[str, list[str]] = {}
        for topic in sorted(self.titles, key=lambda name: (self.groups[name], self.titles[name])):
            found.setdefault(self.groups[topic], []).append(topic)
        return found
