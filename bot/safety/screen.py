"""The screen that every message passes before anything else reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.safety.meaning import HARMLESS, PLAIN_THRESHOLD, THRESHOLD, Meaning, parts
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
    """Finds danger and boundaries in a message.

    Attributes:
        meaning: what has learnt `examples`; only `compare` needs it.
    """

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

    def examples(self, background: Sequence[str] = ()) -> tuple[list[str], list[str]]:
        """What a machine must learn for `compare`: texts, and the category of each.

        Args:
            background: messages that are no danger: questions on the bot's topics, small talk, other subjects.
        """
        texts: list[str] = []
        labels: list[str] = []
        harmless: list[str] = []
        for category in self.book.file.categories:
            harmless += category.look_alikes
            if category.id in URGENT:
                texts += category.examples
                labels += [category.id] * len(category.examples)
            else:
                harmless += category.examples
        harmless += background
        # A long message is read in parts too, so the parts of harmless ones must be known.
        harmless += [part for text in harmless for part in parts(text)]
        known = set(texts)
        harmless = [text for text in dict.fromkeys(harmless) if text not in known]
        return texts + harmless, labels + [HARMLESS] * len(harmless)

    def compare(self, vector: NDArray[np.float32], text: str) -> Finding | None:
        """The most serious danger that a message is like in meaning.

        Args:
            vector: the message's sentence vector, of length 1.
            text: the message.

        Raises:
            RuntimeError: the screen was given no `meaning`.
        """
        if self.meaning is None:
            raise RuntimeError("set meaning before compare")
        message = self.book.message(text)
        plainer = self.book.first(message) or self.book.sets_aside(message)
        threshold = PLAIN_THRESHOLD if plainer else THRESHOLD
        category = self.meaning.category(vector, text, threshold)
        return Finding(category, f"{category}-meaning", "meaning") if category else None
