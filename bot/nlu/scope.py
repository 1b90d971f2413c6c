"""Whether a message is about what the bot covers, as a probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class Evidence:
    """What the scores say of a message.

    Attributes:
        top: the score of the most likely group of topics.
        near: the scores of all topics together.
        outside: the score of "out of scope".
    """

    top: float
    near: float
    outside: float


@dataclass(frozen=True)
class Scope:
    """Weighs the evidence, as learnt from our own examples, each looked at as if it were new."""

    top: float = 5.0
    near: float = 4.0
    outside: float = -14.0
    bias: float = -0.4

    @classmethod
    def fit(cls, inside: Sequence[Evidence], outside: Sequence[Evidence]) -> Scope:
        """Learn from the evidence of examples in scope and out of scope."""
        rows = [[item.top, item.near, item.outside] for item in (*inside, *outside)]
        labels = [1] * len(inside) + [0] * len(outside)
        model = LogisticRegression(C=100, class_weight="balanced", max_iter=1000).fit(rows, labels)
        top, near, out = (float(weight) for weight in model.coef_[0])
        return cls(top, near, out, float(model.intercept_[0]))

    def probability(self, evidence: Evidence) -> float:
        """The probability, from 0 to 1, that a message is in scope."""
        weight: NDArray[np.float64] = np.exp(
            -(self.top * evidence.top + self.near * evidence.near + self.outside * evidence.outside + self.bias)
        )
        return float(1 / (1 + weight))

    def as_dict(self) -> dict[str, float]:
        """The weights by name, for a file."""
        return asdict(self)
