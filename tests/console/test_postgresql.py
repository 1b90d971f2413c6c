"""The console on PostgreSQL: the same lists, figures, groups and changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.console import listing
from bot.console.accounts import Accounts
from bot.console.app import make_app
from bot.console.audit import code
from bot.console.database import opened
from bot.console.figures import figures
from bot.console.filter import Filter
from bot.console.listing import Listing
from bot.console.role import Role
from bot.conversations.archive import Archive
from bot.conversations.spool import Spool
from bot.settings import Settings
from tests.console.conftest import PASSWORD, Member
from tests.console.data import NOON, Written, danger, unclear
from tests.console.test_conversations import DAY, FILTERS
from tests.console.test_conversations import filled as filled
from tests.console.test_figures import WEEK
from tests.conversations.conftest import Server
from tests.conversations.conftest import postgresql as postgresql


@pytest.fixture
def archive(postgresql: Server, tmp_path: Path) -> Iterator[Archive]:
    made = Archive(opened(postgresql.create()), Spool(tmp_path / "spool", 1_000_000))
    yield made
    made.engine.dispose()


@pytest.fixture
def database(archive: Archive) -> object:
    return archive.engine


def test_it_works(archive: Archive, filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for few in (0, 10_000):
        monkeypatch.setattr(listing, "_FEW", few)
        found = {}
        for query in FILTERS:
            chosen, _ = Filter.read(dict(part.split("=") for part in query.replace("+", " ").split("&") if part))
            with archive.engine.connect() as connection:
                rows = Listing(connection, chosen)
                found[query] = [row.conversation for row in rows.page().rows]
                assert rows.count().number == len(found[query]), query
        assert found == FILTERS


def test_the_figures_are_the_same(archive: Archive) -> None:
    written = Written(archive.engine)
    written.conversation(
        "v1", {"said": "a", "milliseconds": 13.0}, {"said": "b", "milliseconds": 204.0}, at=NOON + DAY / 2 - 90
    )
    written.conversation("v2", "c", unclear("d"), danger("e"), at=NOON - DAY)
    with archive.engine.connect() as connection:
        found = figures(connection, WEEK)
    assert found.table("conversations").rows[-2:] == (("2026-11-23", 1, 1, 3), ("2026-11-24", 1, 1, 2))
    assert found.table("times").rows[-1] == ("2026-11-24", 15, 205)
    assert found.totals["unanswered"] == 0.2


def test_staff_work_on_it(archive: Archive) -> None:
    Accounts(archive.engine).add("anna", Role.ADMIN, PASSWORD)
    Written(archive.engine).conversation("v1", danger("one leg is swollen"), unclear("weighted blankets"))
    admin = Member(make_app(archive, Settings()), base_url="http://localhost")
    assert admin.log_in("anna").status_code == 303
    for path in (
        "/",
        "/conversations?words=swollen&safety=any",
        "/conversations/v1",
        "/inbox",
        "/dashboard",
        "/audit",
        "/staff",
        "/export/conversations.csv",
        "/conversations/v1/export",
    ):
        assert admin.get(path).status_code == 200, path
    assert admin.submit("/conversations/v1/status", status="done", before="new").status_code == 303
    assert admin.submit("/conversations/v1/notes", text="a note").status_code == 303
    assert admin.submit("/filters", name="mine", query="low=1").status_code == 303
    assert admin.submit("/inbox", turn="2", decision="danger").status_code == 303
    assert admin.submit("/inbox", turn="2", decision="danger").status_code == 409
    assert "The receipt is" in admin.submit("/conversations/v1/erase", confirm=code("v1")).text
