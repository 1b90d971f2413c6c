"""The dashboard's numbers, its charts, and what is exported."""

from __future__ import annotations

import csv
import datetime
import io

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.console.figures import Span, figures, quantile
from bot.console.pages.dashboard import span_of
from bot.console.pages.export import as_csv, plain
from bot.console.plot import bars, columns
from bot.console.tables import audit
from tests.console.conftest import Member
from tests.console.data import NOON, Written, danger, unclear

DAY = 86_400.0
WEEK = Span(datetime.date(2026, 11, 18), datetime.date(2026, 11, 24))


@pytest.fixture
def filled(written: Written) -> None:
    written.conversation("v1", {"said": "a", "milliseconds": 10.0}, {"said": "b", "milliseconds": 200.0}, at=NOON)
    sms = {"channel": "sms"}
    written.conversation("v2", {"said": "c", **sms}, unclear("d", **sms), danger("e", **sms), at=NOON - DAY, **sms)
    written.conversation("old", "f", at=NOON - 20 * DAY)
    written.rating("v1", "message-1", True, topic="caffeine")
    written.rating("v1", "message-2", False, topic="caffeine")
    written.rating("v2", "message-3", False, topic="alcohol", at=NOON - 20 * DAY)


def test_they_count_what_happened(filled: None, database: Engine) -> None:
    with database.connect() as connection:
        found = figures(connection, WEEK)
    assert found.totals == {
        "conversations": 2,
        "messages": 5,
        "unanswered": 0.2,
        "safety": 1,
        "up": 1,
        "down": 1,
        "p50": 35,
        "p95": 205,
    }
    assert found.table("conversations").rows[-2:] == (("2026-11-23", 1, 1, 3), ("2026-11-24", 1, 1, 2))
    assert found.table("conversations").rows[0] == ("2026-11-18", 0, 0, 0)
    assert found.table("unanswered").rows[-2] == ("2026-11-23", 3, 1, 0.3333)
    assert found.table("safety").rows[-2] == ("2026-11-23", 1)
    assert found.table("times").rows[-1] == ("2026-11-24", 15, 205)
    assert found.table("times").rows[0] == ("2026-11-18", None, None)
    assert found.table("topics").rows == (("magnesium_evidence", 3),)
    assert found.table("categories").rows == (("emergency", 1),)
    assert found.table("thumbs").rows == (("caffeine", 1, 1, 0.5),)
    assert found.table("channels").rows == (("sms", 1, 3, 1, 1), ("web", 1, 2, 0, 0))


def test_many_days_are_counted_by_weeks(filled: None, database: Engine) -> None:
    span = Span(datetime.date(2026, 8, 1), datetime.date(2026, 11, 24))
    with database.connect() as connection:
        found = figures(connection, span)
    rows = found.table("conversations").rows
    assert rows[-1] == ("2026-11-23", 2, 2, 5)
    assert ("2026-11-02", 1, 1, 1) in rows
    assert all(datetime.date.fromisoformat(row[0]).weekday() == 0 for row in rows)


def test_quantiles_are_those_of_the_counts() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({0: 1, 1: 1, 9: 2}, 0.5) == 10
    assert quantile({0: 19, 100: 1}, 0.95) == 5
    assert quantile({0: 18, 100: 2}, 0.95) == 505


@pytest.mark.parametrize(
    ("query", "days", "told"),
    [
        ({}, 30, False),
        ({"last": "2026-11-10"}, 30, False),
        ({"first": "2026-11-24", "last": "2026-11-24"}, 1, False),
        ({"first": "soon"}, 30, True),
        ({"first": "2026-11-24", "last": "2026-11-01"}, 30, True),
        ({"first": "1900-01-01"}, 30, True),
    ],
)
def test_the_days_are_read_from_the_address(query: dict[str, str], days: int, told: bool) -> None:
    span, problem = span_of(query, datetime.date(2026, 11, 24))
    assert len(span.periods()) == days
    assert bool(problem) is told


def test_the_page_has_charts_and_their_numbers(filled: None, reader: Member) -> None:
    page = reader.get("/dashboard?first=2026-11-18&last=2026-11-24").text
    assert page.count("<svg") == 8
    assert page.count("as a table</summary>") == 8
    assert "Does caffeine make restless legs worse?" in page
    assert "Nothing in these days." in reader.get("/dashboard?first=2020-01-01&last=2020-01-02").text


def test_charts_say_in_words_what_they_show() -> None:
    drawing = columns("Messages", ["2026-11-23", "2026-11-24"], [3, None], " ms", [4, 1])
    assert drawing.description == "From 2026-11-23 to 2026-11-24; highest 4 ms. The table holds every number."
    assert bars("Topics", [("a <b>", 2.0)]).description == "a <b>: 2."
    assert "<b>" not in bars("Topics", [("a <b>", 2.0)]).svg()
    assert columns("Nothing", [], []).svg()


# Exports.


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_a_cell_is_never_a_formula(value: str) -> None:
    assert plain(value) == f"'{value}"


def test_numbers_and_words_stay_as_they_are() -> None:
    assert [plain(value) for value in (-1, 0.5, "legs", "", None, "a=b")] == [-1, 0.5, "legs", "", None, "a=b"]


def test_lists_are_exported_as_csv_and_json(filled: None, admin: Member, written: Written, database: Engine) -> None:
    written.conversation("v9", unclear('=HYPERLINK("http://evil")'))
    rows = list(csv.DictReader(io.StringIO(admin.get("/export/inbox.csv").text)))
    assert {row["said"] for row in rows} == {"d", '\'=HYPERLINK("http://evil")'}
    answer = admin.get("/export/conversations.json?channel=sms")
    assert answer.headers["content-disposition"] == 'attachment; filename="conversations.json"'
    assert [(row["messages"], row["flagged"], row["started"]) for row in answer.json()] == [
        (3, True, "2026-11-23T12:00:00+00:00")
    ]
    assert "v2" not in answer.text
    figures_ = admin.get("/export/figures.json?first=2026-11-18&last=2026-11-24").json()
    assert {"table": "Topics", "row": "magnesium_evidence", "what": "Messages", "value": 3} in figures_
    assert admin.get("/export/decisions.csv").text == "\r\n"
    assert "export" in admin.get("/export/audit.csv").text
    with database.connect() as connection:
        lines = connection.execute(sa.select(audit.c.what, audit.c.detail).where(audit.c.action == "export")).all()
    assert lines[1] == ("conversations", "json, 1 rows, channel=sms")


def test_a_long_list_is_exported_over_its_pages(written: Written, admin: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.console.pages import export

    monkeypatch.setattr(export, "_PAGE", 3)
    for number in range(8):
        written.conversation(f"v{number}", "hello", at=NOON - number)
    assert len(admin.get("/export/conversations.json").json()) == 8
    monkeypatch.setattr(export, "MOST_ROWS", 6)
    assert len(admin.get("/export/conversations.json").json()) == 6


def test_rows_with_other_columns_share_a_table() -> None:
    assert as_csv([{"a": 1}, {"b": "=2"}]) == "a,b\r\n1,\r\n,'=2\r\n"
