"""Scores our bot and the stock project that the benchmark trained on the same labelled messages.

    python -m bench.accuracy tests/data/*_own.jsonl

The stock project's intents are our groups; a reply is judged by its group anyway, as `rls evaluate --stock` does it.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

from bench import stock


class Renamed:
    """An agent whose intents have the names that `bot.evaluation.stock` knows.

    Args:
        agent: of the stock project.
        safety: the intents that are safety categories.
    """

    def __init__(self, agent: Any, safety: frozenset[str]) -> None:
        self._agent = agent
        self._safety = safety

    async def parse_message(self, text: str) -> dict[str, Any]:
        """A message as Rasa's agent parses it."""
        parsed: dict[str, Any] = await self._agent.parse_message(text)
        ranked = [self._renamed(intent) for intent in parsed.get("intent_ranking") or ()]
        return {**parsed, "intent": self._renamed(parsed["intent"]), "intent_ranking": ranked}

    def _renamed(self, intent: dict[str, Any]) -> dict[str, Any]:
        from bot.evaluation.stock import label

        return {**intent, "name": label(intent["name"], {}, self._safety)} if intent.get("name") else intent


def compared(files: list[Path]) -> str:
    """A table of both."""
    from rasa.core.agent import Agent

    from bot.dialogue.agent import load
    from bot.dialogue.exchange import ask
    from bot.evaluation.messages import read
    from bot.evaluation.run import group_ids, score
    from bot.evaluation.scores import Scored, measures
    from bot.evaluation.stock import StockPipeline

    messages = read(files, group_ids())
    safety = frozenset(stock.importer().safety())
    theirs = StockPipeline(Renamed(Agent.load(str(stock.project().model)), safety), frozenset(group_ids()))
    ours = load()

    async def both() -> tuple[list[Scored], list[Scored]]:
        return (
            await score(messages, lambda text, sender: ask(ours, text, sender)),
            await score(messages, lambda text, _: theirs.ask(text)),
        )

    rows = zip(*map(measures, asyncio.run(both())), strict=True)
    counted = [f"| {mine.title} | {mine.share} | {other.share} |" for mine, other in rows if mine.share.of]
    return "\n".join(["| | ours | stock Rasa |", "| --- | --- | --- |", *counted])


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(compared([Path(name) for name in sys.argv[1:]]))


if __name__ == "__main__":
    main()
