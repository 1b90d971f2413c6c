"""A message as weighted words and letter groups, for what a sentence vector blurs: names, forms, misspellings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

# Hashing keeps no word list, so nothing of what a visitor typed could be kept either; 2^18 columns hold our words apart.
COLUMNS = 2**18
_HASHING = {"n_features": COLUMNS, "alternate_sign": False, "norm": None, "lowercase": True}
_VIEWS = (
    HashingVectorizer(analyzer="word", ngram_range=(1, 2), **_HASHING),
    HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), **_HASHING),
)


@dataclass(frozen=True)
class WordWeights:
    """How telling each word and each letter group is: rare ones more than common ones.

    Attributes:
        rarity: shape (2, 2^18), the inverse document frequency of each column of the two views.
    """

    rarity: NDArray[np.float32]

    @classmethod
    def learn(cls, texts: Sequence[str]) -> WordWeights:
        """Count in the training examples."""
        rows = [TfidfTransformer(sublinear_tf=True).fit(view.transform(texts)).idf_ for view in _VIEWS]
        return cls(np.asarray(rows, dtype=np.float32))

    def weigh(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Texts as rows of length 1 in each view, side by side: shape (len(texts), 2 * 2^18)."""
        rows, columns, values = [], [], []
        for start, view, rarity in zip((0, COLUMNS), _VIEWS, self.rarity, strict=True):
            counts = view.transform(texts)
            row = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
            value = (np.log(counts.data) + 1) * rarity[counts.indices]
            value /= np.sqrt(np.bincount(row, value * value, len(texts)))[row]
            rows.append(row)
            columns.append(counts.indices + start)
            values.append(value.astype(np.float32))
        content = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
        return sparse.csr_matrix(content, shape=(len(texts), 2 * COLUMNS))

    def save(self, folder: Path) -> None:
        """Write into a folder, without pickle."""
        np.savez_compressed(folder / "words.npz", rarity=self.rarity)

    @classmethod
    def load(cls, folder: Path) -> WordWeights:
        """Read what `save` wrote."""
        with np.load(folder / "words.npz", allow_pickle=False) as arrays:
            return cls(arrays["rarity"])
