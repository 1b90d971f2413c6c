"""Conversations as a list: a page at a time, by keys, so that page 1,000 costs as much as page 1."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.console.filter import NOBODY, Filter
from bot.console.tables import LOW_CONFIDENCE
from bot.conversations.search import condition
from bot.conversations.tables import conversations, feedback, tags, turns

PAGE = 50
MOST_COUNTED = 10_000
# Of so many conversations that hold what is looked for, the list is made; of more, the newest are gone through.
_FEW = 5_000
# How many of the newest are gone through to count what each must be asked for.
_WALKED = 5_000

# As the indices have it: a parameter in its place would keep them from being used.
_NONE = sa.literal_column("0")
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Key:
    """A place in the list: when the conversation's last message came, and its name."""

    last: float
    conversation: str

    def __str__(self) -> str:
        return f"{self.last!r}~{self.conversation}"

    @classmethod
    def read(cls, text: str) -> Key | None:
        """The place that an address names; None where it names none."""
        last, _, conversation = text.partition("~")
        try:
            return cls(float(last), conversation) if conversation else None
        except ValueError:
            return None


@dataclass(frozen=True)
class Count:
    """How many there are: exactly, or only that there are more."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"more than {self.number:,}" if self.more else f"{self.number:,}"


@dataclass(frozen=True)
class Page:
    """A page of the list, and whether others follow and precede."""

    rows: list[Any]
    after: Key | None
    before: Key | None


class Listing:
    """The conversations that a filter leaves, newest first."""

    def __init__(self, connection: Connection, chosen: Filter) -> None:
        self._connection = connection
        self._plain = list(_of_conversations(chosen))
        asked = list(_of_turns(connection, chosen))
        # Each takes the column that names the conversation which is asked.
        self._costly: list[Callable[[Any], Any]] = list(_of_others(chosen))
        # Names that are all there is; None where the list is not made of names alone.
        self._names: list[str] | None = None
        if asked:
            found = sa.select(turns.c.conversation).where(*asked)
            # A search by words finds no more turns than a limit of its own.
            names = list(connection.execute(found if chosen.words else found.limit(_FEW + 1)).scalars())
            if chosen.words or len(names) <= _FEW:
                names = sorted(set(names))
                if not self._plain and not self._costly:
                    self._names = names
                self._plain.append(conversations.c.conversation.in_(names))
            else:
                beside = sa.and_(*_of_turns(connection, chosen, in_one=True))
                self._costly.append(lambda name: sa.exists().where((turns.c.conversation == name) & beside))

    def page(self, after: Key | None = None, before: Key | None = None, size: int = PAGE) -> Page:
        """The page after, or before, a place; else the first one."""
        last, name = conversations.c.last, conversations.c.conversation
        query = sa.select(conversations).where(*self._plain, *(costly(name) for costly in self._costly)).limit(size + 1)
        if before is not None:
            later = (last > before.last) | ((last == before.last) & (name > before.conversation))
            # The first condition says nothing new, but an index can use it.
            query = query.where(last >= before.last, later).order_by(last, name)
            rows = list(self._connection.execute(query))
            more = len(rows) > size
            rows = rows[:size][::-1]
            return Page(rows, _key(rows[-1]) if rows else None, _key(rows[0]) if more else None)
        if after is not None:
            earlier = (last < after.last) | ((last == after.last) & (name < after.conversation))
            query = query.where(last <= after.last, earlier)
        rows = list(self._connection.execute(query.order_by(last.desc(), name.desc())))
        more = len(rows) > size
        rows = rows[:size]
        return Page(rows, _key(rows[-1]) if more else None, _key(rows[0]) if after is not None and rows else None)

    def next(self, row: Any) -> str | None:
        """The name of the conversation that follows on one."""
        rows = self.page(after=_key(row), size=1).rows
        return rows[0].conversation if rows else None

    def previous(self, row: Any) -> str | None:
        """The name of the conversation before one."""
        rows = self.page(before=_key(row), size=1).rows
        return rows[0].conversation if rows else None

    def count(self) -> Count:
        """How many there are, as far as that can be told quickly."""
        if self._names is not None:
            return Count(min(len(self._names), MOST_COUNTED), len(self._names) > MOST_COUNTED)
        if not self._costly:
            found = sa.select(sa.literal(1)).select_from(conversations).where(*self._plain).limit(MOST_COUNTED + 1)
            number = self._connection.execute(sa.select(sa.func.count()).select_from(found.subquery())).scalar()
            return Count(min(number, MOST_COUNTED), number > MOST_COUNTED)
        newest = sa.select(conversations.c.conversation).where(*self._plain).order_by(conversations.c.last.desc())
        walked = newest.limit(_WALKED).subquery()
        near = sa.case((sa.and_(*(costly(walked.c.conversation) for costly in self._costly)), 1), else_=0)
        query = sa.select(sa.func.coalesce(sa.func.sum(near), 0), sa.func.count()).select_from(walked)
        number, seen = self._connection.execute(query).one()
        number = int(number)
        return Count(min(number, MOST_COUNTED), number > MOST_COUNTED or seen == _WALKED)


def _key(row: Any) -> Key:
    return Key(row.last, row.conversation)


def start_of(day: datetime.date) -> float:
    """When a day begins, in UTC."""
    return datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc).timestamp()


def _of_conversations(chosen: Filter) -> Any:
    table = conversations.c
    if chosen.since:
        yield table.last >= start_of(chosen.since)
    if chosen.until:
        yield table.last < start_of(chosen.until + _DAY)
    for name in ("channel", "status", "language"):
        if getattr(chosen, name):
            yield table[name] == getattr(chosen, name)
    if chosen.open:
        yield table.status != "done"
    if chosen.assignee:
        yield table.assignee.is_(None) if chosen.assignee == NOBODY else table.assignee == chosen.assignee
    if chosen.safety == "any":
        yield table.flagged.is_(sa.true())
    if chosen.unclear:
        yield table.unclear > _NONE
    if chosen.thumbs == "down":
        yield table.thumbs_down > _NONE
    if chosen.least is not None:
        yield table.turns >= chosen.least
    if chosen.most is not None:
        yield table.turns <= chosen.most
    if chosen.tag:
        yield table.conversation.in_(sa.select(tags.c.conversation).where(tags.c.tag == chosen.tag))


def _of_turns(connection: Connection, chosen: Filter, in_one: bool = False) -> Any:
    """What one and the same turn must be.

    Args:
        in_one: asked of the few turns of one conversation, so that no index but theirs may be used: without counts of its
            rows, SQLite would take that of all turns with a topic, for each conversation anew.
    """
    table = turns.c

    def column(name: str) -> Any:
        return table[name].op("||")("") if in_one else table[name]

    if chosen.words:
        yield condition(connection.engine, chosen.words)
    if chosen.topic:
        yield column("topic") == chosen.topic
    if chosen.safety and chosen.safety != "any":
        yield column("safety") == chosen.safety
    if chosen.low:
        yield (table.confidence + sa.literal_column("0") if in_one else table.confidence) < sa.literal_column(
            str(LOW_CONFIDENCE)
        )
    if chosen.knowledge:
        yield column("knowledge") == chosen.knowledge


def _of_others(chosen: Filter) -> Any:
    def rated(name: Any) -> Any:
        return sa.exists().where(feedback.c.conversation == name)

    if chosen.thumbs == "up":
        yield lambda name: rated(name).where(feedback.c.helpful.is_(sa.true()))
    if chosen.thumbs == "none":
        yield lambda name: ~rated(name)
