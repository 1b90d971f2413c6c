"""Labelled messages and replies of our own making; nothing here needs a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.evaluation.messages import Label, LabelledMessage, Labels
from bot.evaluation.scores import Scored

GROUPS = ("causes", "symptoms", "pregnancy", "children", "iron_treatment", "when_to_see_doctor")
LABELS = Labels(GROUPS)


@dataclass(frozen=True)
class FakeReply:
    kind: str = "answer"
    topics: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    safety: str | None = None
    lookup: dict[str, Any] | None = None
    confidence: float = 0.8
    text: str = "Here is something polite."
    ms: float = 5.0
    silent: bool = False

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [] if self.silent else [{"text": self.text, "buttons": [], "sources": []}]


def make_message(
    topic: str, file: str = "in_scope", also: tuple[str, ...] = (), text: str = "do my legs count", **more: Any
) -> LabelledMessage:
    given: dict[str, Any] = {"borderline": False, "lang": "", "source": "ours", "origin": "patient", "line": 1, **more}
    further: list[Label] = [label for name in also for label in LABELS.readings(name)]
    return LabelledMessage(text=text, label=LABELS.readings(topic, file)[0], also=frozenset(further), file=file, **given)


@pytest.fixture
def message() -> Callable[..., LabelledMessage]:
    return make_message


@pytest.fixture
def reply() -> Callable[..., FakeReply]:
    return FakeReply


@pytest.fixture
def scored() -> Callable[..., Scored]:
    """A message and its reply; what belongs to the reply is told by its name."""
    fields = {"kind", "topics", "offered", "safety", "confidence", "ms", "said"}

    def make(topic: str, **more: Any) -> Scored:
        replied = {("text" if name == "said" else name): more.pop(name) for name in sorted(fields & more.keys())}
        return Scored.of(make_message(topic, **more), FakeReply(**replied))

    return make
