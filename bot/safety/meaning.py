"""Likeness in meaning to the examples of danger: what the written rules miss."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]

# Chosen by five-fold cross-validation on the examples, see docs/safety.md.
RIDGE = 1.0
THRESHOLD = 0.5
# Where a written rule has already found a boundary, danger must be plainer to overrule it.
THRESHOLD_AT_BOUNDARY = 2.5
NEAREST = 3
# One harmless message in so many is looked at first; sums of floats differ by less than the tolerance.
SAMPLE = 10
TOLERANCE = 1e-3
MARGIN_WEIGHT = 15.0

# Gradient descent with momentum: enough steps for the weights to settle.
STEPS = 300
MOMENTUM = 0.9
RATE = 2.0

# Longer messages are also read sentence by sentence; short sentences say too little to judge.
PART_WORDS = 25
MOST_PARTS = 6
LEAST_PART_WORDS = 4

_PART = re.compile(r"[^.!?;\n]+")


@dataclass(frozen=True)
class Meaning:
    """A regularised linear reading of the sentence vector, held to what is near.

    Attributes:
        weights: a row for each category, and a last one for no danger.
        danger: vectors of the examples of danger.
        harmless: vectors of the look-alikes and of the background.
    """

    encode: Encode
    categories: tuple[str, ...]
    weights: Floats
    centre: Floats
    danger: Floats
    harmless: Floats

    @classmethod
    def learn(cls, encode: Encode, examples: Mapping[str, Sequence[str]], harmless: Sequence[str]) -> Meaning:
        """Fit the reading; the same examples always give the same weights.

        Args:
            encode: called once, with everything.
            examples: messages of each category.
            harmless: messages that are no danger.
        """
        categories = tuple(examples)
        texts = [text for category in categories for text in examples[category]]
        labels = [number for number, category in enumerate(categories) for _ in examples[category]]
        labels += [len(categories)] * len(harmless)
        vectors = encode([*texts, *harmless])
        weights, centre = fit(vectors.astype(np.float64), np.array(labels), len(categories) + 1)
        danger, safe = vectors[: len(texts)], vectors[len(texts) :]
        return cls(encode, categories, weights.astype(np.float32), centre.astype(np.float32), danger, safe)

    def save(self, path: Path) -> None:
        """Write what was learnt to an .npz file, so that a start need not learn it again."""
        np.savez(
            path,
            categories=np.array(self.categories),
            weights=self.weights,
            centre=self.centre,
            danger=self.danger,
            harmless=self.harmless,
        )

    @classmethod
    def load(cls, path: Path, encode: Encode) -> Meaning:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            categories = tuple(str(category) for category in arrays["categories"])
            return cls(encode, categories, arrays["weights"], arrays["centre"], arrays["danger"], arrays["harmless"])

    def score(self, vector: Floats) -> tuple[float, str]:
        """How plainly a message is danger, and which: the log-odds of the reading and the nearness to the examples."""
        return self._score(vector, self.harmless)

    def _score(self, vector: Floats, harmless: Floats) -> tuple[float, str]:
        logits = (self.weights[:, :-1] @ (vector - self.centre) + self.weights[:, -1]).astype(np.float64)
        danger = logits[:-1]
        odds = float(np.logaddexp.reduce(danger) - logits[-1])
        margin = _nearest(self.danger, vector) - _nearest(harmless, vector)
        return odds + MARGIN_WEIGHT * margin, self.categories[int(danger.argmax())]

    @cached_property
    def _sample(self) -> Floats:
        return np.ascontiguousarray(self.harmless[::SAMPLE])

    def _may_reach(self, vector: Floats, threshold: float) -> bool:
        """Whether the score can reach the threshold.

        Of fewer harmless messages the nearest are less near, so the score with a few of them is never below the true one;
        most messages need no more than that.
        """
        few = self._sample if len(self.harmless) >= SAMPLE * NEAREST else self.harmless
        return self._score(vector, few)[0] >= threshold - TOLERANCE

    def category(self, vector: Floats, text: str, threshold: float = THRESHOLD) -> str | None:
        """The category that a message, or a part of a long message, is like; None if it is like no danger."""
        vectors = [vector]
        if len(text.split()) > PART_WORDS:
            parts = [part.strip() for part in _PART.findall(text)]
            parts = [part for part in parts if len(part.split()) >= LEAST_PART_WORDS]
            if len(parts) > MOST_PARTS:
                # A story mostly has its danger at an end.
                parts = parts[: MOST_PARTS // 2] + parts[-MOST_PARTS // 2 :]
            if len(parts) > 1:
                vectors += list(self.encode(parts))
        scores = [self.score(each) for each in vectors if self._may_reach(each, threshold)]
        score, category = max(scores, default=(-np.inf, ""))
        return category if score >= threshold else None


def _nearest(vectors: Floats, vector: Floats) -> float:
    """The mean likeness of the nearest few."""
    likeness = vectors @ vector
    if len(likeness) > NEAREST:
        likeness = np.partition(likeness, -NEAREST)[-NEAREST:]
    return float(likeness.mean()) if len(likeness) else 0.0


def fit(
    vectors: NDArray[np.float64], labels: NDArray[np.int64], classes: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Multinomial logistic regression with balanced classes, by gradient descent with momentum."""
    centre = vectors.mean(axis=0)
    inputs = np.hstack([vectors - centre, np.ones((len(vectors), 1))])
    wanted = np.eye(classes)[labels]
    share = 1.0 / np.maximum(wanted.sum(axis=0), 1.0)
    share[-1] *= classes - 1
    emphasis = wanted @ share
    emphasis *= len(labels) / emphasis.sum()
    weights = np.zeros((classes, inputs.shape[1]))
    speed = np.zeros_like(weights)
    decay = np.full(inputs.shape[1], RIDGE / len(labels))
    decay[-1] = 0.0
    for _ in range(STEPS):
        logits = inputs @ weights.T
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        slope = ((shares - wanted) * emphasis[:, None]).T @ inputs / len(labels) + decay * weights
        speed = MOMENTUM * speed - RATE * slope
        weights += speed
    return weights, centre
