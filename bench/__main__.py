"""Times the bot against stock Rasa on the same model, messages and machine, and prints ratios.

Stock Rasa here is its own processor with an action server over HTTP; the pipeline is ours in both, so that the difference is
what a turn pays besides understanding.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog

from bot.nlu.encoder import SentenceEncoder
from bot.settings import ROOT

MESSAGES = (
    "does coffee make restless legs worse",
    "what brings it on",
    "which blood tests are done for it",
    "is citrate better than oxide",
    "can children have it",
    "how much magnesium is in cashews",
)
ROUNDS = 10
LONG = 60
ACTIONS_PORT = 5055


def main() -> None:
    """Run all measurements."""
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    encoder = SentenceEncoder()
    floor = [_timed(lambda text=text: encoder.encode([text])) for _ in range(ROUNDS) for text in MESSAGES]  # type: ignore[misc]
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / "rasa"), "run", "actions", "--port", str(ACTIONS_PORT)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{ACTIONS_PORT}/health")
        figures = asyncio.run(_compare())
    finally:
        server.kill()
        server.wait()
    ours, stock = figures["ours"], figures["stock"]
    base = statistics.median(floor)
    print(f"encoder alone          p50 {base:7.1f} ms")
    for name, what in (("fresh", "fresh conversation"), ("early", "turn 5"), ("late", f"turn {LONG}")):
        mine, theirs = statistics.median(ours[name]), statistics.median(stock[name])
        print(f"{what:<22} p50 {mine:7.1f} ms   stock {theirs:7.1f} ms   ratio {theirs / mine:4.1f}")
    print(f"fresh turn in multiples of the encoder: {statistics.median(ours['fresh']) / base:.1f}")


async def _compare() -> dict[str, dict[str, list[float]]]:
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.utils.endpoints import EndpointConfig

    from bot.dialogue.agent import load, newest_model
    from bot.dialogue.nlg import GuideNLG

    stock = Agent.load(
        newest_model(),
        generator=GuideNLG(),
        action_endpoint=EndpointConfig(url=f"http://127.0.0.1:{ACTIONS_PORT}/webhook"),
    )

    def speaker(agent: Any) -> Callable[[str, str], Awaitable[Any]]:
        async def say(text: str, sender: str) -> Any:
            return await agent.handle_message(UserMessage(text, CollectingOutputChannel(), sender))

        return say

    speakers = {"ours": speaker(load()), "stock": speaker(stock)}
    figures: dict[str, dict[str, list[float]]] = {name: {"fresh": [], "early": [], "late": []} for name in speakers}
    for name, say in speakers.items():
        await say(MESSAGES[0], "warm")
        for number in range(ROUNDS):
            for text in MESSAGES:
                figures[name]["fresh"].append(await _timed_async(say(text, f"{number}-{text}")))
        for turn in range(1, LONG + 1):
            spent = await _timed_async(say(MESSAGES[turn % len(MESSAGES)], "long"))
            if 3 <= turn <= 8:
                figures[name]["early"].append(spent)
            elif turn > LONG - 6:
                figures[name]["late"].append(spent)
    return figures


def _timed(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


async def _timed_async(action: Awaitable[Any]) -> float:
    started = time.perf_counter()
    await action
    return (time.perf_counter() - started) * 1000


def _wait(url: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    raise TimeoutError(f"nothing answers at {url}")


if __name__ == "__main__":
    main()
