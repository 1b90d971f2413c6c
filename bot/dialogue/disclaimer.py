"""The disclaimer and the advice to see a professional: added to every reply, here and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from bot.dialogue.reply import FinishedReply, Kind, Reply
from bot.knowledge.document import Document
from bot.knowledge.errors import KnowledgeErrors
from bot.knowledge.topic import Strict, who
from bot.safety.rules import CALL_AT_ONCE


class Wording(Strict):
    """How the disclaimer reads on one channel."""

    short: str = Field(min_length=10)
    full: str = Field(min_length=10)
    advice: str = Field(regex=r".*\{who\}")
    danger: str = Field(min_length=10)


class Disclaimer:
    """Finishes replies.

    Args:
        wordings: by channel; `default` must be there.
        numbers: emergency number by country; `OTHER` must be there.
    """

    def __init__(self, wordings: dict[str, Wording], numbers: dict[str, str]) -> None:
        self._wordings = wordings
        self._numbers = numbers

    @classmethod
    def load(cls, folder: Path) -> Disclaimer:
        """Read `disclaimer.yml` of a knowledge folder.

        Raises:
            KnowledgeErrors: the file does not fit, or lacks `default` or `OTHER`.
        """
        document = Document.read(folder / "disclaimer.yml")
        given = _mapping(document.data)
        wordings = {name: document.parse(Wording, ("wordings", name)) for name in _mapping(given.get("wordings"))}
        numbers = {country: str(number) for country, number in _mapping(given.get("numbers")).items()}
        if "default" not in wordings or "OTHER" not in numbers:
            raise KnowledgeErrors([document.error((), "'default' or 'OTHER' is missing", "restore it")])
        return cls(wordings, numbers)

    def finish(self, reply: Reply, *, channel: str, country: str, first: bool) -> FinishedReply:
        """Add the disclaimer and the advice.

        Args:
            reply: what the bot says.
            channel: the channel's name, for its own wording.
            country: whose emergency number the full disclaimer names.
            first: whether it is the first reply of a conversation, which gets the full wording.
        """
        wording = self._wordings.get(channel, self._wordings["default"])
        number = self._numbers.get(country, self._numbers["OTHER"])
        in_danger = reply.kind is Kind.SAFETY and reply.safety in CALL_AT_ONCE
        if in_danger:
            text = wording.danger
        else:
            text = (wording.full if first else wording.short).format(number=number)
        return FinishedReply(
            **{name: getattr(reply, name) for name in Reply.__fields__},
            disclaimer=text,
            advice=wording.advice.format(who=who(reply.advisers)),
        )

    def full(self, country: str) -> str:
        """The full wording, for whoever asks for it."""
        number = self._numbers.get(country, self._numbers["OTHER"])
        return self._wordings["default"].full.format(number=number)


def _mapping(value: Any) -> dict[str, Any]:
    """What was read, where it has names; an empty file has none."""
    return value if isinstance(value, dict) else {}
