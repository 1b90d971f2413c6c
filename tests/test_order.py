"""Turns in a conversation, within a process and among workers."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.processes import Running
from bot.channels.web.limits import RedisLimits
from bot.order import InProcessOrders, NoOrder, Orders, RedisOrders
from tests.servers import redis_server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Running]]:
    with redis_server(tmp_path_factory.mktemp("redis")) as served:
        yield served


async def hold(orders: Orders, said: list[str], name: str, seconds: float = 0.02) -> None:
    async with orders.hold("somebody"):
        said.append(f"{name} in")
        await asyncio.sleep(seconds)
        said.append(f"{name} out")


async def in_turn(*orders: Orders) -> list[str]:
    """Five ask for the same conversation, each a little after the one before."""
    said: list[str] = []
    tasks = []
    for number in range(5):
        tasks.append(asyncio.ensure_future(hold(orders[number % len(orders)], said, str(number))))
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)
    return said


IN_ORDER = [f"{number} {way}" for number in range(5) for way in ("in", "out")]


def test_one_at_a_time_in_order_within_a_process() -> None:
    assert asyncio.run(in_turn(InProcessOrders())) == IN_ORDER


def test_one_at_a_time_in_order_among_workers(shared: tuple[str, Running]) -> None:
    async def run() -> list[str]:
        workers = [RedisOrders(shared[0]) for _ in range(5)]
        said = await in_turn(*workers)
        for worker in workers:
            await worker.close()
        return said

    assert asyncio.run(run()) == IN_ORDER


def test_who_came_first_is_first_whichever_worker_has_how_many(shared: tuple[str, Running]) -> None:
    async def run() -> list[str]:
        one, other = RedisOrders(shared[0]), RedisOrders(shared[0])
        said = await in_turn(one, other, one, one, other)
        await one.close()
        await other.close()
        return said

    assert asyncio.run(run()) == IN_ORDER


def test_others_do_not_wait(shared: tuple[str, Running]) -> None:
    async def run() -> float:
        orders = RedisOrders(shared[0])
        async with orders.hold("one"):
            started = time.perf_counter()
            async with orders.hold("another"):
                waited = time.perf_counter() - started
        await orders.close()
        return waited

    assert asyncio.run(run()) < 0.5


def test_a_turn_is_handed_over_at_once(shared: tuple[str, Running]) -> None:
    async def run() -> float:
        first, second = RedisOrders(shared[0]), RedisOrders(shared[0])
        given = 0.0

        async def wait() -> float:
            async with second.hold("handed"):
                return time.perf_counter()

        async with first.hold("handed"):
            waiting = asyncio.ensure_future(wait())
            await asyncio.sleep(0.2)
            given = time.perf_counter()
        taken = await waiting
        await first.close()
        await second.close()
        return taken - given

    assert asyncio.run(run()) < 0.2


def test_a_turn_that_takes_longer_than_the_lease_is_kept(shared: tuple[str, Running]) -> None:
    async def run() -> list[str]:
        first, second = RedisOrders(shared[0], lease=0.6), RedisOrders(shared[0], lease=0.6)
        said: list[str] = []
        holding = asyncio.ensure_future(hold(first, said, "long", seconds=2.0))
        await asyncio.sleep(0.05)
        await hold(second, said, "next")
        await holding
        await first.close()
        await second.close()
        return said

    assert asyncio.run(run()) == ["long in", "long out", "next in", "next out"]


def test_a_turn_is_not_kept_any_longer_where_cancelling_does_nothing(shared: tuple[str, Running]) -> None:
    async def run() -> int:
        orders = RedisOrders(shared[0], lease=0.3)
        kept, swallowed = 0, False

        async def keep(**_: Any) -> int:
            nonlocal kept, swallowed
            kept += 1
            try:
                await asyncio.sleep(0.2)
            except asyncio.CancelledError:
                # Once, as Redis's library does when it looks whether a connection is there.
                if swallowed:
                    raise
                swallowed = True
            return 1

        orders._keep = keep
        async with orders.hold("somebody"):
            await asyncio.sleep(0.15)
        before = kept
        await asyncio.sleep(1.0)
        await orders.close()
        return kept - before

    assert asyncio.run(run()) == 0


def test_the_turn_of_a_worker_that_died_ends_with_its_lease(shared: tuple[str, Running]) -> None:
    async def run() -> float:
        dead, waiting_dead, living = (RedisOrders(shared[0], lease=1.0) for _ in range(3))
        # What a killed worker leaves behind: a turn, and a place in the queue, that nobody keeps.
        script: Any = dead._take
        import hashlib

        key = f"rls:order:{{{hashlib.sha256(b'orphan').hexdigest()[:32]}}}"
        names = [f"{key}:owner", f"{key}:queue"]
        assert await script(keys=names, args=["dead", 1000, f"{key}:"]) == 1
        assert await script(keys=names, args=["dead too", 1000, f"{key}:"]) == 0
        started = time.perf_counter()
        async with living.hold("orphan"):
            waited = time.perf_counter() - started
        for each in (dead, waiting_dead, living):
            await each.close()
        return waited

    assert 0.5 < asyncio.run(run()) < 5


def test_who_has_the_turn_has_it_when_redis_is_gone(tmp_path: Path) -> None:
    async def run(url: str, server: Running) -> list[str]:
        orders = RedisOrders(url)
        said: list[str] = []
        async with orders.hold("somebody"):
            server.stop(signal.SIGKILL)
            async with orders.hold("somebody"):
                said.append("in")
            with pytest.raises(NoOrder):
                async with orders.hold("somebody else"):
                    said.append("never")
        # What was held is not held for ever.
        with pytest.raises(NoOrder):
            async with orders.hold("somebody"):
                said.append("never")
        await orders.close()
        return said

    with redis_server(tmp_path) as (url, server):
        assert asyncio.run(run(url, server)) == ["in"]


def test_a_turn_within_a_turn_does_not_let_others_in() -> None:
    async def run() -> list[str]:
        orders = InProcessOrders()
        said: list[str] = []

        async def outer() -> None:
            async with orders.hold("somebody"):
                async with orders.hold("somebody"):
                    said.append("inner in")
                await asyncio.sleep(0.05)
                said.append("outer out")

        async def other() -> None:
            await asyncio.sleep(0.01)
            async with orders.hold("somebody"):
                said.append("other in")

        await asyncio.gather(outer(), other())
        return said

    assert asyncio.run(run()) == ["inner in", "outer out", "other in"]


def test_an_outage_is_told_once_and_so_is_its_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def run(url: str, server: Running) -> None:
        orders = RedisOrders(url)
        server.stop(signal.SIGKILL)
        for _ in range(3):
            with pytest.raises(NoOrder):
                async with orders.hold("somebody"):
                    pass
        server.start()
        for _ in range(2):
            async with orders.hold("somebody"):
                pass
        await orders.close()

    with redis_server(tmp_path) as (url, server):
        asyncio.run(run(url, server))
    told = [record.getMessage() for record in caplog.records if record.name == "bot.outage"]
    assert told == ["Redis does not answer (ConnectionError); messages wait until it does", "Redis answers again"]


def test_without_redis_there_is_no_turn(tmp_path: Path) -> None:
    async def run() -> None:
        orders = RedisOrders("redis://127.0.0.1:1/0")
        with pytest.raises(NoOrder):
            async with orders.hold("somebody"):
                pass
        await orders.close()

    asyncio.run(run())


def test_a_limit_is_shared(shared: tuple[str, Running]) -> None:
    async def run() -> list[float]:
        one, two = RedisLimits(shared[0]), RedisLimits(shared[0])
        waits = [await each.take("someone", 3) for each in (one, two, one, two)]
        await one.close()
        await two.close()
        return waits

    waits = asyncio.run(run())
    assert waits[:3] == [0, 0, 0]
    assert 15 < waits[3] <= 20


def test_a_worker_counts_for_itself_while_redis_is_gone_and_with_the_others_again_after(tmp_path: Path) -> None:
    async def run(url: str, server: Running) -> list[float]:
        limits = RedisLimits(url)
        waits = [await limits.take("someone", 1)]
        server.stop(signal.SIGKILL)
        waits += [await limits.take("someone", 1), await limits.take("someone", 1)]
        server.start()
        waits.append(await limits.take("someone", 1))
        await limits.close()
        return waits

    with redis_server(tmp_path) as (url, server):
        first, alone, alone_again, after = asyncio.run(run(url, server))
    assert first == alone == 0
    assert alone_again > 0
    # Redis came back empty.
    assert after == 0


async def within(seconds: float, orders: Orders, name: str) -> bool:
    """Whether the turn can be had soon."""
    try:
        await asyncio.wait_for(_free(orders, name), seconds)
    except asyncio.TimeoutError:
        return False
    return True


async def _free(orders: Orders, name: str) -> None:
    async with orders.hold(name):
        pass


def test_within_a_process_others_do_not_wait() -> None:
    async def run() -> tuple[bool, bool]:
        orders = InProcessOrders()
        holding = asyncio.ensure_future(hold(orders, [], "long", seconds=5))
        await asyncio.sleep(0.01)
        found = await within(1, orders, "another"), await within(0.05, orders, "somebody")
        holding.cancel()
        return found

    assert asyncio.run(run()) == (True, False)


@pytest.mark.parametrize("how", ["fails", "is cancelled"])
def test_a_turn_that_ends_badly_is_given_on(how: str) -> None:
    async def fail(orders: Orders) -> None:
        async with orders.hold("somebody"):
            await asyncio.sleep(5 if how == "is cancelled" else 0)
            raise ZeroDivisionError

    async def run() -> bool:
        orders = InProcessOrders()
        failing = asyncio.ensure_future(fail(orders))
        await asyncio.sleep(0.01)
        failing.cancel()
        await asyncio.gather(failing, return_exceptions=True)
        return await within(1, orders, "somebody")

    assert asyncio.run(run())


def test_who_gives_up_waiting_does_not_hold_up_those_behind() -> None:
    async def run() -> list[str]:
        orders, said = InProcessOrders(), []  # type: ignore[var-annotated]
        tasks = [asyncio.ensure_future(hold(orders, said, name, seconds=0.05)) for name in ("first", "second", "third")]
        await asyncio.sleep(0.01)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return said

    assert asyncio.run(run()) == ["first in", "first out", "third in", "third out"]


def test_conversations_that_nobody_holds_are_forgotten() -> None:
    async def run() -> int:
        orders = InProcessOrders()
        for number in range(100):
            await _free(orders, f"visitor {number}")
        return len(orders._locks)

    assert asyncio.run(run()) == 0


def test_a_redis_that_was_started_again_refuses_nobody(shared: tuple[str, Running]) -> None:
    """Each connection that it closed is renewed when it is next used."""
    url, server = shared

    async def run() -> list[str]:
        orders, said = RedisOrders(url), list[str]()
        # As many connections as turns at once.
        await asyncio.gather(*(_held_for(orders, f"visitor {number}", 0.1) for number in range(4)))
        server.stop(signal.SIGKILL)
        server.start()
        for number in range(8):
            await hold(orders, said, str(number), 0)
        await orders.close()
        return said

    assert asyncio.run(run()) == [f"{number} {way}" for number in range(8) for way in ("in", "out")]


async def _held_for(orders: Orders, visitor: str, seconds: float) -> None:
    async with orders.hold(visitor):
        await asyncio.sleep(seconds)
