"""Kernel ridge regression over sentence vectors: which intent a message is like, and how much."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

Floats = NDArray[np.float32]

# Chosen by measurement, see docs/decisions/classifier.md.
SHARPNESS = 2.0
RIDGE = 0.3
TEMPERATURE = 12.0


@dataclass(frozen=True)
class KernelMachine:
    """One regression for each intent from the likeness of a message to every example.

    An example that is like the message pulls the score of its intent toward 1; where no example is near, all scores are
    near 0, which is how a message out of scope shows. The solution is closed, so training is exact and takes seconds.

    Attributes:
        examples: shape (n, 384), unit vectors.
        weights: shape (n, intents).
        intents: the names of the columns.
    """

    examples: Floats
    weights: Floats
    intents: tuple[str, ...]

    @classmethod
    def fit(cls, examples: Floats, labels: Sequence[str], ridge: float = RIDGE) -> KernelMachine:
        """Solve for the weights.

        Args:
            examples: shape (n, 384), unit vectors.
            labels: the intent of each.
            ridge: how much a single example may be distrusted.
        """
        intents = tuple(sorted(set(labels)))
        column = {intent: index for index, intent in enumerate(intents)}
        targets = np.zeros((len(labels), len(intents)), dtype=np.float32)
        targets[np.arange(len(labels)), [column[label] for label in labels]] = 1
        likeness = _kernel(examples, examples)
        likeness[np.diag_indices(len(labels))] += ridge
        factor = cho_factor(likeness, lower=True, overwrite_a=True, check_finite=False)
        weights = cho_solve(factor, targets, overwrite_b=True, check_finite=False)
        return cls(examples, np.asarray(weights, dtype=np.float32), intents)

    def scores(self, vectors: Floats) -> Floats:
        """Scores of shape (messages, intents), mostly from 0 to 1, for vectors of shape (messages, 384)."""
        return np.asarray(_kernel(vectors, self.examples) @ self.weights, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the machine into a folder, without pickle."""
        np.savez(folder / "kernel.npz", examples=self.examples, weights=self.weights)
        (folder / "intents.json").write_text(json.dumps(self.intents), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> KernelMachine:
        """Read what `save` wrote."""
        with np.load(folder / "kernel.npz", allow_pickle=False) as arrays:
            intents = tuple(json.loads((folder / "intents.json").read_text(encoding="utf-8")))
            return cls(arrays["examples"], arrays["weights"], intents)


def probabilities(scores: Floats, temperature: float = TEMPERATURE) -> Floats:
    """Scores as probabilities that add up to 1 in each row."""
    shifted = np.exp(temperature * (scores - scores.max(axis=-1, keepdims=True)))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def _kernel(left: Floats, right: Floats) -> Floats:
    return np.asarray(np.exp(SHARPNESS * (left @ right.T - 1)), dtype=np.float32)
