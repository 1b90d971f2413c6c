"""Talking with the trained bot."""

from __future__ import annotations

import asyncio
import itertools
import warnings
from dataclasses import dataclass
from typing import Any

_numbers = itertools.count()


class Bot:
    """The agent, and a loop that it runs in."""

    def __init__(self, agent: Any) -> None:
        self.agent = agent
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        """Give the loop back."""
        self._loop.close()

    def run(self, task: Any) -> Any:
        """The result of a coroutine."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._loop.run_until_complete(task)

    def visitor(self) -> Visitor:
        """Somebody who has not written before."""
        return Visitor(self, f"visitor-{next(_numbers)}")

    def ask(self, text: str) -> Any:
        """The exchange for a first message."""
        return self.visitor().say(text)

    def tracker(self, sender: str) -> Any:
        """A conversation as it is kept, or None."""
        return self.run(self.agent.tracker_store.retrieve(sender))

    def parse(self, text: str) -> dict[str, Any]:
        """How a message is understood."""
        from rasa.core.channels.channel import UserMessage

        parsed: dict[str, Any] = self.run(self.agent.processor.parse_message(UserMessage(text)))
        return parsed


@dataclass(frozen=True)
class Visitor:
    """One conversation."""

    bot: Bot
    name: str

    def say(self, *texts: str) -> Any:
        """Write messages; the exchange of the last one."""
        from bot.dialogue.exchange import ask

        exchange = None
        for text in texts:
            exchange = self.bot.run(ask(self.bot.agent, text, self.name))
        return exchange

    def press(self, exchange: Any, number: int) -> Any:
        """Press a button of an exchange, from 0."""
        return self.say(exchange.messages[0]["buttons"][number]["payload"])
