"""Visitors who write at once, over HTTP."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

MESSAGES = (
    "does coffee make restless legs worse",
    "what brings it on",
    "which blood tests are done for it",
    "is citrate better than oxide",
    "can children have it",
    "what is augmentation",
    "does iron help",
    "can pregnancy cause it",
)
# Most visitors ask a few questions and go.
TURNS = 6
_names = itertools.count()


@dataclass(frozen=True)
class Measured:
    """What a number of clients saw.

    Attributes:
        per_second: messages answered in a second.
        waits: milliseconds of each message, sorted.
        failed: messages without an answer.
    """

    clients: int
    per_second: float
    waits: list[float]
    failed: int

    def quantile(self, share: float) -> float:
        """The milliseconds that so many of the messages took at most."""
        return self.waits[min(len(self.waits) - 1, int(share * len(self.waits)))] if self.waits else float("nan")


@dataclass(frozen=True)
class Address:
    """Where a bot takes Rasa's REST messages."""

    url: str
    params: Mapping[str, str]

    async def say(self, http: aiohttp.ClientSession, text: str, sender: str) -> bool:
        """Whether a message got an answer."""
        body = {"sender": sender, "message": text}
        try:
            async with http.post(self.url, params=self.params, json=body) as answer:
                return answer.status == 200 and bool(await answer.json())
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False


def measure(address: Address, clients: int, seconds: float) -> Measured:
    """Let clients write for a while, each waiting for its answer before it writes again."""
    return asyncio.run(_measure(address, clients, seconds))


async def _measure(address: Address, clients: int, seconds: float) -> Measured:
    waits: list[float] = []
    failed = 0

    async def client(http: aiohttp.ClientSession, until: float) -> None:
        nonlocal failed
        for number in itertools.count():
            if time.perf_counter() >= until:
                return
            if number % TURNS == 0:
                sender = f"bench-{next(_names)}"
            started = time.perf_counter()
            good = await address.say(http, MESSAGES[number % len(MESSAGES)], sender)
            waits.append((time.perf_counter() - started) * 1000)
            failed += not good

    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
        for text in MESSAGES:
            await address.say(http, text, f"warm-{next(_names)}")
        started = time.perf_counter()
        await asyncio.gather(*(client(http, started + seconds) for _ in range(clients)))
        took = time.perf_counter() - started
    return Measured(clients, len(waits) / took, sorted(waits), failed)


def long_conversation(address: Address, turns: int) -> list[float]:
    """Milliseconds of each turn of one conversation."""

    async def talk() -> list[float]:
        waits = []
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as http:
            for turn in range(turns):
                started = time.perf_counter()
                await address.say(http, MESSAGES[turn % len(MESSAGES)], f"long-{address.url}")
                waits.append((time.perf_counter() - started) * 1000)
        return waits

    return asyncio.run(talk())


def around(waits: list[float], turn: int) -> float:
    """The median of a turn and its neighbours, so that one hiccup does not decide."""
    return statistics.median(waits[max(0, turn - 5) : turn + 5])
