from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.limits import InProcessLimits, RedisLimits
from bot.channels.web.limits import limits as shared


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def take(limits: InProcessLimits, key: str = "a", per_minute: int = 6) -> float:
    return asyncio.run(limits.take(key, per_minute))


def test_it_works() -> None:
    clock = Clock()
    limits = InProcessLimits(clock)
    assert [take(limits) for _ in range(6)] == [0.0] * 6
    assert take(limits) == pytest.approx(10)
    clock.now += 4
    assert take(limits) == pytest.approx(6)
    clock.now += 6
    assert take(limits) == 0
    assert take(limits) > 0


def test_a_key_does_not_wait_for_another() -> None:
    limits = InProcessLimits(Clock())
    while not take(limits):
        pass
    assert take(limits, "b") == 0


def test_it_holds_no_more_than_a_minute() -> None:
    clock = Clock()
    limits = InProcessLimits(clock)
    take(limits)
    clock.now += 3600
    assert [take(limits) > 0 for _ in range(7)] == [False] * 6 + [True]


def test_it_forgets_who_was_quiet_the_longest() -> None:
    limits = InProcessLimits(Clock(), most=2)
    while not take(limits):
        pass
    take(limits, "b")
    take(limits, "c")
    assert take(limits) == 0


def test_a_slow_writer_never_waits() -> None:
    clock = Clock()
    limits = InProcessLimits(clock)
    for _ in range(50):
        assert take(limits) == 0
        clock.now += 10


def test_who_waits_as_long_as_told_goes_on() -> None:
    clock = Clock()
    limits = InProcessLimits(clock)
    for _ in range(50):
        wait = take(limits)
        if wait:
            clock.now += wait + 1e-6
            assert take(limits) == 0


def test_asking_again_while_waiting_makes_nobody_wait_longer() -> None:
    clock = Clock()
    limits = InProcessLimits(clock)
    while not take(limits):
        pass
    waits = [take(limits) for _ in range(100)]
    assert waits == [waits[0]] * 100


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 30))
def test_no_more_than_twice_the_limit_passes_in_a_minute(pauses: list[float], per_minute: int) -> None:
    clock = Clock()
    limits = InProcessLimits(clock)
    passed = []
    for pause in pauses:
        clock.now += pause
        if take(limits, per_minute=per_minute) == 0:
            passed.append(clock.now)
    for start in passed:
        assert sum(start <= at < start + 60 for at in passed) <= 2 * per_minute


def test_without_redis_each_process_counts_for_itself() -> None:
    assert isinstance(shared(None), InProcessLimits)
    assert isinstance(shared(""), InProcessLimits)


def test_a_redis_that_is_not_there_shuts_nobody_out_and_lets_nobody_flood() -> None:
    async def run() -> list[float]:
        limits = RedisLimits("redis://127.0.0.1:9/0")
        waits = [await limits.take("a", 3) for _ in range(5)]
        await limits.close()
        return waits

    waits = asyncio.run(run())
    assert waits[:3] == [0.0] * 3
    assert all(0 < wait <= 20 for wait in waits[3:])
