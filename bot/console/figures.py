"""The figures of a time: how many asked, what about, how it went and how fast."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.console.listing import start_of
from bot.conversations.tables import conversations, feedback, turns

_DAY = 86_400
# Response times are counted in steps, so that a million of them need no sorting.
STEP_MS = 5
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

    def periods(self) -> list[datetime.date]:
        """Each day, or the Monday of each week."""
        days = [self.first + datetime.timedelta(days=number) for number in range((self.last - self.first).days + 1)]
        return list(dict.fromkeys(self.period(day) for day in days))

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


def figures(connection: Connection, span: Span) -> Figures:
    """Count what happened within a span."""
    when = (turns.c.at >= span.start, turns.c.at < span.end)
    day = _whole(connection, turns.c.at / _DAY)
    periods = span.periods()

    messages: dict[Any, int] = defaultdict(int)
    unclear: dict[Any, int] = defaultdict(int)
    channels: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    dangers: dict[Any, int] = defaultdict(int)
    query = sa.select(
        day.label("day"),
        turns.c.channel,
        sa.func.count().label("messages"),
        sa.func.sum(sa.case((turns.c.unclear.is_(sa.true()), 1), else_=0)).label("unclear"),
        sa.func.count(turns.c.safety).label("safety"),
    )
    for row in connection.execute(query.where(*when).group_by(day, turns.c.channel)):
        period = span.period(_date(row.day))
        messages[period] += row.messages
        unclear[period] += row.unclear
        dangers[period] += row.safety
        for place, number in enumerate((row.messages, row.unclear, row.safety)):
            channels[row.channel][place] += number

    begun: dict[Any, int] = defaultdict(int)
    started = _whole(connection, conversations.c.started / _DAY)
    query = sa.select(started.label("day"), conversations.c.channel, sa.func.count().label("number"))
    within = (conversations.c.started >= span.start, conversations.c.started < span.end, conversations.c.last >= span.start)
    by_channel: dict[str, int] = defaultdict(int)
    for row in connection.execute(query.where(*within).group_by(started, conversations.c.channel)):
        begun[span.period(_date(row.day))] += row.number
        by_channel[row.channel] += row.number

    visitors: dict[Any, int] = defaultdict(int)
    bucket = _whole(connection, (turns.c.at / _DAY + _FIRST_MONDAY) / 7) if span.weekly else day
    query = sa.select(bucket.label("bucket"), sa.func.count(turns.c.conversation.distinct()).label("number"))
    for row in connection.execute(query.where(*when).group_by(bucket)):
        visitors[_date(row.bucket * 7 - _FIRST_MONDAY) if span.weekly else _date(row.bucket)] += row.number

    times = _times(connection, when, day, span)
    all_times = _sum(times.values())
    topics = connection.execute(
        sa.select(turns.c.topic, sa.func.count().label("number")).where(*when, turns.c.topic.is_not(None))
        .group_by(turns.c.topic).order_by(sa.func.count().desc(), turns.c.topic)
    ).all()  # fmt: skip
    safety = connection.execute(
        sa.select(turns.c.safety, sa.func.count().label("number")).where(*when, turns.c.safety.is_not(None))
        .group_by(turns.c.safety).order_by(sa.func.count().desc())
    ).all()  # fmt: skip
    thumbs = _thumbs(connection, span)

    told = sum(messages.values())
    tables = (
        Table("conversations", "Conversations and visitors", ("Begins", "Conversations begun", "Visitors", "Messages"),
              tuple((period.isoformat(), begun[period], visitors[period], messages[period]) for period in periods)),
        Table("unanswered", "Messages not understood", ("Begins", "Messages", "Not understood", "Share"),
              tuple((p.isoformat(), messages[p], unclear[p], _share(unclear[p], messages[p])) for p in periods)),
        Table("safety", "Safety events", ("Begins", "Safety events"), tuple((p.isoformat(), dangers[p]) for p in periods)),
        Table("times", "Response time", ("Begins", "Half within (ms)", "95% within (ms)"),
              tuple((p.isoformat(), quantile(times[p], 0.5), quantile(times[p], 0.95)) for p in periods)),
        Table("topics", "Topics", ("Topic", "Messages"), tuple((row.topic, row.number) for row in topics)),
        Table("categories", "Safety events by kind", ("Kind", "Messages"), tuple((row.safety, row.number) for row in safety)),
        Table("thumbs", "Thumbs by topic", ("Topic", "Up", "Down", "Share of up"),
              tuple((topic, up, down, _share(up, up + down)) for topic, up, down in thumbs)),
        Table("channels", "Channels", ("Channel", "Conversations", "Messages", "Not understood", "Safety events"),
              tuple((name, by_channel[name], *numbers) for name, numbers in sorted(channels.items(), key=lambda c: -c[1][0]))),
    )  # fmt: skip
    totals = {
        "conversations": sum(begun.values()),
        "messages": told,
        "unanswered": _share(sum(unclear.values()), told),
        "safety": sum(dangers.values()),
        "up": sum(up for _, up, _ in thumbs),
        "down": sum(down for _, _, down in thumbs),
        "p50": quantile(all_times, 0.5),
        "p95": quantile(all_times, 0.95),
    }
    return Figures(span, totals, tables)


# The first of January 1970 was a Thursday, three days after a Monday.
_FIRST_MONDAY = 3


def quantile(counts: dict[int, int], share: float) -> int | None:
    """The time in ms within which a share of the replies came, to the next step; None where there is none."""
    steps = sorted(counts)
    total = sum(counts.values())
    for step, reached in zip(steps, accumulate(counts[step] for step in steps), strict=True):
        if reached >= share * total:
            return (step + 1) * STEP_MS
    return None


def _times(connection: Connection, when: Sequence[Any], day: Any, span: Span) -> dict[Any, dict[int, int]]:
    step = _whole(connection, turns.c.milliseconds / STEP_MS)
    query = sa.select(day.label("day"), step.label("step"), sa.func.count().label("number"))
    found: dict[Any, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in connection.execute(query.where(*when, turns.c.milliseconds.is_not(None)).group_by(day, step)):
        found[span.period(_date(row.day))][int(row.step)] += row.number
    return found


def _sum(all_counts: Any) -> dict[int, int]:
    total: dict[int, int] = defaultdict(int)
    for counts in all_counts:
        for step, number in counts.items():
            total[step] += number
    return total


def _thumbs(connection: Connection, span: Span) -> list[tuple[str, int, int]]:
    up = sa.func.sum(sa.case((feedback.c.helpful.is_(sa.true()), 1), else_=0))
    down = sa.func.sum(sa.case((feedback.c.helpful.is_(sa.false()), 1), else_=0))
    query = sa.select(feedback.c.topic, up.label("up"), down.label("down"))
    query = query.where(feedback.c.at >= span.start, feedback.c.at < span.end).group_by(feedback.c.topic)
    rows = [(row.topic or "(no topic)", int(row.up), int(row.down)) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: (-row[2], -row[1], row[0]))


def _whole(connection: Connection, number: Any) -> Any:
    """The whole part of a number that is not negative."""
    if connection.dialect.name == "postgresql":
        # A cast alone would round.
        return sa.cast(sa.func.floor(number), sa.BigInteger)
    return sa.cast(number, sa.Integer)


def _date(days: int) -> datetime.date:
    return datetime.date(1970, 1, 1) + datetime.timedelta(days=int(days))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
