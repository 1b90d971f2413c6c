"""The audit log: its order, its pages, and nothing of a visitor."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.engine import Engine

from bot.console import audit


def fill(database: Engine, count: int) -> None:
    with database.begin() as connection:
        for number in range(count):
            audit.note(connection, f"s{number % 2}", "view", f"v{number % 3}", str(number))


def test_the_newest_line_comes_first_and_a_page_has_one_more_to_tell_that_there_is(database: Engine) -> None:
    fill(database, audit.PAGE + 5)
    with database.connect() as connection:
        lines = audit.lines(connection)
        assert len(lines) == audit.PAGE + 1
        assert [line.detail for line in lines[:2]] == [str(audit.PAGE + 4), str(audit.PAGE + 3)]
        rest = audit.lines(connection, before=lines[audit.PAGE - 1].id)
        assert [line.detail for line in rest] == ["4", "3", "2", "1", "0"]
        assert audit.lines(connection, before=lines[-1].id - 10**6) == []


@pytest.mark.parametrize(
    ("staff", "what", "details"), [("s0", "", "420"), ("", "v1", "41"), ("s1", "v1", "1"), ("nobody", "", "")]
)
def test_it_is_narrowed_to_who_and_what(database: Engine, staff: str, what: str, details: str) -> None:
    fill(database, 6)
    with database.connect() as connection:
        assert "".join(line.detail for line in audit.lines(connection, staff, what)) == details


def test_a_long_detail_is_cut(database: Engine) -> None:
    with database.begin() as connection:
        audit.note(connection, "vera", "export", detail="x" * 2000)
        assert len(audit.lines(connection)[0].detail) == 500


@pytest.mark.parametrize("name", ["", "web-1", "+15195550122", "é b/c", "x" * 64])
def test_a_conversation_s_code_is_short_and_leads_nowhere(name: str) -> None:
    assert re.fullmatch("[0-9a-f]{8}", audit.code(name))
    assert audit.code(name) == audit.code(name)
    assert audit.code(name) != audit.code(name + " ")
