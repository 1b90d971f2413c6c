"""`rls knowledge reload`: a running server is told, and nothing is put in its place that it could not serve."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import training
from bot.cli import main
from bot.knowledge import store
from bot.settings import ROOT, settings


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation of its own, with a model that fits."""
    monkeypatch.setenv("RLS_KNOWLEDGE", str(ROOT / "knowledge"))
    monkeypatch.setenv("RLS_DATABASE", f"sqlite:///{tmp_path / 'knowledge.db'}")
    monkeypatch.setenv("RLS_PID_FILE", str(tmp_path / "pid"))
    monkeypatch.setattr(training, "model_path", lambda: ROOT / "config.yml")
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


def reload() -> tuple[int, str]:
    result = CliRunner().invoke(main, ["knowledge", "reload"])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def stored() -> str | None:
    return store.stored_version(store.engine(settings().database))


@pytest.fixture
def signals() -> Iterator[list[int]]:
    """What this process, in the server's place, was told."""
    told: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: told.append(number))
    yield told
    signal.signal(signal.SIGUSR1, before)


def test_the_running_server_is_told_once_the_database_holds_it(here: Path, signals: list[int]) -> None:
    (here / "pid").write_text(f"{os.getpid()}\n")
    code, text = reload()
    assert code == 0
    assert text == f"version {stored()} is in the database, and the server was told to read it\n"
    assert signals == [signal.SIGUSR1]


@pytest.mark.parametrize("pid", [None, "", "soup", "999999999"], ids=["no file", "empty", "no number", "gone"])
def test_where_no_server_runs_the_next_one_takes_it(here: Path, pid: str | None) -> None:
    if pid is not None:
        (here / "pid").write_text(pid)
    code, text = reload()
    assert code == 0
    assert text == f"version {stored()} is in the database; no server runs here, so the next one to start takes it\n"


def test_a_server_of_another_user_is_told_of_in_one_line(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "pid").write_text("1")

    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    code, text = reload()
    assert code == 1
    assert text.startswith("Error: version ")
    assert text.endswith("the server runs as another user; run this as that user\n")


def test_what_needs_a_training_is_not_put_in_place(here: Path, monkeypatch: pytest.MonkeyPatch, signals: list[int]) -> None:
    monkeypatch.setattr(training, "model_path", lambda: here / "none.tar.gz")
    (here / "pid").write_text(str(os.getpid()))
    code, text = reload()
    assert code == 1
    assert "run 'rls train' and restart the server" in text
    assert stored() is None
    assert signals == []


def test_files_that_can_not_be_read_are_not_put_in_place(
    here: Path, monkeypatch: pytest.MonkeyPatch, signals: list[int]
) -> None:
    copy = here / "knowledge"
    shutil.copytree(ROOT / "knowledge", copy)
    topic = copy / "topics" / "caffeine.yml"
    topic.write_text(topic.read_text(encoding="utf-8").replace("button:", "butter:"), encoding="utf-8")
    monkeypatch.setenv("RLS_KNOWLEDGE", str(copy))
    settings.cache_clear()
    (here / "pid").write_text(str(os.getpid()))
    code, text = reload()
    assert code == 1
    assert "caffeine.yml:1: 'button' is missing" in text
    assert stored() is None
    assert signals == []
