"""The screen that every message passes before anything else reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.safety.meaning import HARMLESS, PLAIN_THRESHOLD, THRESHOLD, Meaning, parts
from bot.safety.message import Message
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


@dataclass(frozen=True)
class _Reading:
    text: str
    message: Message
    finding: Finding | None


class Screen:
    """Finds danger and boundaries in a message.

    Attributes:
        meaning: what has learnt `examples`; only `compare` needs it.
    """

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.meaning: Meaning | None = None
        self._last: _Reading | None = None

    @classmethod
    def load(cls, path: Path) -> Screen:
        """Read the rules.

        Raises:
            bot.knowledge.errors.KnowledgeErrors: what is wrong in the file.
        """
        return cls(RuleBook.load(path))

    def check(self, text: str) -> Finding | None:
        """The most serious thing that the written rules find."""
        return self._read(text).finding

    def examples(self, messages: Sequence[str]) -> tuple[list[str], list[str]]:
        """What a machine must learn for `compare`: texts, and the category of each.

        Args:
            messages: what visitors ask and say; the texts begin with these, in their order. All of them but the examples of
                danger are harmless, boundaries too.
        """
        dangers = {text: entry.id for entry in self.book.file.categories if entry.id in URGENT for text in entry.examples}
        more = [text for entry in self.book.file.categories for text in (*entry.look_alikes, *entry.examples)]
        # A long message is read in parts too, so the parts of harmless ones must be known.
        more += [part for text in (*messages, *more) if text not in dangers for part in parts(text)]
        known = set(messages)
        texts = [*messages, *(text for text in dict.fromkeys(more) if text not in known)]
        return texts, [dangers.get(text, HARMLESS) for text in texts]

    def compare(self, likeness: NDArray[np.float32], text: str) -> Finding | None:
        """The most serious danger that a message is like in meaning.

        Args:
            likeness: how like each of the examples the message is.
            text: the message.

        Raises:
            RuntimeError: the screen was given no `meaning`.
        """
        if self.meaning is None:
            raise RuntimeError("set meaning before compare")
        reading = self._read(text)
        plainer = reading.finding or self.book.sets_aside(reading.message)
        threshold = PLAIN_THRESHOLD if plainer else THRESHOLD
        category = self.meaning.category(likeness, text, threshold)
        return Finding(category, f"{category}-meaning", "meaning") if category else None

    def _read(self, text: str) -> _Reading:
        # `compare` asks for the message that `check` was asked for a moment ago.
        reading = self._last
        if reading is None or reading.text != text:
            message = self.book.message(text)
            rule = self.book.first(message)
            reading = self._last = _Reading(text, message, Finding(rule.category, rule.id, "pattern") if rule else None)
        return reading
