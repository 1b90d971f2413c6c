from __future__ import annotations

import asyncio

import pytest

from bot.channels.web.limits import InProcessLimits, address_key


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


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_address_key(address: str, key: str) -> None:
    assert address_key(address) == key
