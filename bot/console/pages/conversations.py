"""The list of conversations, and the filters that staff keep."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.responses import Response

from bot.console import audit
from bot.console.filter import NOBODY, STATUSES, THUMBS, Filter
from bot.console.listing import Key, Listing
from bot.console.problem import Problem, not_found
from bot.console.tables import filters, staff
from bot.console.visit import Console, Visit
from bot.conversations.tables import conversations, tags, turns

MOST_FILTERS = 50
# How long the choices of a filter may be behind the database.
_KEPT = 60.0


def show(visit: Visit) -> Response:
    """A page of the list."""
    chosen, problems = Filter.read(visit.query)
    after, before = (Key.read(visit.query.get(name, "")) for name in ("after", "before"))
    with visit.connection() as connection:
        listing = Listing(connection, chosen)
        page = listing.page(after, before)
        count = listing.count()
        first = first_turns(connection, [row.conversation for row in page.rows])
        kept = list(connection.execute(sa.select(filters).where(filters.c.staff == visit.staff.name).order_by(filters.c.name)))
        choices = _choices(connection, visit.console)
        if chosen.values:
            audit.note(connection, visit.staff.name, "search", detail=chosen.names)
    return visit.page(
        "conversations.html",
        chosen=chosen,
        problems=problems,
        page=page,
        count=count,
        first=first,
        kept=kept,
        choices=choices,
        statuses=STATUSES,
        thumbs=THUMBS,
        nobody=NOBODY,
    )


def keep(visit: Visit) -> Response:
    """Keep a filter under a name; the same name again replaces it."""
    name = visit.field("name", 64)
    chosen, _ = Filter.read(dict(parse_qsl(visit.field("query", 4000))))
    if not name or not chosen.values:
        raise Problem(422, "A filter that is kept needs a name, and something that it narrows.")
    own = filters.c.staff == visit.staff.name
    with visit.connection() as connection:
        connection.execute(filters.delete().where(own & (filters.c.name == name)))
        if connection.execute(sa.select(sa.func.count()).where(own)).scalar() >= MOST_FILTERS:
            raise Problem(422, f"You keep {MOST_FILTERS} filters already. Remove one first.")
        connection.execute(filters.insert().values(staff=visit.staff.name, name=name, query=chosen.query))
        audit.note(connection, visit.staff.name, "keep filter", name)
    return visit.go(f"/conversations?{chosen.query}", f"Kept as '{name}'.")


def drop(visit: Visit) -> Response:
    """Remove a filter of one's own."""
    mine = (filters.c.id == visit.path["filter"]) & (filters.c.staff == visit.staff.name)
    with visit.connection() as connection:
        if not connection.execute(filters.delete().where(mine)).rowcount:
            raise not_found()
        audit.note(connection, visit.staff.name, "remove filter")
    return visit.go("/conversations", "The filter was removed.")


def first_turns(connection: Connection, names: list[str]) -> dict[str, Any]:
    """The first turn of each of some conversations."""
    if not names:
        return {}
    earliest = sa.select(sa.func.min(turns.c.id)).where(turns.c.conversation.in_(names)).group_by(turns.c.conversation)
    rows = connection.execute(sa.select(turns.c.conversation, turns.c.said, turns.c.topic).where(turns.c.id.in_(earliest)))
    return {row.conversation: row for row in rows}


def _choices(connection: Connection, console: Console) -> dict[str, list[str]]:
    """What there is to narrow to. Read by skipping from value to value, so that it costs nothing on a large table."""
    kept: tuple[float, dict[str, list[str]]] = console.kept.get("choices", (0.0, {}))
    until, found = kept
    if time.monotonic() < until:
        return found
    found = {
        "channel": _distinct(connection, conversations.c.channel),
        "language": _distinct(connection, conversations.c.language),
        "safety": _distinct(connection, turns.c.safety),
        "knowledge": _distinct(connection, turns.c.knowledge)[::-1][:20],
        "tag": _distinct(connection, tags.c.tag),
        "assignee": list(connection.execute(sa.select(staff.c.name).order_by(staff.c.name)).scalars()),
    }
    console.kept["choices"] = (time.monotonic() + _KEPT, found)
    return found


def _distinct(connection: Connection, column: Any, most: int = 100) -> list[str]:
    values: list[str] = []
    value = connection.execute(sa.select(sa.func.min(column))).scalar()
    while value is not None and len(values) < most:
        values.append(value)
        value = connection.execute(sa.select(sa.func.min(column)).where(column > value)).scalar()
    return values


def slug(text: str) -> str:
    """A tag as it is kept."""
    return re.sub(r"[^a-z0-9-]+", "-", text.casefold()).strip("-")[:32]
