"""Forgetting conversations whose time is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import database, erasure
from bot.conversations.search import INDEX
from bot.conversations.tables import conversations, receipts
from bot.settings import settings

DAY = 24 * 3600.0
# Conversations that one transaction deletes: few enough that no turn waits for it long.
AT_ONCE = 100
# Seconds between two transactions, in which turns are stored.
PAUSE = 0.05
# Pages of the search index that are merged at a time.
_MERGED = 500


class RetentionError(ValueError):
    """The setting can't be read; the message says how to write it."""


@dataclass(frozen=True)
class Retention:
    """How many days conversations are kept after their last message.

    Attributes:
        days: on every channel that has no number of its own.
        receipts: days that receipts are kept.
    """

    days: int = 90
    by_channel: Mapping[str, int] = field(default_factory=dict)
    receipts: int = 90

    @classmethod
    def read(cls, days: int, by_channel: str, receipts: int) -> Retention:
        """From the settings.

        Raises:
            RetentionError: `by_channel` is no list such as "twilio_sms=30,web=60".
        """
        found = {}
        for part in filter(None, (part.strip() for part in by_channel.split(","))):
            channel, _, number = (piece.strip() for piece in part.partition("="))
            if not channel or not number.isdecimal() or int(number) < 1:
                mend = "write e.g. twilio_sms=30,web=60"
                raise RetentionError(f"RLS_KEEP_DAYS_BY_CHANNEL: {part!r} is no channel and days; {mend}")
            found[channel] = int(number)
        # A visitor's session must not outlive the receipt that says that it has ended.
        return cls(days, found, max(days, receipts))


def retention() -> Retention:
    """What the settings say.

    Raises:
        RetentionError: RLS_KEEP_DAYS_BY_CHANNEL can't be read.
    """
    options = settings()
    return Retention.read(options.keep_days, options.keep_days_by_channel, options.web_renewal_days)


def prune(
    engine: Engine, retention: Retention, now: float | None = None, pause: Callable[[float], None] = time.sleep
) -> dict[str, int]:
    """Delete what is older than it may be, a part at a time; returns how many conversations of each channel, and receipts."""
    now = time.time() if now is None else now
    gone: dict[str, int] = {}
    column = conversations.c
    others = column.channel.not_in(list(retention.by_channel))
    due = [(column.channel == channel) & (column.last < now - days * DAY) for channel, days in retention.by_channel.items()]
    due.append(others & (column.last < now - retention.days * DAY))
    for condition in due:
        while True:
            with engine.begin() as connection:
                query = sa.select(column.conversation, column.channel).where(condition).limit(AT_ONCE)
                found = connection.execute(query).all()
                if found:
                    erasure.delete(connection, [name for name, _ in found])
            for _, channel in found:
                gone[channel] = gone.get(channel, 0) + 1
            if len(found) < AT_ONCE:
                break
            pause(PAUSE)
    with engine.begin() as connection:
        old = connection.execute(receipts.delete().where(receipts.c.at < now - retention.receipts * DAY)).rowcount
        if old:
            gone["receipts"] = old
    if engine.dialect.name == "sqlite":
        _merge(engine)
    return gone


def _merge(engine: Engine) -> None:
    """Merge all parts of the search index, in which the words of deleted turns stay until then: those of erased ones, too."""
    pages = -_MERGED
    with database.raw(engine) as connection:
        while True:
            changes = sa.text("SELECT total_changes()")
            before = connection.execute(changes).scalar()
            # Below zero all parts are taken together; above, what was begun goes on.
            connection.execute(sa.text(f"INSERT INTO {INDEX}({INDEX}, rank) VALUES ('merge', {pages})"))
            # The order itself counts as one.
            if connection.execute(changes).scalar() - before < 2:
                break
            pages = _MERGED
            time.sleep(PAUSE)
        database.settle(connection)
