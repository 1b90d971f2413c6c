"""Databases to keep conversations in: an SQLite file, and a real PostgreSQL server in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

from bot.conversations import database


def _program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


class Server:
    """A PostgreSQL server that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._data = folder / "data"
        self._free: list[str] = []
        # It refuses to run as root.
        self._user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if self._user:
            entry = pwd.getpwnam("postgres")
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        self._run("initdb", "-U", "guide", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self._data / "log"), "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://guide@127.0.0.1:{self.port}/{name}"

    def create(self) -> str:
        """The URL of an empty database: one that was given back, or a new one."""
        if self._free:
            return self._free.pop()
        name = f"test_{uuid.uuid4().hex[:12]}"
        engine = sa.create_engine(self.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url(name)

    def give_back(self, url: str) -> None:
        """Empty a database for the next test, which is quicker than making one."""
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            connection.execute(sa.text(others))
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        engine.dispose()
        self._free.append(url)

    def _run(self, program: str, *arguments: str) -> None:
        command = [_program(program) or program, "-D", str(self._data), *arguments]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", check=False, **self._user)  # type: ignore[call-overload]
        if done.returncode:
            raise RuntimeError(done.stderr.decode())


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A running PostgreSQL server."""
    if not _program("initdb"):
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed, and these tests need it")
        pytest.skip("PostgreSQL is not installed: nothing was tested on it")
    # Not in pytest's own folder, which is for its owner only.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    server = Server(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'conversations.db'}"
        return
    server: Server = request.getfixturevalue("postgresql")
    made = server.create()
    yield made
    server.give_back(made)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """A migrated database of either kind."""
    made = database.engine(url)
    database.migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database."""
    made = database.engine(str(make_url(f"sqlite:///{tmp_path / 'conversations.db'}")))
    database.migrate(made)
    yield made
    made.dispose()
