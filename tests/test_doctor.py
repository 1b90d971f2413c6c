"""Each fault of an installation is named, with how to mend it."""

from __future__ import annotations

import os
import shutil
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot import doctor
from bot.doctor import CHECKS, examine
from bot.settings import ROOT, Settings
from bot.training import model_path


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, Any]:
    """Settings of an installation of its own."""
    return {
        "knowledge": ROOT / "knowledge",
        "database": f"sqlite:///{tmp_path / 'knowledge.db'}",
        "conversations": f"sqlite:///{tmp_path / 'conversations.db'}",
        "spool": tmp_path / "spool",
        "models": tmp_path / "models",
        "secret_file": tmp_path / "secret",
        "pid_file": tmp_path / "pid",
        "port": 0,
        "console_port": 0,
    }


def found(name: str, installation: dict[str, Any], **changed: Any) -> str | None:
    return CHECKS[name](Settings(**{**installation, **changed}))


def test_a_setting_that_can_not_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_PORT", "soup")
    (only,) = examine()
    assert only.name == "settings"
    assert "RLS_PORT" in (only.problem or "")


def test_workers_without_what_they_share(installation: dict[str, Any]) -> None:
    assert "RLS_REDIS" in (found("workers", installation, workers=2) or "")
    assert "PostgreSQL" in (found("workers", installation, workers=2, redis="redis://x") or "")
    shared = {"workers": 2, "redis": "redis://x", "conversations": "postgresql://x/y"}
    assert "RLS_SECRET" in (found("workers", installation, **shared) or "")
    assert found("workers", installation, **shared, secret="x" * 32) is None


def test_knowledge_that_can_not_be_read(installation: dict[str, Any], tmp_path: Path) -> None:
    assert found("knowledge files", installation) is None
    copy = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", copy)
    topic = next((copy / "topics").glob("*.yml"))
    topic.write_text(topic.read_text(encoding="utf-8")[:200], encoding="utf-8")
    problem = found("knowledge files", installation, knowledge=copy) or ""
    assert topic.name in problem
    assert "rls knowledge check" in problem


def test_a_knowledge_database_that_is_not_what_the_files_say(installation: dict[str, Any]) -> None:
    from bot.knowledge import store
    from bot.knowledge.base import read

    assert "rls knowledge build" in (found("knowledge database", installation) or "")
    store.save(read(ROOT / "knowledge"), store.engine(installation["database"]))
    assert found("knowledge database", installation) is None


def test_a_knowledge_database_that_is_none(installation: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "knowledge.db").write_text("no database at all, only words that go on and on" * 100)
    assert "RLS_DATABASE" in (found("knowledge database", installation) or "")


def test_conversations_that_were_not_migrated(installation: dict[str, Any]) -> None:
    from bot.conversations import database

    assert "rls serve" in (found("conversations", installation) or "")
    database.migrate(database.engine(installation["conversations"]))
    assert found("conversations", installation) is None


def test_a_conversations_database_that_is_gone(installation: dict[str, Any]) -> None:
    problem = found("conversations", installation, conversations="postgresql://rls@127.0.0.1:1/rls") or ""
    assert "does not answer" in problem
    assert "RLS_CONVERSATIONS" in problem


def test_conversations_that_wait_on_disk(installation: dict[str, Any], tmp_path: Path) -> None:
    assert found("spool", installation) is None
    from bot.conversations.batch import Batch, new_key
    from bot.conversations.spool import Spool
    from bot.conversations.state import new

    Spool(tmp_path / "spool", 1_000_000).add(Batch(new_key(), "somebody", [{"event": "restart", "timestamp": 1.0}], [], new()))
    assert "wait on disk" in (found("spool", installation) or "")


def test_redis_that_is_gone(installation: dict[str, Any]) -> None:
    assert found("redis", installation) is None
    assert "RLS_REDIS" in (found("redis", installation, redis="redis://127.0.0.1:1/0") or "")


