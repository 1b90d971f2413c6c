"""Quick replies that ask a topic's question."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.reply import Button, Kind, Reply
from bot.knowledge.base import KnowledgeBase


def topic_button(base: KnowledgeBase, topic: str) -> Button:
    """A quick reply that asks a topic's question."""
    return Button(title=base.topics[topic].title, payload=f"#topic:{topic}")


def offer(base: KnowledgeBase, kind: Kind, text: str, choices: Sequence[str], confidence: float = 1.0) -> Reply:
    """A reply that offers topics."""
    known = [topic for topic in choices if topic in base.topics]
    return Reply(
        kind=kind,
        text=text,
        buttons=tuple(topic_button(base, topic) for topic in known),
        offered=tuple(dict.fromkeys(base.topics[topic].group for topic in known)),
        confidence=confidence,
    )
