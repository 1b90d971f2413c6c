"""Likeness in meaning to the examples of danger: what the written rules miss."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# How like each of the examples each text is, shape (texts, examples): what a machine scores.
Liken = Callable[[Sequence[str]], Floats]

# Chosen by measurement, see docs/safety.md.
THRESHOLD = 0.26
# Where a written rule has found a boundary, or the words of danger denied or long ago, danger must be plainer to overrule it.
PLAIN_THRESHOLD = 0.5

# Longer messages are also read sentence by sentence; short sentences say too little to judge.
PART_WORDS = 25
MOST_PARTS = 6
LEAST_PART_WORDS = 4

HARMLESS = "harmless"

_PART = re.compile(r"[^.!?;\n]+")


class Machine(Protocol):
    """What has learnt the examples: one score for each of its intents, near 0 where no example is like the message."""

    @property
    def intents(self) -> tuple[str, ...]:
        """The categories of danger, and `HARMLESS`."""

    def scores(self, likeness: Floats) -> Floats:
        """The scores of a text that is so like the examples."""


@dataclass(frozen=True)
class Meaning:
    """Reads a message, and the parts of a long one, with a machine that has learnt the examples."""

    liken: Liken
    machine: Machine

    def score(self, likeness: Floats) -> tuple[float, str]:
        """How plainly a text is danger, from about 0 to 1, and which."""
        scores = dict(zip(self.machine.intents, map(float, self.machine.scores(likeness)), strict=True))
        scores.pop(HARMLESS)
        return sum(scores.values()), max(scores, key=lambda category: scores[category])

    def category(self, likeness: Floats, text: str, threshold: float = THRESHOLD) -> str | None:
        """The category that a message, or a part of a long message, is like; None if it is like no danger."""
        scored = [self.score(likeness)]
        read = parts(text)
        if len(read) > MOST_PARTS:
            # A story mostly has its danger at an end.
            read = read[: MOST_PARTS // 2] + read[-MOST_PARTS // 2 :]
        if read:
            scored += [self.score(each) for each in self.liken(read)]
        score, category = max(scored)
        return category if score >= threshold else None


def parts(text: str) -> list[str]:
    """The sentences of a long message that say enough to judge; none of a short message."""
    if len(text.split()) <= PART_WORDS:
        return []
    found = [part.strip() for part in _PART.findall(text)]
    found = [part for part in found if len(part.split()) >= LEAST_PART_WORDS]
    return found if len(found) > 1 else []
