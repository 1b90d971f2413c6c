"""Kernel ridge regression: which intent a message is like, and how much, from its likeness to every example."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.linalg import lapack

from bot.nlu.examples import Examples
from bot.nlu.whole_numbers import Floats

# Chosen by measurement, see docs/decisions/classifier.md.
RIDGE = 0.2


@dataclass(frozen=True)
class KernelMachine:
    """One regression for each intent from the likeness of a message to every example.

    An example that is like the message pulls the score of its intent toward 1; where no example is near, all scores are
    near 0, which is how a message out of scope shows.

    Attributes:
        weights: shape (n, intents), for the first n examples.
        intents: the names of the columns of `weights`.
    """

    weights: Floats
    intents: tuple[str, ...]

    def scores(self, likeness: Floats) -> Floats:
        """Scores of a message for each intent, mostly from 0 to 1; `likeness` is as `Examples.likeness` gives it."""
        return np.asarray(likeness[: len(self.weights)] @ self.weights, dtype=np.float32)

    def save(self, folder: Path, name: str) -> None:
        """Write the machine into a folder, without pickle."""
        np.save(folder / f"{name}.npy", self.weights)
        (folder / f"{name}.json").write_text(json.dumps(self.intents), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> KernelMachine:
        """Read what `save` wrote."""
        intents = tuple(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
        # Column by column, as `scores` reads them: a third of the time.
        return cls(np.asfortranarray(np.load(folder / f"{name}.npy", allow_pickle=False)), intents)


class Solver:
    """Solves for machines that learn from the same examples, or from the first of them.

    The solution is closed, so training is exact and takes seconds. What costs is the factor of the examples' likeness to
    each other, which is made once: that of the first n examples is a corner of it.

    Raises:
        ValueError: the examples can't be solved for, as when there are none.
    """

    def __init__(self, examples: Examples) -> None:
        system = examples.among_themselves()
        system[np.diag_indices(len(system))] += RIDGE
        # The transpose of what is set above the diagonal has the columns together, as the solver wants them, without a copy.
        self._factor, failed = lapack.spotrf(system.T, lower=1, overwrite_a=1)
        if failed or not len(system):
            raise ValueError("the examples could not be solved for")

    def solve(self, labels: Sequence[str]) -> KernelMachine:
        """The machine that knows the first `len(labels)` examples by these labels."""
        intents = tuple(sorted(set(labels)))
        weights, _ = lapack.spotrs(self._corner(len(labels)), _targets(labels, intents), lower=1)
        return KernelMachine(np.ascontiguousarray(weights), intents)

    def left_out(self, machine: KernelMachine, labels: Sequence[str]) -> Floats:
        """The score that each example would have had if it had not been among the examples, shape (n, intents).

        It is an honest look at new messages without a second training.
        """
        # This needs the diagonal of the inverse and no more of it, which half of the factor's inverse gives.
        inverse, _ = lapack.strtri(self._corner(len(labels)), lower=1)
        return np.asarray(_targets(labels, machine.intents) - machine.weights / _column_squares(inverse)[:, None])

    def _corner(self, count: int) -> Floats:
        return self._factor[:count, :count]


def _targets(labels: Sequence[str], intents: Sequence[str]) -> Floats:
    column = {intent: index for index, intent in enumerate(intents)}
    targets = np.zeros((len(labels), len(intents)), dtype=np.float32)
    targets[np.arange(len(labels)), [column[label] for label in labels]] = 1
    return targets


def _column_squares(lower: Floats) -> Floats:
    """The sum of squares of each column of a lower triangle, whatever stands above it."""
    return np.array([np.dot(column, column) for column in (lower[n:, n] for n in range(len(lower)))], dtype=np.float32)
