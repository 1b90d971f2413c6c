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
    said: dict[str, str]
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
            rows = listing.page(size=SHOWN).rows
            said = _said(connection, [row.conversation for row in rows], chosen)
            queues.append(Queue(title, chosen, listing.count(), rows, said, empty))
        mine = Listing(connection, Filter(assignee=visit.staff.name, open=True)).count()
        second = Listing(connection, Filter(status="second_look")).count()
        groups = inbox(visit.console).groups(connection)
        changes = list(_changes(connection, since))
        decided = len(waiting(connection))
    return visit.page(
        "start.html",
        queues=queues,
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


def _said(connection: Connection, names: list[str], chosen: Filter) -> dict[str, str]:
    """Of each conversation, the latest message for which it stands in its queue."""
    query = sa.select(turns.c.conversation, turns.c.said).where(turns.c.conversation.in_(names)).order_by(turns.c.id)
    if chosen.safety:
        query = query.where(turns.c.safety.is_not(None))
    else:
        same = (feedback.c.conversation == turns.c.conversation) & (feedback.c.message == turns.c.message)
        query = query.where(sa.exists().where(same & feedback.c.helpful.is_(sa.false())))
    return {row.conversation: row.said for row in connection.execute(query)}


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
