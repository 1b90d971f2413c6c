"""Kernel ridge regression over meaning and words: which intent a message is like, and how much."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from bot.nlu.words import WordWeights

Floats = NDArray[np.float32]

# Chosen by measurement, see docs/decisions/classifier.md.
SHARPNESS = 2.0
WORDS = 0.2
RIDGE = 0.2

# Of a longer text, beginning and end: its vector is of these too, and letter groups take time.
MOST_CHARACTERS = 2_000


@dataclass(frozen=True)
class KernelMachine:
    """One regression for each intent from the likeness of a message to every example.

    An example that is like the message pulls the score of its intent toward 1; where no example is near, all scores are
    near 0, which is how a message out of scope shows. The solution is closed, so training is exact and takes seconds.

    Attributes:
        vectors: shape (n, 384), the sentence vectors of the examples.
        words: shape (columns, n), their words: this way round, since a message is multiplied with them.
        weights: shape (n, intents).
        intents: the names of the columns of `weights`.
        word_weights: what turns a text into a row of `words`.
    """

    vectors: Floats
    words: sparse.csr_matrix
    weights: Floats
    intents: tuple[str, ...]
    word_weights: WordWeights

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str]) -> tuple[KernelMachine, Floats]:
        """Solve for the weights.

        Args:
            texts: the examples.
            vectors: shape (n, 384), their sentence vectors.
            labels: the intent of each.

        Returns:
            The machine, and the score that each example would have had if it had not been among the examples, shape
            (n, intents): an honest look at new messages without a second training.

        Raises:
            ValueError: the examples can't be solved for, as when there are none.
        """
        machine, factor, targets = cls._solve(texts, vectors, labels)
        # The left-out scores need the diagonal of the inverse and no more of it, which half of the factor's inverse gives.
        inverse, failed = lapack.strtri(factor, lower=1, overwrite_c=1)
        if failed:
            raise ValueError("the examples could not be solved for")
        return machine, targets - machine.weights / _column_squares(inverse)[:, None]

    @classmethod
    def solve(cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str]) -> KernelMachine:
        """Solve for the weights alone, in a third of the time of `fit`.

        Raises:
            ValueError: as for `fit`.
        """
        return cls._solve(texts, vectors, labels)[0]

    @classmethod
    def _solve(cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str]) -> tuple[KernelMachine, Floats, Floats]:
        """The machine, the Cholesky factor of its system, and the targets."""
        intents = tuple(sorted(set(labels)))
        column = {intent: index for index, intent in enumerate(intents)}
        targets = np.zeros((len(labels), len(intents)), dtype=np.float32)
        targets[np.arange(len(labels)), [column[label] for label in labels]] = 1
        word_weights = WordWeights.learn(texts)
        words = word_weights.weigh(texts)
        across = words.T.tocsr()
        system = _likeness(vectors, words, vectors, across)
        system[np.diag_indices(len(labels))] += RIDGE
        # The system is symmetric: its transpose has the columns together, as the solver wants them, without a copy.
        factor, failed = lapack.spotrf(system.T, lower=1, overwrite_a=1)
        if failed:
            raise ValueError("the examples could not be solved for")
        weights, _ = lapack.spotrs(factor, targets, lower=1)
        return cls(vectors, across, np.ascontiguousarray(weights), intents, word_weights), factor, targets

    def scores(self, text: str, vector: Floats) -> Floats:
        """Scores of a message for each intent, mostly from 0 to 1; `vector` has shape (384,)."""
        words = self.word_weights.weigh([_ends(text)])
        likeness = _likeness(vector[None, :], words, self.vectors, self.words)
        return np.asarray(likeness @ self.weights, dtype=np.float32)[0]

    def save(self, folder: Path) -> None:
        """Write the machine into a folder, without pickle."""
        np.savez(folder / "kernel.npz", vectors=self.vectors, weights=self.weights)
        sparse.save_npz(folder / "examples.npz", self.words)
        self.word_weights.save(folder)
        (folder / "intents.json").write_text(json.dumps(self.intents), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> KernelMachine:
        """Read what `save` wrote."""
        intents = tuple(json.loads((folder / "intents.json").read_text(encoding="utf-8")))
        words = sparse.load_npz(folder / "examples.npz").tocsr()
        with np.load(folder / "kernel.npz", allow_pickle=False) as arrays:
            # Column by column, as `scores` reads them: a third of the time.
            weights = np.asfortranarray(arrays["weights"])
            return cls(arrays["vectors"], words, weights, intents, WordWeights.load(folder))


def _ends(text: str) -> str:
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else f"{text[:half]} {text[-half:]}"


def _column_squares(lower: Floats) -> Floats:
    """The sum of squares of each column of a lower triangle, whatever stands above it."""
    return np.array([np.dot(column, column) for column in (lower[n:, n] for n in range(len(lower)))], dtype=np.float32)


def _likeness(vectors: Floats, words: sparse.csr_matrix, others: Floats, other_words: sparse.csr_matrix) -> Floats:
    meaning = np.exp(SHARPNESS * (vectors @ others.T - 1))
    return np.asarray(meaning + WORDS * (words @ other_words).toarray(), dtype=np.float32)
