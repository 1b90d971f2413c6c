"""What happened in days and weeks, counted once for each that is over."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.console.tables import counts
from bot.conversations.tables import turns

DAY = 86_400
# Response times are counted in steps, so that a million of them need no sorting.
STEP_MS = 5


@dataclass(frozen=True)
class Counts:
    """Of the turns of a time.

    Attributes:
        channels: of each channel, how many messages, how many not understood, how many with a safety flag.
        visitors: how many conversations had a turn.
        steps: how many replies took so many steps of time.
        topics, safety: how many turns of each topic and of each kind of danger.
    """

    channels: dict[str, list[int]] = field(default_factory=dict)
    visitors: int = 0
    steps: dict[int, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)
    safety: dict[str, int] = field(default_factory=dict)

    @classmethod
    def between(cls, connection: Connection, start: float, end: float) -> Counts:
        """Count the turns from one time to another."""
        within = (turns.c.at >= start, turns.c.at < end)

        def number(column: Any) -> dict[Any, int]:
            query = sa.select(column, sa.func.count().label("number")).where(*within, column.is_not(None)).group_by(column)
            return {row[0]: row.number for row in connection.execute(query)}

        query = sa.select(
            turns.c.channel,
            sa.func.count(),
            sa.func.sum(sa.case((turns.c.unclear.is_(sa.true()), 1), else_=0)),
            sa.func.count(turns.c.safety),
        )
        rows = connection.execute(query.where(*within).group_by(turns.c.channel))
        visitors = sa.select(sa.func.count(turns.c.conversation.distinct())).where(*within)
        return cls(
            {channel: [int(each) for each in numbers] for channel, *numbers in rows},
            connection.execute(visitors).scalar() or 0,
            {int(step): count for step, count in number(whole(connection, turns.c.milliseconds / STEP_MS)).items()},
            number(turns.c.topic),
            number(turns.c.safety),
        )

    @classmethod
    def read(cls, text: str) -> Counts:
        """What was written as JSON."""
        values = json.loads(text)
        return cls(**{**values, "steps": {int(step): number for step, number in values["steps"].items()}})

    def as_json(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def of_all(cls, every: list[Counts]) -> Counts:
        """All of them together; visitors are those of each time, one after the other."""
        channels: dict[str, list[int]] = {}
        steps, topics, safety = Counter[int](), Counter[str](), Counter[str]()
        for one in every:
            for name, numbers in one.channels.items():
                before = channels.get(name, [0, 0, 0])
                channels[name] = [so_far + more for so_far, more in zip(before, numbers, strict=True)]
            steps.update(one.steps)
            topics.update(one.topics)
            safety.update(one.safety)
        return cls(channels, sum(one.visitors for one in every), dict(steps), dict(topics), dict(safety))

    @property
    def totals(self) -> list[int]:
        """How many messages, how many not understood, how many with a safety flag."""
        return [sum(numbers) for numbers in zip(*self.channels.values(), strict=True)] or [0, 0, 0]


@dataclass(frozen=True)
class Period:
    """Days that are counted together; of the first and the last week of a span perhaps only a part.

    Attributes:
        name: the day, or the Monday of the week.
        days: how many it has when it is whole.
    """

    name: datetime.date
    days: int
    start: float
    end: float

    @property
    def first(self) -> int:
        """The number of its first day since 1970."""
        return (self.name - datetime.date(1970, 1, 1)).days

    @property
    def is_whole(self) -> bool:
        return self.end - self.start == self.days * DAY


def counted(connection: Connection, periods: list[Period], now: float) -> dict[datetime.date, Counts]:
    """What happened in each period, one after the other without a gap.

    What is over is kept, and used again as long as the same turns are there: then their number and the sum of their times,
    which an index tells, are the same.
    """
    held = dict(_held(connection, periods))
    first, last = periods[0], periods[-1]
    query = sa.select(counts).where(counts.c.days == first.days, counts.c.first.between(first.first, last.first))
    kept = {(row.first, row.turns, row.seconds): row.counts for row in connection.execute(query)}
    found, new = {}, []
    for period in periods:
        key = (period.first, *held.get(period.name, (0, 0)))
        if period.is_whole and key in kept:
            found[period.name] = Counts.read(kept[key])
            continue
        found[period.name] = Counts.between(connection, period.start, period.end) if period.name in held else Counts()
        if period.is_whole and period.end <= now and period.name in held:
            row = dict(zip(("first", "turns", "seconds"), key, strict=True))
            new.append({**row, "days": period.days, "counts": found[period.name].as_json()})
    if new:
        _keep(connection, new)
    return found


def _held(connection: Connection, periods: list[Period]) -> Iterator[tuple[datetime.date, tuple[int, int]]]:
    """Of each period with turns, how many they are, and the sum of their times."""
    day, seconds = whole(connection, turns.c.at / DAY), whole(connection, turns.c.at)
    query = sa.select(day.label("day"), sa.func.count().label("turns"), sa.func.sum(seconds).label("seconds"))
    within = (turns.c.at >= periods[0].start, turns.c.at < periods[-1].end)
    days = {int(row.day): (row.turns, int(row.seconds)) for row in connection.execute(query.where(*within).group_by(day))}
    for period in periods:
        of_it = [days[number] for number in range(period.first, period.first + period.days) if number in days]
        if of_it:
            yield period.name, (sum(each[0] for each in of_it), sum(each[1] for each in of_it))


def _keep(connection: Connection, rows: list[dict[str, Any]]) -> None:
    # Another process may count the same at the same moment.
    insert = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(counts)
    changed = {name: insert.excluded[name] for name in ("turns", "seconds", "counts")}
    connection.execute(insert.on_conflict_do_update(index_elements=["first", "days"], set_=changed), rows)


def whole(connection: Connection, number: Any) -> Any:
    """The whole part of a number that is not negative."""
    if connection.dialect.name == "postgresql":
        # A cast alone would round.
        return sa.cast(sa.func.floor(number), sa.BigInteger)
    return sa.cast(number, sa.Integer)
