"""How long understanding takes: printed, and for long messages held to what grows no faster than they do."""

from __future__ import annotations

import time

import pytest

from bench.understanding import measure, texts
from tests.talk import Bot


def test_time_grows_no_faster_than_the_message(bot: Bot, capsys: pytest.CaptureFixture[str]) -> None:
    times = bot.run(measure(bot.agent, texts()[:60]))
    with capsys.disabled():
        print(f"\n{times}")
    assert times.full < 3 * times.half


@pytest.mark.parametrize("piece", ["?", "$", ":)", "\U0001f600", "a/", "http://a.", "\n?"])
def test_a_hostile_message_holds_nobody_up(bot: Bot, piece: str) -> None:
    text = piece * (10_000 // len(piece))
    began = time.process_time()
    bot.parse(text)
    # Of a second, where spaCy alone took fifteen.
    assert time.process_time() - began < 2