def test_a_model_that_is_missing_unfit_or_broken(installation: dict[str, Any], tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    assert "there is no model" in (found("model", installation) or "")
    (models / "rls-guide-000000000000.tar.gz").touch()
    assert "none of the 1 models" in (found("model", installation) or "")
    (models / model_path().name).write_bytes(b"half of a file")
    assert "is broken" in (found("model", installation) or "")


def test_another_encoder(installation: dict[str, Any], tmp_path: Path) -> None:
    assert found("encoder", installation) is None
    (tmp_path / "model.onnx").write_bytes(b"something else")
    assert "SHA-256" in (found("encoder", installation, encoder=tmp_path / "model.onnx") or "")


def test_a_full_disk(installation: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("disk space", installation) is None
    monkeypatch.setattr(doctor, "FREE_MEGABYTES", 10**9)
    assert "are free" in (found("disk space", installation) or "")


def test_a_port_that_is_taken(installation: dict[str, Any]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert "RLS_PORT" in (found("ports", installation, port=port) or "")
        assert "RLS_CONSOLE_PORT" in (found("ports", installation, console_port=port) or "")


def test_a_messaging_app_that_is_set_up_in_part(installation: dict[str, Any]) -> None:
    assert found("messaging apps", installation) is None
    assert "RLS_TELEGRAM_SECRET" in (found("messaging apps", installation, telegram_token="1:a") or "")
    both = {"telegram_token": "1:a", "telegram_secret": "x" * 32}
    assert "RLS_PUBLIC_URL" in (found("messaging apps", installation, **both) or "")
    assert found("messaging apps", installation, **both, public_url="https://rls.example") is None


@pytest.mark.parametrize("name", ["secret", "rasa_api_token", "metrics_token"])
def test_a_secret_that_can_be_guessed(installation: dict[str, Any], name: str) -> None:
    assert f"RLS_{name.upper()} has fewer" in (found("secrets", installation, **{name: "hunter2"}) or "")


def test_a_secret_that_others_can_read(installation: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x" * 64)
    (tmp_path / "secret").chmod(0o644)
    assert "chmod 600" in (found("secrets", installation) or "")
    (tmp_path / "secret").chmod(0o600)
    assert found("secrets", installation) is None


def test_a_clock_that_was_never_set(installation: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("clock", installation) is None
    monkeypatch.setattr(time, "time", lambda: 86_400.0)
    assert "NTP" in (found("clock", installation) or "")


def test_a_check_that_fails_itself_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(options: Settings) -> str | None:
        raise RuntimeError("words of a visitor")

    monkeypatch.setitem(CHECKS, "clock", broken)
    (told,) = [each.problem for each in examine(Settings(port=0)) if each.name == "clock"]
    assert "RuntimeError" in (told or "")
    assert "words of a visitor" not in (told or "")


def test_the_command_ends_with_1_where_anything_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.cli import main

    monkeypatch.setattr(doctor, "CHECKS", {"clock": lambda options: None})
    monkeypatch.setenv("RLS_PORT", "0")
    good = CliRunner().invoke(main, ["doctor"])
    assert (good.exit_code, good.output) == (0, "ok     settings\nok     clock\n")
    monkeypatch.setattr(doctor, "CHECKS", {"clock": lambda options: "it stands; wind it up"})
    bad = CliRunner().invoke(main, ["doctor"])
    assert bad.exit_code == 1
    assert "wrong  clock: it stands; wind it up" in bad.output


def test_every_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_PORT", "soup")
    monkeypatch.setenv("RLS_COUNTRY", "FR")
    told = [each.problem or "" for each in examine()]
    assert len(told) == 2
    assert all(problem.endswith("see docs/settings.md") for problem in told)


def test_every_check_has_its_finding_in_order_and_changes_nothing(installation: dict[str, Any], tmp_path: Path) -> None:
    names = [each.name for each in examine(Settings(**installation))]
    assert names == ["settings", *CHECKS]
    assert not {path.name for path in tmp_path.iterdir()} & {"spool", "models", "secret", "pid"}


def test_files_that_can_not_be_read_are_to_be_mended_first(installation: dict[str, Any], tmp_path: Path) -> None:
    assert "mend those first" in (found("knowledge database", installation, knowledge=tmp_path / "none") or "")


@pytest.mark.parametrize("pid", ["", "soup", "999999999"])
def test_a_port_that_a_server_which_has_died_left_is_looked_at(installation: dict[str, Any], tmp_path: Path, pid: str) -> None:
    (tmp_path / "pid").write_text(pid)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "RLS_PORT" in (found("ports", installation, port=taken.getsockname()[1]) or "")


def test_ports_that_this_bot_itself_holds_are_no_fault(installation: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "pid").write_text(str(os.getpid()))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert found("ports", installation, port=taken.getsockname()[1]) is None


def test_the_console_s_port_does_not_matter_where_it_is_off(installation: dict[str, Any]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert found("ports", installation, console=False, console_port=taken.getsockname()[1]) is None


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "http://127.0.0.1", "soup"])
def test_a_redis_address_that_leads_nowhere_is_told(installation: dict[str, Any], url: str) -> None:
    assert "correct RLS_REDIS" in (found("redis", installation, redis=url) or "")


def test_several_faults_are_counted_in_the_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.cli import main

    monkeypatch.setenv("RLS_PORT", "0")
    monkeypatch.setattr(doctor, "CHECKS", {name: lambda options: "it stands" for name in ("clock", "sundial")})
    assert "2 things are wrong; each line says how to mend it" in CliRunner().invoke(main, ["doctor"]).output
