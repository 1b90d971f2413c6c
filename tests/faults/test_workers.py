"""Two workers, PostgreSQL and Redis, each killed while visitors write.

Nobody is left without a reply or a clear word to try again, and nothing is lost or doubled.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Iterator

import pytest

from bench.processes import Running
from tests.faults.service import Service, Visitor, at_once, restart, wait_for
from tests.servers import postgres_server, redis_server


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Running, Running]]:
    folder = tmp_path_factory.mktemp("service")
    with redis_server(folder) as (redis_url, redis), postgres_server() as (database, postgres):
        service = Service(folder, database, redis_url)
        service.start()
        yield service, redis, postgres
        if service.process:
            service.stop()


@pytest.fixture
def service(servers: tuple[Service, Running, Running]) -> Service:
    return servers[0]


def test_messages_of_a_visitor_stay_in_order_whichever_worker_takes_them(service: Service) -> None:
    visitor = Visitor(service)
    names = [uuid.uuid4().hex for _ in range(6)]
    replies = at_once(*(lambda name=name: visitor.say("slow 0.3", name) for name in names), apart=0.15)  # type: ignore[misc]
    assert [reply["id"] for reply in replies] == names
    assert visitor.history == names


def test_a_message_that_is_sent_twice_at_once_is_answered_once(service: Service) -> None:
    visitor, name = Visitor(service), uuid.uuid4().hex
    replies = at_once(*[lambda: visitor.say("slow 0.3", name)] * 4)
    assert {reply["id"] for reply in replies} == {name}
    assert visitor.history == [name]


@pytest.mark.parametrize("moment", ["die before", "die after"])
def test_a_worker_that_is_killed_in_a_turn(service: Service, moment: str) -> None:
    visitor = Visitor(service)
    visitor.say("hello")
    reply = visitor.say(moment)
    assert "not medical advice" in reply["messages"][0]["text"]
    assert visitor.history == visitor.sent
    service.wait_ready()


def test_redis_that_is_gone_and_back(servers: tuple[Service, Running, Running]) -> None:
    service, redis, _ = servers
    visitor = Visitor(service)
    visitor.say("hello")
    redis.stop(signal.SIGKILL)
    name = uuid.uuid4().hex
    event = visitor.once("are you there?", name)
    # A clear retry, and nothing was done.
    assert event["code"] == "busy"
    assert event["message"] == "I can't answer just now. Please try again in a moment."
    redis.start()
    assert visitor.say("are you there?", name)["id"] == name
    assert visitor.history == visitor.sent


def test_redis_that_goes_when_a_turn_has_begun(servers: tuple[Service, Running, Running]) -> None:
    """The turn is the worker's already: it is answered and kept."""
    service, redis, _ = servers
    visitor, name = Visitor(service), uuid.uuid4().hex

    def gone() -> None:
        time.sleep(0.7)
        redis.stop(signal.SIGKILL)

    event, _ = at_once(lambda: visitor.once("dawdle", name), gone)
    redis.start()
    assert event["type"] == "reply"
    assert visitor.history == [name]


def test_postgresql_that_is_gone_and_back(servers: tuple[Service, Running, Running]) -> None:
    service, _, postgres = servers
    visitor = Visitor(service)
    visitor.say("hello")
    # At once, without a word to its clients.
    postgres.stop(signal.SIGQUIT)
    # The visitor does not notice.
    for text in ("one", "two", "three"):
        assert "not medical advice" in visitor.say(text)["messages"][0]["text"]
    assert not visitor.excuses
    postgres.start()
    wait_for(lambda: visitor.history == visitor.sent, service.log)


def test_postgresql_that_hangs(servers: tuple[Service, Running, Running]) -> None:
    service, _, postgres = servers
    visitor = Visitor(service)
    visitor.say("hello")
    assert postgres.process
    from bench.processes import family

    stopped = family(postgres.process.pid)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        visitor.say("are you there?", within=30)
        assert time.monotonic() - started < 25
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    wait_for(lambda: visitor.history == visitor.sent, service.log)


def test_a_clock_that_jumps(service: Service) -> None:
    visitor, clock = Visitor(service), service.folder / "clock"
    visitor.say("hello")
    try:
        for jump in (-86_400.0, 2 * 86_400.0):
            clock.write_text(str(jump))
            visitor.say(f"now it is {jump}")
    finally:
        clock.unlink()
    visitor.say("and now?")
    assert visitor.history == visitor.sent


def test_a_rolling_restart_under_load(service: Service) -> None:
    # What the tests before did to a worker may not be over yet.
    service.wait_ready()
    before, said = set(service.workers), len(service.log())
    assert service.process
    service.process.send_signal(signal.SIGHUP)
    visitors = [Visitor(service) for _ in range(3)]
    until = time.monotonic() + 300
    while "all workers were replaced" not in service.log()[said:] and time.monotonic() < until:
        at_once(*(lambda visitor=visitor: visitor.say("hello") for visitor in visitors))  # type: ignore[misc]
        # So that nobody says more than a history shows.
        time.sleep(0.5)
    assert not before & set(service.workers)
    for visitor in visitors:
        assert visitor.history == visitor.sent[-200:]
        assert not visitor.excuses


def test_both_servers_restart_while_visitors_write(servers: tuple[Service, Running, Running]) -> None:
    service, redis, postgres = servers
    visitors = [Visitor(service) for _ in range(4)]

    def write(visitor: Visitor) -> None:
        for number in range(6):
            visitor.say(f"slow 0.{number}")

    def disturb() -> None:
        restart(redis)
        os.kill(service.workers[0], signal.SIGKILL)
        restart(postgres, signal.SIGQUIT)

    at_once(*(lambda visitor=visitor: write(visitor) for visitor in visitors), disturb)  # type: ignore[misc]
    for visitor in visitors:
        wait_for(lambda visitor=visitor: visitor.history == visitor.sent, service.log)  # type: ignore[misc]
    service.wait_ready()


def test_a_turn_under_way_is_finished_when_the_service_is_told_to_stop(service: Service) -> None:
    visitor = Visitor(service)

    def stop() -> int:
        time.sleep(0.5)
        return service.stop()

    event, code = at_once(lambda: visitor.once("slow 2"), stop)
    assert event["type"] == "reply"
    assert code == 0
