"""Messages that ask for the same thing, put together, and the topics that come nearest."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

# From here on two messages are put together. Read off the groups of 5,000 messages: see docs/decisions/console.md.
ALIKE = 0.45
_BLOCK = 500
# Texts whose nearest topics are remembered.
_REMEMBERED = 2_000
_SPACE = re.compile(r"[\W_]+")


def normal(text: str) -> str:
    """A text without case and signs, by which equal messages are recognised."""
    return _SPACE.sub(" ", text.casefold()).strip()


def groups(texts: Sequence[str], alike: float = ALIKE) -> list[list[int]]:
    """Places of texts that are alike, the largest group first; the first of a group is the one most often said.

    Args:
        texts: messages, newest first.
        alike: likeness from which on two belong together, from 0 to 1.
    """
    same: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        same[normal(text)].append(place)
    # What is said most often leads; others join the leader that they are most like.
    keys = sorted(same, key=lambda key: (-len(same[key]), same[key][0]))
    if not keys:
        return []
    vectors = _vectorizer().fit_transform([key or "?" for key in keys])
    led: dict[int, list[int]] = {}
    leader = np.full(len(keys), -1)
    for start in range(0, len(keys), _BLOCK):
        nearness = (vectors[start : start + _BLOCK] @ vectors.T).tocsr()
        for row in range(nearness.shape[0]):
            place = start + row
            begin, end = nearness.indptr[row], nearness.indptr[row + 1]
            others, values = nearness.indices[begin:end], nearness.data[begin:end]
            possible = (others < place) & (values >= alike)
            possible &= leader[others] == others
            if possible.any():
                best = others[possible][values[possible].argmax()]
                leader[place] = best
                led[best].append(place)
            else:
                leader[place] = place
                led[place] = [place]
    found = [[place for key in members for place in same[keys[key]]] for members in led.values()]
    return sorted(found, key=len, reverse=True)


class Nearest:
    """Finds the topics whose examples are most like a message.

    Args:
        questions: the examples of each topic.
    """

    def __init__(self, questions: Mapping[str, Sequence[str]]) -> None:
        self._topics = np.array([topic for topic, texts in questions.items() for _ in texts])
        self._vectors: Any = None
        # The same groups are looked at again and again.
        self._known: dict[str, list[str]] = {}
        if len(self._topics):
            self._vectorizer = _vectorizer()
            texts = [normal(text) for texts in questions.values() for text in texts]
            self._vectors = self._vectorizer.fit_transform(texts).T.tocsr()

    def topics(self, text: str) -> list[str]:
        """Ids of the nearest topics, nearest first."""
        if text not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text] = self._nearest(text)
        return self._known[text]

    def _nearest(self, text: str, most: int = 3, least: float = 0.15) -> list[str]:
        if self._vectors is None:
            return []
        nearness = (self._vectorizer.transform([normal(text)]) @ self._vectors).toarray()[0]
        found: dict[str, None] = {}
        for place in nearness.argsort()[::-1][:50]:
            if nearness[place] < least or len(found) == most:
                break
            found.setdefault(str(self._topics[place]))
        return list(found)


def _vectorizer() -> Any:
    """Words, and letters within them for slips of the finger."""
    # Takes seconds to import, and the console should be there before somebody opens the inbox.
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    def words(text: str) -> list[str]:
        """The words that say what a text is about, one form for one and for many."""
        every = text.split()
        telling = [word for word in every if word not in ENGLISH_STOP_WORDS] or every
        return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in telling]

    return FeatureUnion(
        [
            ("words", TfidfVectorizer(sublinear_tf=True, tokenizer=words, token_pattern=None, lowercase=False)),
            ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True)),
        ],
        # Both are of length 1, so the sum of squares is halved to keep likeness between 0 and 1.
        transformer_weights={"words": 0.5**0.5, "letters": 0.5**0.5},
    )
