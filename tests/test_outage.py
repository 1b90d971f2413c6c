"""Something that is away for a while is told of once."""

from __future__ import annotations

import logging

import pytest

from bot.outage import Outage


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, "bot.outage")
    return caplog


def lines(told: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in told.records if record.name == "bot.outage"]


def test_it_is_told_once_when_it_begins_and_once_when_it_ends(told: pytest.LogCaptureFixture) -> None:
    outage = Outage("Redis", "messages wait")
    for _ in range(3):
        outage.begin(ConnectionError("password=hunter2"))
    for _ in range(3):
        outage.end()
    assert lines(told) == [
        ("ERROR", "Redis does not answer (ConnectionError); messages wait"),
        ("WARNING", "Redis answers again"),
    ]


def test_what_never_was_away_is_not_told_of(told: pytest.LogCaptureFixture) -> None:
    Outage("Redis", "messages wait").end()
    assert lines(told) == []


def test_a_second_outage_is_told_of_again(told: pytest.LogCaptureFixture) -> None:
    outage = Outage("Redis", "messages wait")
    for _ in range(2):
        outage.begin(TimeoutError())
        outage.end()
    assert [level for level, _ in lines(told)] == ["ERROR", "WARNING"] * 2


def test_each_thing_is_away_for_itself(told: pytest.LogCaptureFixture) -> None:
    redis, database = Outage("Redis", "messages wait"), Outage("the database", "turns are kept on disk")
    redis.begin(OSError())
    database.end()
    database.begin(OSError())
    assert [text.split(" does")[0] for _, text in lines(told)] == ["Redis", "the database"]
