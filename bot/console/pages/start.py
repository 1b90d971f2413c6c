"""The start page: what needs somebody today."""

from __future__ import annotations

import dataclasses
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.responses import Response

from bot.console.filter import STATUSES, Filter
from bot.console.inbox import waiting
from bot.console.listing import Count, Listing
from bot.console.pages.conversations import first_turns
from bot.console.pages.inbox import inbox
from bot.console.visit import Visit
from bot.conversations.tables import conversations, feedback, lessons, turns

SHOWN = 6


@dataclasses.dataclass(frozen=True)
class Queue:
    """Conversations that wait for somebody."""

    title: str
    chosen: Filter
    count: Count
    rows: list[Any]
    empty: str


QUEUES = (
    ("Safety flags", Filter(safety="any", open=True), "Nothing dangerous waits for you."),
    ("Thumbs down", Filter(thumbs="down", open=True), "Nobody was unhappy, or all of it is done."),
)


def show(visit: Visit) -> Response:
    """The page."""
    since = visit.staff.seen or visit.staff.created
    with visit.connection() as connection:
        queues = []
        for title, chosen, empty in QUEUES:
            listing = Listing(connection, chosen)
            queues.append(Queue(title, chosen, listing.count(), listing.page(size=SHOWN).rows, empty))
        mine = Listing(connection, Filter(assignee=visit.staff.name, open=True)).count()
        second = Listing(connection, Filter(status="second_look")).count()
        first = first_turns(connection, [row.conversation for queue in queues for row in queue.rows])
        groups = inbox(visit.console).groups(connection)
        changes = list(_changes(connection, since))
        decided = len(waiting(connection))
    return visit.page(
        "start.html",
        queues=queues,
        first=first,
        groups=groups[:8],
        number=len(groups),
        messages=sum(len(group.messages) for group in groups),
        mine=mine,
        second=second,
        since=since,
        changes=changes,
        decided=decided,
        statuses=STATUSES,
    )


def _changes(connection: Connection, since: float) -> Any:
    """What happened since somebody's last visit: how many, of what, and where to see it."""

    def number(*conditions: Any) -> int:
        return int(connection.execute(sa.select(sa.func.count()).where(*conditions)).scalar())

    table = conversations.c
    yield number(table.last >= since, table.started >= since), "new conversations", "/conversations"
    yield number(table.flagged.is_(sa.true()), table.last >= since), "with a safety flag", "/conversations?safety=any"
    yield number(turns.c.unclear.is_(sa.true()), turns.c.at >= since), "messages not understood", "/inbox"
    yield number(feedback.c.at >= since, feedback.c.helpful.is_(sa.true())), "thumbs up", "/conversations?thumbs=up"
    yield number(feedback.c.at >= since, feedback.c.helpful.is_(sa.false())), "thumbs down", "/conversations?thumbs=down"
    yield number(lessons.c.imported >= since), "decisions put into the knowledge base", "/inbox/decisions"
    versions = sa.select(turns.c.knowledge).where(turns.c.knowledge.is_not(None))
    now = connection.execute(versions.order_by(turns.c.at.desc()).limit(1)).scalar()
    before = connection.execute(versions.where(turns.c.at < since).order_by(turns.c.at.desc()).limit(1)).scalar()
    if before and now != before:
        yield 1, f"new version of the knowledge base ({now})", f"/conversations?knowledge={now}"
