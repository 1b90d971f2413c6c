"""The figures of a time: how many asked, what about, how it went and how fast."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.console.counts import DAY, STEP_MS, Counts, Period, counted, whole
from bot.console.listing import start_of
from bot.conversations.tables import conversations, feedback

# From so many days on, figures are of weeks.
_WEEKS_FROM = 93


@dataclass(frozen=True)
class Table:
    """Numbers with their headings; the first column says what each row is about.

    Attributes:
        key: how it is called in an export.
        title: what it shows.
        columns: headings.
        rows: a cell for each heading.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def column(self, place: int) -> list[Any]:
        """One column's cells."""
        return [row[place] for row in self.rows]


@dataclass(frozen=True)
class Span:
    """The first and the last day of what is counted, in UTC."""

    first: datetime.date
    last: datetime.date

    @property
    def weekly(self) -> bool:
        return (self.last - self.first).days >= _WEEKS_FROM

    @property
    def start(self) -> float:
        return start_of(self.first)

    @property
    def end(self) -> float:
        return start_of(self.last + datetime.timedelta(days=1))

    def periods(self) -> list[Period]:
        """Each day, or each week from its Monday on, as far as it is within."""
        days = 7 if self.weekly else 1
        first = self.period(self.first)
        names = [first + datetime.timedelta(days=number) for number in range(0, (self.last - first).days + 1, days)]
        ends = [start_of(name + datetime.timedelta(days=days)) for name in names]
        return [
            Period(name, days, max(self.start, start_of(name)), min(self.end, end))
            for name, end in zip(names, ends, strict=True)
        ]

    def period(self, day: datetime.date) -> datetime.date:
        """The period that a day belongs to."""
        return day - datetime.timedelta(days=day.weekday()) if self.weekly else day


@dataclass(frozen=True)
class Figures:
    """All of them."""

    span: Span
    totals: dict[str, Any]
    tables: tuple[Table, ...]

    def table(self, key: str) -> Table:
        return next(table for table in self.tables if table.key == key)


def figures(connection: Connection, span: Span, now: float = 0.0) -> Figures:
    """Count what happened within a span; of what was over by now the numbers are kept."""
    times = span.periods()
    found = counted(connection, times, now)
    periods = [period.name for period in times]
    messages, unclear, dangers = ({name: found[name].totals[place] for name in periods} for place in range(3))

    begun: dict[datetime.date, int] = defaultdict(int)
    by_channel: dict[str, int] = defaultdict(int)
    started = whole(connection, conversations.c.started / DAY)
    query = sa.select(started.label("day"), conversations.c.channel, sa.func.count().label("number"))
    within = (conversations.c.started >= span.start, conversations.c.started < span.end)
    for row in connection.execute(query.where(*within).group_by(started, conversations.c.channel)):
        begun[span.period(datetime.date(1970, 1, 1) + datetime.timedelta(days=int(row.day)))] += row.number
        by_channel[row.channel] += row.number

    every = Counts.of_all(list(found.values()))
    thumbs = _thumbs(connection, span)
    channels = sorted(every.channels.items(), key=lambda channel: -channel[1][0])
    told = every.totals[0]
    tables = (
        Table("conversations", "Conversations and visitors", ("Begins", "Conversations begun", "Visitors", "Messages"),
              tuple((name.isoformat(), begun[name], found[name].visitors, messages[name]) for name in periods)),
        Table("unanswered", "Messages not understood", ("Begins", "Messages", "Not understood", "Share"),
              tuple((p.isoformat(), messages[p], unclear[p], _share(unclear[p], messages[p])) for p in periods)),
        Table("safety", "Safety events", ("Begins", "Safety events"), tuple((p.isoformat(), dangers[p]) for p in periods)),
        Table("times", "Response time", ("Begins", "Half within (ms)", "95% within (ms)"),
              tuple((p.isoformat(), quantile(found[p].steps, 0.5), quantile(found[p].steps, 0.95)) for p in periods)),
        Table("topics", "Topics", ("Topic", "Messages"), _ranked(every.topics)),
        Table("categories", "Safety events by kind", ("Kind", "Messages"), _ranked(every.safety)),
        Table("thumbs", "Thumbs by topic", ("Topic", "Up", "Down", "Share of up"),
              tuple((topic, up, down, _share(up, up + down)) for topic, up, down in thumbs)),
        Table("channels", "Channels", ("Channel", "Conversations", "Messages", "Not understood", "Safety events"),
              tuple((name, by_channel[name], *numbers) for name, numbers in channels)),
    )  # fmt: skip
    totals = {
        "conversations": sum(begun.values()),
        "messages": told,
        "unanswered": _share(every.totals[1], told),
        "safety": every.totals[2],
        "up": sum(up for _, up, _ in thumbs),
        "down": sum(down for _, _, down in thumbs),
        "p50": quantile(every.steps, 0.5),
        "p95": quantile(every.steps, 0.95),
    }
    return Figures(span, totals, tables)


def quantile(counts: dict[int, int], share: float) -> int | None:
    """The time in ms within which a share of the replies came, to the next step; None where there is none."""
    steps = sorted(counts)
    total = sum(counts.values())
    for step, reached in zip(steps, accumulate(counts[step] for step in steps), strict=True):
        if reached >= share * total:
            return (step + 1) * STEP_MS
    return None


def _ranked(numbers: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0])))


def _thumbs(connection: Connection, span: Span) -> list[tuple[str, int, int]]:
    up = sa.func.sum(sa.case((feedback.c.helpful.is_(sa.true()), 1), else_=0))
    down = sa.func.sum(sa.case((feedback.c.helpful.is_(sa.false()), 1), else_=0))
    query = sa.select(feedback.c.topic, up.label("up"), down.label("down"))
    query = query.where(feedback.c.at >= span.start, feedback.c.at < span.end).group_by(feedback.c.topic)
    rows = [(row.topic or "(no topic)", int(row.up), int(row.down)) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: (-row[2], -row[1], row[0]))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
