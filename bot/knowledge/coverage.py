"""Where each evidence fact is used, or why it is not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.document import Document
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.safety.rules import RuleBook

REASONS = "unused_facts.yml"
COMMAND = "rls knowledge coverage"
_DERIVED = "derived"


@dataclass(frozen=True)
class Use:
    """What a fact is used by: topics, safety replies, or nothing for a reason."""

    fact: str
    topics: tuple[str, ...]
    safety: tuple[str, ...]
    reason: str = ""

    @property
    def used(self) -> bool:
        return bool(self.topics or self.safety)


def uses(folder: Path, base: KnowledgeBase) -> list[Use]:
    """Each fact's use, in the order of facts.csv.

    Raises:
        KnowledgeErrors: a fact is neither used nor explained, or a reason is given for one that is used or not there.
    """
    path = folder / REASONS
    document = Document.read(path)
    reasons = document.data or {}
    if not isinstance(reasons, dict) or not all(isinstance(reason, str) and reason for reason in reasons.values()):
        raise KnowledgeErrors([document.error((), "not a list of 'fact: reason' lines", "write 'TX-01: why it is not used'")])
    safety = RuleBook.load(folder / "safety.yml").file.categories
    found = [
        Use(
            fact,
            tuple(topic.id for topic in base.topics.values() if fact in topic.facts),
            tuple(category.id for category in safety if fact in category.reply.facts),
            reasons.get(fact, ""),
        )
        for fact in base.facts
    ]
    errors = [document.error((fact,), f"there is no fact '{fact}'", "remove it") for fact in reasons if fact not in base.facts]
    for use in found:
        if use.used and use.reason:
            errors.append(document.error((use.fact,), f"'{use.fact}' is used after all", "remove its reason"))
        elif not use.used and not use.reason:
            errors.append(
                KnowledgeError(
                    folder / "facts.csv", _line(folder, use.fact), f"nothing uses '{use.fact}'",
                    f"name it in a topic that tells it, or say in {REASONS} why none does",
                )
            )  # fmt: skip
    if errors:
        raise KnowledgeErrors(errors)
    return found


def page(base: KnowledgeBase, found: list[Use]) -> str:
    """The page docs/coverage.md."""
    return "\n".join(_lines(base, found)) + "\n"


def _lines(base: KnowledgeBase, found: list[Use]) -> Iterator[str]:
    derived = sum(base.facts[use.fact].status.startswith(_DERIVED) for use in found)
    topics = sum(bool(use.topics) for use in found)
    safety = sum(bool(use.safety) for use in found)
    yield "# Where each evidence fact is used"
    yield ""
    yield (
        f"Made by `{COMMAND} docs/coverage.md`; a test fails when it is not up to date. Of {len(found) - derived} facts and "
        f"{derived} derived questions in `knowledge/facts.csv`, {topics} are told by a topic, {safety} by a safety reply "
        f"(`knowledge/safety.yml`), and {sum(not use.used for use in found)} by none, for the reason given."
    )
    section = ""
    for use in found:
        fact = base.facts[use.fact]
        if fact.section != section:
            section = fact.section
            yield from ("", f"## {section}", "", "| fact | strength | status | used by |", "| --- | --- | --- | --- |")
        users = [*(f"`{topic}`" for topic in use.topics), *(f"safety: {category}" for category in use.safety)]
        told = ", ".join(users) or f"not used: {use.reason}"
        yield f"| {use.fact} | {fact.strength} | {fact.status.replace('_', ' ')} | {told} |"


def _line(folder: Path, fact: str) -> int:
    with (folder / "facts.csv").open(encoding="utf-8", newline="") as file:
        return next((line for line, row in enumerate(csv.DictReader(file), start=2) if row["id"] == fact), 1)
