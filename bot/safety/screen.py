"""The screen that every message passes before anything else reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.safety.meaning import THRESHOLD, THRESHOLD_AT_BOUNDARY, Encode, Meaning
from bot.safety.rules import URGENT, RuleBook


@dataclass(frozen=True)
class Finding:
    """What a message was found to be.

    Attributes:
        category: one of `bot.safety.rules.CATEGORIES`.
        rule: id of the rule, or of the category's examples ("emergency-meaning").
        how: whether a written rule or the likeness to the examples found it.
    """

    category: str
    rule: str
    how: Literal["pattern", "meaning"]


class Screen:
    """Finds danger and boundaries in a message."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.meaning: Meaning | None = None
        self._checked: tuple[str | None, Finding | None] = (None, None)

    @classmethod
    def load(cls, path: Path) -> Screen:
        """Read the rules.

        Raises:
            bot.knowledge.errors.KnowledgeErrors: what is wrong in the file.
        """
        return cls(RuleBook.load(path))

    def check(self, text: str) -> Finding | None:
        """The most serious thing that the written rules find."""
        if text != self._checked[0]:
            # `compare` asks again what was asked for the same message a moment ago.
            rule = self.book.first(self.book.message(text))
            self._checked = (text, Finding(rule.category, rule.id, "pattern") if rule else None)
        return self._checked[1]

    def prepare(self, encode: Encode, background: Sequence[str] = ()) -> None:
        """Learn what the examples mean; `compare` needs it.

        Args:
            encode: turns sentences into vectors of length 1; `compare` also reads long messages in parts with it.
            background: questions on the bot's topics, which are no danger.
        """
        examples = {category.id: category.examples for category in self.book.file.categories if category.id in URGENT}
        harmless = [text for category in self.book.file.categories for text in category.look_alikes]
        harmless += [text for category in self.book.file.categories if category.id not in URGENT for text in category.examples]
        self.meaning = Meaning.learn(encode, examples, [*harmless, *background])

    def compare(self, vector: NDArray[np.float32], text: str) -> Finding | None:
        """The most serious danger that a message is like in meaning.

        Args:
            vector: the message's sentence vector, of length 1.
            text: the message.

        Raises:
            RuntimeError: `prepare` was not called.
        """
        if self.meaning is None:
            raise RuntimeError("call prepare before compare")
        threshold = THRESHOLD_AT_BOUNDARY if self.check(text) else THRESHOLD
        category = self.meaning.category(vector, text, threshold)
        return Finding(category, f"{category}-meaning", "meaning") if category else None
