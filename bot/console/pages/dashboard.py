"""The figures of a time, with charts."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping

from starlette.responses import Response

from bot.console.figures import Figures, Span, figures
from bot.console.plot import bars, columns
from bot.console.visit import Visit

USUAL_DAYS, MOST_DAYS = 30, 3 * 366
_KEPT = 60.0
# The tables whose first column names a topic.
_OF_TOPICS = ("topics", "thumbs")


def show(visit: Visit) -> Response:
    """The page."""
    span, problem = span_of(visit.query, today(visit))
    found = counted(visit, span)
    return visit.page("dashboard.html", figures=found, span=span, problem=problem, charts=charts(found, visit))


def today(visit: Visit) -> datetime.date:
    """The present day, in UTC."""
    return datetime.datetime.fromtimestamp(visit.console.clock(), datetime.timezone.utc).date()


def span_of(query: Mapping[str, str], now: datetime.date) -> tuple[Span, str]:
    """The days that an address asks for, and what is wrong with it."""
    usual = Span(now - datetime.timedelta(days=USUAL_DAYS - 1), now)
    if not query.get("first") and not query.get("last"):
        return usual, ""
    try:
        last = datetime.date.fromisoformat(query.get("last") or now.isoformat())
        first = datetime.date.fromisoformat(query.get("first") or (last - datetime.timedelta(days=USUAL_DAYS - 1)).isoformat())
    except ValueError:
        return usual, "A day looks like 2026-11-24. The last 30 days are shown."
    if not 0 <= (last - first).days < MOST_DAYS or first.year < 1971:
        return usual, "Choose a first day before the last one, and at most three years. The last 30 days are shown."
    return Span(first, last), ""


def counted(visit: Visit, span: Span) -> Figures:
    """The figures, kept for a minute."""
    kept: dict[Span, tuple[float, Figures]] = visit.console.kept.setdefault("figures", {})
    until, found = kept.get(span, (0.0, None))
    if found is None or time.monotonic() > until:
        with visit.connection() as connection:
            found = figures(connection, span, visit.console.clock())
        if len(kept) > 20:
            kept.clear()
        kept[span] = (time.monotonic() + _KEPT, found)
    return found


def charts(found: Figures, visit: Visit) -> dict[str, str]:
    """A chart for each table that has rows, as SVG within the page."""
    drawn = {}
    for table in found.tables:
        if not table.rows:
            continue
        labels = [str(label) for label in table.column(0)]
        if table.key in _OF_TOPICS:
            labels = [visit.console.topics.title(label) for label in labels]
        elif table.key == "categories":
            labels = [label.replace("_", " ") for label in labels]
        if table.key == "conversations":
            drawing = columns("Conversations begun", labels, table.column(1))
        elif table.key == "unanswered":
            drawing = columns("Share not understood", labels, [round(100 * share, 1) for share in table.column(3)], "%")
        elif table.key == "safety":
            drawing = columns("Safety events", labels, table.column(1))
        elif table.key == "times":
            drawing = columns("Reply: half (full), 95% (outline)", labels, table.column(1), " ms", table.column(2))
        elif table.key == "thumbs":
            drawing = bars(
                "Thumbs down by topic", [(label, down) for label, down in zip(labels, table.column(2), strict=True) if down]
            )
        elif table.key == "channels":
            drawing = bars("Messages by channel", list(zip(labels, table.column(2), strict=True)))
        else:
            drawing = bars(table.title, list(zip(labels, table.column(1), strict=True)))
        if len(drawing.items) > 1:
            drawn[table.key] = drawing.svg(table.key, inline=True)
    return drawn
