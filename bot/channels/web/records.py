"""What the channel asks of the conversations' archive, without waiting for it on the event loop."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, Callable, Dict, List, Optional, TypeVar

from bot.conversations import feedback
from bot.conversations.archive import Archive
from bot.conversations.erasure import Receipt, receipt_of

MOST_TURNS = 200

T = TypeVar("T")


@dataclass(frozen=True)
class Answered:
    """A message that was answered: with what, and when both happened by the server's clock."""

    id: str
    received: float
    answered: float
    messages: List[Dict[str, Any]]

    def as_dict(self) -> Dict[str, Any]:
        """As plain values for JSON."""
        return asdict(self)


class Records:
    """The conversations of this channel."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._threads = ThreadPoolExecutor(8, "web")

    async def answered(self, sender: str, message: str) -> Optional[Answered]:
        """The reply that was kept for a message."""
        turn = await self._run(self._archive.answered, sender, message)
        if turn is None or turn["answered"] is None:
            return None
        return Answered(message, turn["at"], turn["answered"], json.loads(turn["reply"]))

    async def history(self, sender: str) -> List[Dict[str, Any]]:
        """The turns since the visitor last started over, the oldest first.

        Raises:
            Away: the database does not answer.
        """
        return [
            {
                "id": turn["message"],
                "text": turn["said"],
                "received": turn["at"],
                "messages": json.loads(turn["reply"]),
                **({} if turn["answered"] is None else {"answered": turn["answered"]}),
            }
            for turn in await self._run(self._archive.history, sender, MOST_TURNS)
        ]

    async def rate(self, sender: str, message: str, helpful: bool, word: str) -> None:
        """Keep feedback for an answer.

        Raises:
            Away: the database does not answer.
        """
        await self._run(lambda: feedback.rate(sender, message, helpful, word, archive=self._archive))

    async def receipt(self, sender: str) -> Optional[Receipt]:
        """The receipt of a conversation that was deleted."""
        return await self._run(receipt_of, self._archive, sender)

    async def _run(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
