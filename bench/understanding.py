"""Times the understanding of messages alone, without policies, replies and stores: `python -m bench.understanding`."""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
import time
import warnings
from dataclasses import dataclass
from typing import Any

from bot.nlu.text import MOST_CHARACTERS
from bot.settings import ROOT

MESSAGES = ROOT / "tests" / "data" / "in_scope_own.jsonl"
ROUNDS = 5


@dataclass(frozen=True)
class Times:
    """How long a message is understood, in milliseconds of the processor.

    Attributes:
        median: over messages as people write them.
        slow: the 95th percentile of those.
        half: a message of 5,000 characters.
        full: a message of 10,000 characters.
    """

    median: float
    slow: float
    half: float
    full: float

    def __str__(self) -> str:
        return (
            f"understanding a message: {self.median:.1f} ms (median), {self.slow:.1f} ms (95th percentile); "
            f"5,000 characters {self.half:.1f} ms, 10,000 characters {self.full:.1f} ms"
        )


async def measure(agent: Any, texts: list[str]) -> Times:
    """Time each text, and long ones.

    Args:
        agent: Rasa's agent with our model.
    """
    from rasa.core.channels.channel import UserMessage

    async def spent(text: str) -> float:
        # Of the process, since a busy machine would count others' work.
        started = time.process_time()
        await agent.processor.parse_message(UserMessage(text))
        return (time.process_time() - started) * 1000

    async def best(text: str) -> float:
        return min([await spent(text) for _ in range(ROUNDS)])

    await spent(texts[0])
    each = sorted([await spent(text) for text in texts])
    long = ". ".join(texts * (MOST_CHARACTERS // len("".join(texts)) + 1))[:MOST_CHARACTERS]
    half, full = await best(long[: MOST_CHARACTERS // 2]), await best(long)
    return Times(statistics.median(each), each[int(0.95 * (len(each) - 1))], half, full)


def texts() -> list[str]:
    """The messages of our own regression set."""
    return [json.loads(line)["text"] for line in MESSAGES.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    from bot.dialogue.agent import load

    print(asyncio.run(measure(load(), texts())))


if __name__ == "__main__":
    main()
