"""A message as weighted words and letter groups, for what a sentence vector blurs: names, forms, misspellings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.utils import murmurhash3_32

# Hashing keeps no word list, so nothing of what a visitor typed could be kept either; 2^18 columns hold our words apart.
COLUMNS = 2**18
_VIEWS = (
    CountVectorizer(analyzer="word", ngram_range=(1, 2)).build_analyzer(),
    CountVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer(),
)


@dataclass(frozen=True)
class WordWeights:
    """How telling each word and each letter group is: rare ones more than common ones.

    Attributes:
        rarity: shape (2 * 2^18,), the inverse document frequency of each column, those of the two views one after the other.
    """

    rarity: NDArray[np.float32]

    @classmethod
    def learn(cls, texts: Sequence[str]) -> WordWeights:
        """Count in the training examples."""
        columns = [column for text in texts for view in _counts(text) for column in view]
        texts_with = np.bincount(columns, minlength=2 * COLUMNS)
        return cls(np.asarray(np.log((1 + len(texts)) / (1 + texts_with)) + 1, dtype=np.float32))

    def row(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The columns of a text's words and letter groups, and the weight of each; each view has length 1."""
        views = []
        for counts in _counts(text):
            columns = np.fromiter(counts, np.int32, len(counts))
            weights = (np.log(np.fromiter(counts.values(), np.float32, len(counts))) + 1) * self.rarity[columns]
            views.append((columns, weights / (np.sqrt(weights @ weights) or 1)))
        columns, weights = (np.concatenate(parts) for parts in zip(*views, strict=True))
        return columns, weights

    def weigh(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Texts as rows of weights: shape (len(texts), 2 * 2^18)."""
        rows = [self.row(text) for text in texts]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns, weights = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        return sparse.csr_matrix((weights, columns, starts), shape=(len(texts), 2 * COLUMNS))

    def save(self, folder: Path) -> None:
        """Write into a folder, without pickle."""
        np.savez_compressed(folder / "words.npz", rarity=self.rarity)

    @classmethod
    def load(cls, folder: Path) -> WordWeights:
        """Read what `save` wrote."""
        with np.load(folder / "words.npz", allow_pickle=False) as arrays:
            return cls(arrays["rarity"])


def _counts(text: str) -> list[Counter[int]]:
    """How often each column of each view stands in a text."""
    return [
        Counter(start + abs(murmurhash3_32(found)) % COLUMNS for found in view(text))
        for start, view in zip((0, COLUMNS), _VIEWS, strict=True)
    ]
