"""What is over is counted once, and anew when its turns are others."""

from __future__ import annotations

import datetime
import json

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.console.counts import Counts
from bot.console.figures import Figures, Span, figures
from bot.console.tables import counts
from bot.conversations import erasure
from bot.conversations.archive import Archive
from tests.console.data import NOON, Written, danger, unclear

DAY = 86_400.0
WEEK = Span(datetime.date(2026, 11, 18), datetime.date(2026, 11, 24))
SUMMER = Span(datetime.date(2026, 8, 3), datetime.date(2026, 11, 24))


@pytest.fixture
def filled(written: Written) -> None:
    written.conversation("v1", {"said": "a", "milliseconds": 10.0}, {"said": "b", "milliseconds": 200.0}, at=NOON)
    written.conversation("v2", "c", unclear("d"), danger("e"), at=NOON - DAY)
    written.conversation("v3", "f", unclear("g", channel="sms"), at=NOON - 3 * DAY)


def counted(database: Engine, span: Span = WEEK, now: float = NOON) -> Figures:
    with database.begin() as connection:
        return figures(connection, span, now)


def kept(database: Engine) -> list[tuple[int, int, int]]:
    with database.connect() as connection:
        rows = connection.execute(sa.select(counts).order_by(counts.c.first))
        return [(int(NOON // DAY) - row.first, row.days, row.turns) for row in rows]


def test_days_that_are_over_are_kept_and_tell_the_same(filled: None, database: Engine) -> None:
    first = counted(database)
    assert kept(database) == [(3, 1, 2), (1, 1, 3)]
    assert counted(database) == first == counted(database, now=0.0)


def test_what_is_kept_is_used(filled: None, database: Engine) -> None:
    counted(database)
    with database.begin() as connection:
        changed = json.dumps({"channels": {"web": [70, 7, 0]}, "visitors": 1, "steps": {}, "topics": {}, "safety": {}})
        connection.execute(counts.update().where(counts.c.turns == 3).values(counts=changed))
    assert counted(database).table("conversations").rows[-2] == ("2026-11-23", 1, 1, 70)


def test_a_turn_that_is_stored_late_counts(filled: None, database: Engine, written: Written) -> None:
    counted(database)
    written.conversation("late", "waited on disk", at=NOON - DAY)
    assert counted(database).table("conversations").rows[-2] == ("2026-11-23", 2, 2, 4)
    assert kept(database) == [(3, 1, 2), (1, 1, 4)]


def test_what_is_erased_counts_no_more(filled: None, database: Engine, archive: Archive, written: Written) -> None:
    counted(database)
    erasure.erase(archive, "v2")
    assert counted(database).table("conversations").rows[-2] == ("2026-11-23", 0, 0, 0)
    assert counted(database).totals["safety"] == 0
    # As many as before, and others.
    written.conversation("v4", "x", "y", "z", at=NOON - DAY - 60)
    assert counted(database).table("conversations").rows[-2] == ("2026-11-23", 1, 1, 3)
    assert counted(database).totals["safety"] == 0


def test_weeks_are_kept_apart_from_days(filled: None, database: Engine, written: Written) -> None:
    written.conversation("v5", "h", "i", at=NOON - 8 * DAY)
    counted(database)
    weeks = counted(database, SUMMER)
    assert kept(database) == [(8, 7, 4), (3, 1, 2), (1, 1, 3)]
    assert counted(database, SUMMER) == weeks == counted(database, SUMMER, now=0.0)


def test_a_part_of_a_week_is_not_taken_for_the_whole(filled: None, database: Engine) -> None:
    counted(database, SUMMER, now=NOON + 30 * DAY)
    part = Span(datetime.date(2026, 8, 3), datetime.date(2026, 11, 23))
    assert counted(database, part).table("conversations").rows[-1] == ("2026-11-23", 1, 1, 3)
    late = Span(datetime.date(2026, 11, 24), datetime.date(2027, 3, 24))
    assert counted(database, late).table("conversations").rows[0] == ("2026-11-23", 1, 1, 2)


def test_together_they_are_the_sum() -> None:
    one = Counts({"web": [3, 1, 0]}, 2, {1: 2}, {"caffeine": 2}, {})
    other = Counts({"web": [1, 0, 1], "sms": [1, 1, 1]}, 1, {1: 1, 9: 1}, {"caffeine": 1}, {"emergency": 2})
    assert Counts.of_all([one, other]) == Counts(
        {"web": [4, 1, 1], "sms": [1, 1, 1]}, 3, {1: 3, 9: 1}, {"caffeine": 3}, {"emergency": 2}
    )
    assert Counts.of_all([one, other]).totals == [5, 2, 2]
    assert Counts().totals == [0, 0, 0]
    assert Counts.read(other.as_json()) == other
