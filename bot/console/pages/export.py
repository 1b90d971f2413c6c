"""What is listed, as CSV or JSON, for admins."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from bot.console import audit
from bot.console.filter import Filter
from bot.console.inbox import waiting
from bot.console.listing import Listing
from bot.console.pages.dashboard import counted, span_of, today
from bot.console.pages.inbox import inbox
from bot.console.problem import not_found
from bot.console.tables import audit as audit_table
from bot.console.visit import Visit

MOST_ROWS = 10_000
_PAGE = 1_000
# A table program takes a cell that begins so for a formula and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = dict[str, Any]


def export(visit: Visit) -> Response:
    """A list as a file."""
    what, kind = visit.path["what"], visit.path["kind"]
    if what not in LISTS or kind not in ("csv", "json"):
        raise not_found()
    rows = list(LISTS[what](visit))
    chosen = Filter.read(visit.query)[0].names if what == "conversations" else ""
    visit.note("export", what, f"{kind}, {len(rows)} rows{f', {chosen}' if chosen else ''}")
    body = as_csv(rows) if kind == "csv" else json.dumps(rows, ensure_ascii=False, indent=1)
    media = "text/csv; charset=utf-8" if kind == "csv" else "application/json"
    return Response(body, media_type=media, headers={"Content-Disposition": f'attachment; filename="{what}.{kind}"'})


def as_csv(rows: Sequence[Row]) -> str:
    """Rows as CSV; what a table program would run as a formula is made plain text."""
    out = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([plain(row.get(name)) for name in columns] for row in rows)
    return out.getvalue()


def plain(value: Any) -> Any:
    """A cell that is safe to open."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _conversations(visit: Visit) -> Iterator[Row]:
    chosen, _ = Filter.read(visit.query)
    with visit.connection() as connection:
        listing = Listing(connection, chosen)
        after, number = None, 0
        while number < MOST_ROWS:
            page = listing.page(after, size=_PAGE)
            for row in page.rows:
                yield {
                    "code": audit.code(row.conversation),
                    "channel": row.channel,
                    "started": _iso(row.started),
                    "last": _iso(row.last),
                    "messages": row.turns,
                    "language": row.language,
                    "flagged": bool(row.flagged),
                    "safety": row.safety,
                    "unclear": row.unclear,
                    "thumbs_down": row.thumbs_down,
                    "status": row.status,
                    "assignee": row.assignee,
                    "reviewer": row.reviewer,
                    "second_reviewer": row.second_reviewer,
                    "demo": bool(row.demo),
                }
            number += len(page.rows)
            after = page.after
            if after is None:
                return


def _unclear(visit: Visit) -> Iterator[Row]:
    with visit.connection() as connection:
        groups = inbox(visit.console).groups(connection)
    for number, group in enumerate(groups, start=1):
        for message in group.messages:
            code = audit.code(message.conversation)
            yield {"group": number, "said": message.said, "at": _iso(message.at), "conversation": code}


def _decisions(visit: Visit) -> Iterator[Row]:
    with visit.connection() as connection:
        for row in waiting(connection):
            yield {"said": row.said, "decision": row.decision, "topic": row.topic, "staff": row.staff, "at": _iso(row.at)}


def _figures(visit: Visit) -> Iterator[Row]:
    span, _ = span_of(visit.query, today(visit))
    for table in counted(visit, span).tables:
        for row in table.rows:
            for heading, cell in zip(table.columns[1:], row[1:], strict=True):
                yield {"table": table.title, "row": row[0], "what": heading, "value": cell}


def _audit(visit: Visit) -> Iterator[Row]:
    with visit.connection() as connection:
        for row in connection.execute(sa.select(audit_table).order_by(audit_table.c.id.desc()).limit(MOST_ROWS)):
            yield {"at": _iso(row.at), "staff": row.staff, "action": row.action, "what": row.what, "detail": row.detail}


LISTS: dict[str, Callable[[Visit], Iterator[Row]]] = {
    "conversations": _conversations,
    "inbox": _unclear,
    "decisions": _decisions,
    "figures": _figures,
    "audit": _audit,
}


def _iso(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat(timespec="seconds")
