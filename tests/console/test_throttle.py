"""How often a log-in may fail, at the edges of the time that counts."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.console.problem import Problem, not_found
from bot.console.role import Role
from bot.console.tables import failures
from bot.console.throttle import MOST_PER_ADDRESS, MOST_PER_NAME, WINDOW, Throttle

START = 1_800_000_000.0


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(database: Engine, clock: Clock) -> Throttle:
    return Throttle(database, clock)


def failed(throttle: Throttle, times: int, name: str = "vera", address: str = "203.0.113.9") -> None:
    for _ in range(times):
        throttle.failed(name, address)


def refused(throttle: Throttle, name: str = "vera", address: str = "203.0.113.9") -> Problem | None:
    try:
        throttle.check(name, address)
    except Problem as problem:
        return problem
    return None


def test_the_last_try_that_is_allowed_is_allowed(throttle: Throttle) -> None:
    failed(throttle, MOST_PER_NAME - 1)
    assert refused(throttle) is None
    failed(throttle, 1)
    problem = refused(throttle)
    assert problem
    assert (problem.status, problem.retry_after) == (429, WINDOW)
    assert problem.message == "Too many log-ins failed. Try again in 15 minutes, or ask an admin for a new password."


@pytest.mark.parametrize("name", ["VERA", " vera ", "Vera"])
def test_a_name_in_another_case_is_the_same_name(throttle: Throttle, name: str) -> None:
    failed(throttle, MOST_PER_NAME)
    assert refused(throttle, name, "198.51.100.1")
    assert refused(throttle, "viktor") is None


@pytest.mark.parametrize(
    ("passed", "told"), [(WINDOW - 61, "2 minutes"), (WINDOW - 60, "1 minute"), (WINDOW - 0.5, "1 minute"), (WINDOW, None)]
)
def test_the_wait_is_told_to_the_minute_and_ends(throttle: Throttle, clock: Clock, passed: float, told: str | None) -> None:
    failed(throttle, MOST_PER_NAME)
    clock.now += passed
    problem = refused(throttle)
    assert (problem is None) is (told is None)
    if problem and told:
        assert f"in {told}, or" in problem.message
        assert problem.retry_after


def test_it_opens_when_the_oldest_of_the_failures_that_count_is_over(throttle: Throttle, clock: Clock) -> None:
    for _ in range(MOST_PER_NAME):
        failed(throttle, 1)
        clock.now += 60
    clock.now = START + WINDOW - 1
    assert refused(throttle)
    clock.now += 1
    assert refused(throttle) is None


def test_a_house_gets_more_tries_than_a_name_and_not_endless_ones(throttle: Throttle) -> None:
    for number in range(MOST_PER_ADDRESS):
        assert refused(throttle, f"n{number}") is None
        failed(throttle, 1, f"n{number}")
    assert refused(throttle, "another")
    assert refused(throttle, "another", "198.51.100.1") is None


def test_getting_in_frees_the_name_and_not_the_address(throttle: Throttle) -> None:
    """Who knows one password must not be able to guess others for ever."""
    failed(throttle, MOST_PER_ADDRESS)
    throttle.passed("vera")
    assert refused(throttle, "vera", "198.51.100.1") is None
    assert refused(throttle, "vera")


def test_what_is_over_is_not_kept(throttle: Throttle, clock: Clock, database: Engine) -> None:
    failed(throttle, 3)
    clock.now += WINDOW + 1
    failed(throttle, 1, "viktor")
    with database.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(failures)).scalar() == 2


def test_workers_share_the_count(throttle: Throttle, database: Engine, clock: Clock) -> None:
    failed(throttle, MOST_PER_NAME)
    assert refused(Throttle(database, clock))


@pytest.mark.parametrize("held", list(Role))
@pytest.mark.parametrize("needed", list(Role))
def test_each_role_may_do_what_the_ones_before_it_may(held: Role, needed: Role) -> None:
    order = ["reader", "reviewer", "admin"]
    assert held.may(needed) is (order.index(held.value) >= order.index(needed.value))


def test_what_is_not_there_is_told_in_the_same_words_as_what_was_erased() -> None:
    problem = not_found()
    assert (problem.status, str(problem), problem.retry_after) == (404, problem.message, None)
    assert "erased" in problem.message
