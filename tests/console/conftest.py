"""A console on a database of its own, and staff who are logged in."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.console import password as passwords
from bot.console.accounts import Accounts
from bot.console.app import make_app
from bot.console.database import opened
from bot.console.knowledge import Topics
from bot.console.role import Role
from bot.conversations.archive import Archive
from bot.conversations.database import engine
from bot.conversations.spool import Spool
from bot.settings import Settings
from tests.console.data import Written, careless

PASSWORD = "correct horse battery"
ADDRESS = "http://localhost:5006"


class Member(TestClient):
    """A member of staff in a browser: sends forms with the token that stands in them."""

    def log_in(self, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        self.get("/log-in")
        token = self.cookies.get("rls_console_form") or ""
        return self.post("/log-in", data={"csrf": token, "name": name, "password": password, **fields}, follow_redirects=False)

    def token(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/account").text)
        assert found
        return found[1]

    def submit(self, path: str, **fields: Any) -> httpx.Response:
        return self.post(path, data={"csrf": self.token(), **fields}, follow_redirects=False)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Argon2 with parameters that cost nothing: tests log in hundreds of times."""
    from argon2 import PasswordHasher

    slow = passwords.hasher
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.hasher = lambda: quick  # type: ignore[assignment]
    yield
    passwords.hasher = slow


@pytest.fixture(scope="session", autouse=True)
def topics() -> Iterator[Topics]:
    """The knowledge base's topics, read once for all tests."""
    read = Topics.read(Settings().knowledge)
    # The examples of a few: to learn from thousands takes a second for each console.
    few = ("caffeine", "alcohol", "iron_treatment")
    read = dataclasses.replace(read, questions={topic: read.questions[topic] for topic in few})
    before = Topics.__dict__["read"]
    Topics.read = classmethod(lambda cls, folder: read)  # type: ignore[method-assign]
    yield read
    Topics.read = before  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was brought to its newest shape once, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "conversations.db"
    opened(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def database(empty: Path, tmp_path: Path) -> Iterator[Engine]:
    shutil.copy(empty, tmp_path / "conversations.db")
    made = careless(engine(f"sqlite:///{tmp_path / 'conversations.db'}", patience=15))
    yield made
    made.dispose()


@pytest.fixture
def archive(database: Engine, tmp_path: Path) -> Archive:
    return Archive(database, Spool(tmp_path / "spool", 1_000_000))


@pytest.fixture
def written(database: Engine) -> Written:
    return Written(database)


@pytest.fixture
def accounts(database: Engine) -> Accounts:
    """Rita reads, Vera and Viktor review, Anna is the admin."""
    made = Accounts(database)
    for name, role in (("rita", Role.READER), ("vera", Role.REVIEWER), ("viktor", Role.REVIEWER), ("anna", Role.ADMIN)):
        made.add(name, role, PASSWORD)
    return made


@pytest.fixture
def open_browser(archive: Archive, accounts: Accounts) -> Callable[..., Member]:
    """A browser; with a name, of somebody who is logged in."""
    app = make_app(archive, Settings())

    def opened_for(name: str = "", **options: Any) -> Member:
        member = Member(app, base_url=ADDRESS, **options)
        if name:
            assert member.log_in(name).status_code == 303
        return member

    return opened_for


@pytest.fixture
def reader(open_browser: Callable[..., Member]) -> Member:
    return open_browser("rita")


@pytest.fixture
def reviewer(open_browser: Callable[..., Member]) -> Member:
    return open_browser("vera")


@pytest.fixture
def second(open_browser: Callable[..., Member]) -> Member:
    return open_browser("viktor")


@pytest.fixture
def admin(open_browser: Callable[..., Member]) -> Member:
    return open_browser("anna")
