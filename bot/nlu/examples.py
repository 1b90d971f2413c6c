"""The examples that a message is compared with, and how like them it is in meaning and in words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from bot.nlu.encoder import SentenceEncoder
from bot.nlu.vectors import Vectors
from bot.nlu.whole_numbers import Floats
from bot.nlu.words import WordWeights

# Chosen by measurement, see docs/decisions/classifier.md.
SHARPNESS = 2.0
WORDS = 0.2

# Of a longer text, beginning and end: its vector is of these too, and letter groups take time.
MOST_CHARACTERS = 2_000

# Rows of the examples' likeness to each other that are made at once.
ROWS = 1_024


@dataclass(frozen=True)
class Examples:
    """What was learnt from, in its order.

    Attributes:
        vectors: their sentence vectors.
        words: shape (columns, n), their words: this way round, since a message is multiplied with them.
        word_weights: what turns a text into a row of words.
    """

    vectors: Vectors
    words: sparse.csr_matrix
    word_weights: WordWeights

    @classmethod
    def learn(cls, texts: Sequence[str], vectors: Floats) -> Examples:
        """Count the words of texts with these sentence vectors, shape (n, 384)."""
        word_weights = WordWeights.learn(texts)
        return cls(Vectors.rounded(vectors), word_weights.weigh(texts).T.tocsr(), word_weights)

    def likeness(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """How like each example each text is, shape (texts, n), from 0 to 1.2; `vectors` has shape (texts, 384)."""
        likeness = self.vectors.cosines(vectors)
        _sharpen(likeness)
        for row, text in zip(likeness, texts, strict=True):
            columns, weights = self.word_weights.row(_ends(text))
            # Only the columns of a message's own words, in the place of a product with all.
            row += WORDS * (weights @ self.words[columns])
        return likeness

    def among_themselves(self) -> Floats:
        """How like each other the examples are, shape (n, n): only the upper triangle is set, being the same as the lower."""
        count = len(self.vectors)
        likeness = np.empty((count, count), dtype=np.float32)
        vectors, rows = self.vectors.floats(), self.words.T.tocsr()

        def fill(start: int) -> None:
            block = vectors[start : start + ROWS] @ vectors[start:].T
            _sharpen(block)
            block += WORDS * (rows[start : start + ROWS] @ rows[start:].T).toarray()
            likeness[start : start + ROWS, start:] = block

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(fill, range(0, count, ROWS)))
        return likeness

    def save(self, folder: Path) -> None:
        """Write into a folder, without pickle."""
        self.vectors.save(folder)
        sparse.save_npz(folder / "examples.npz", self.words, compressed=False)
        self.word_weights.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Examples:
        """Read what `save` wrote."""
        return cls(Vectors.load(folder), sparse.load_npz(folder / "examples.npz").tocsr(), WordWeights.load(folder))


@dataclass(frozen=True)
class Reader:
    """Reads texts of which only the words are known."""

    encoder: SentenceEncoder
    examples: Examples

    def __call__(self, texts: Sequence[str]) -> Floats:
        """As `Examples.likeness`."""
        return self.examples.likeness(texts, self.encoder.encode(texts))


def _sharpen(cosines: Floats) -> None:
    cosines -= 1
    cosines *= SHARPNESS
    np.exp(cosines, out=cosines)


def _ends(text: str) -> str:
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else f"{text[:half]} {text[-half:]}"
