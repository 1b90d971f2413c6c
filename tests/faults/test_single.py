"""One worker with SQLite: a full disk, a locked database, a broken model. What a visitor sees, and what is kept."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT
from bot.training import model_path
from tests.e2e.running import RunningServer
from tests.e2e.visitor import Visitor

GENEROUS = {"web_messages_per_minute": "100000", "web_requests_per_minute": "100000"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("single"), **GENEROUS)
    running.start()
    yield running
    running.stop()


def said(visitor: Visitor) -> list[str]:
    return [turn["text"] for turn in visitor.history]


def wait_until_kept(visitor: Visitor, texts: list[str], within: float = 30.0) -> None:
    until = time.monotonic() + within
    while said(visitor) != texts:
        assert time.monotonic() < until, said(visitor)
        time.sleep(0.3)


def test_a_disk_that_is_full(server: RunningServer) -> None:
    """Neither the database nor the spool can grow; with room again, all goes on."""
    visitor = Visitor(server.url)
    visitor.lines("before")
    assert server._process
    pid = server._process.pid
    largest = max(path.stat().st_size for path in server.folder.rglob("*") if path.is_file())
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    # Every file of the server may be as large as it is now or smaller; a write beyond that fails as on a full disk.
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (min(4096, largest), before[1]))
    try:
        for number in range(3):
            assert visitor.lines(f"full {number}")[-1]["type"] == "reply"
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    assert visitor.lines("after")[-1]["type"] == "reply"
    until = time.monotonic() + 30
    while "after" not in said(visitor):
        assert time.monotonic() < until
        time.sleep(0.3)
    kept = said(visitor)
    assert kept[0] == "before"
    # What was said while nothing could be kept may be missing from the log; nothing is there twice.
    assert len(kept) == len(set(kept))


def test_a_database_that_is_locked(server: RunningServer) -> None:
    visitor = Visitor(server.url)
    visitor.lines("before")
    with sqlite3.connect(server.database, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        assert visitor.lines("locked")[-1]["type"] == "reply"
        assert visitor.lines("still locked")[-1]["type"] == "reply"
        assert time.monotonic() - started < 20
        other.execute("ROLLBACK")
    wait_until_kept(visitor, ["before", "locked", "still locked"])


def test_a_message_again_after_a_lock_is_not_doubled(server: RunningServer) -> None:
    visitor, name = Visitor(server.url), uuid.uuid4().hex
    with sqlite3.connect(server.database, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        first = visitor.lines("once", name)[-1]
        other.execute("ROLLBACK")
    second = visitor.lines("once", name)[-1]
    assert first["id"] == second["id"] == name
    wait_until_kept(visitor, ["once"])


def test_a_model_that_is_broken_stops_the_start_with_one_line(tmp_path: Path) -> None:
    (tmp_path / model_path().name).write_bytes(b"half of a file")
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "ask", "hello"],
        cwd=ROOT,
        env={**os.environ, "RLS_MODELS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "can't be read" in done.stderr
    assert "delete it and run 'rls train'" in done.stderr
    assert "Traceback" not in done.stderr
