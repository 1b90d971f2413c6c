"""`rls channels`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.channels.messaging.app import Incoming, Outgoing, What
from bot.channels.messaging.queue import Queue
from bot.channels.messaging.registry import APPS
from bot.cli import main
from bot.conversations import archive
from bot.conversations.archive import the_archive
from bot.settings import settings

SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "123456:never-to-be-shown"


@pytest.fixture(autouse=True)
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installation of its own, with nothing set."""
    for app in APPS:
        for name in app.needs:
            monkeypatch.delenv(f"RLS_{name.upper()}", raising=False)
    monkeypatch.setenv("RLS_CONVERSATIONS", f"sqlite:///{tmp_path / 'conversations.db'}")
    monkeypatch.setenv("RLS_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setenv("RLS_SECRET", SECRET)
    settings.cache_clear()
    yield
    the_archive().close()
    archive.archive.cache_clear()
    settings.cache_clear()


def run(*words: str) -> tuple[int, str]:
    settings.cache_clear()
    result = CliRunner().invoke(main, ["channels", *words])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    assert TOKEN not in result.output
    return result.exit_code, result.output


def telegram(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    for name, value in {"RLS_TELEGRAM_TOKEN": TOKEN, "RLS_TELEGRAM_SECRET": "a-secret", **more}.items():
        monkeypatch.setenv(name, value)


def undelivered() -> None:
    queue = Queue(the_archive().ready, SECRET)
    queue.receive("telegram", [Incoming("7:1", "7", What.TEXT, 1.0, "a question")])
    (delivery,) = queue.answerable(["telegram"], 1)
    queue.answered(delivery, [Outgoing("sendMessage", {"chat_id": 7}, words="An answer\nin two lines.")])
    (parcel,) = queue.sendable(["telegram"], 1)
    queue.dead(parcel, "Telegram answered 403")


def test_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    telegram(monkeypatch)
    code, text = run()
    assert code == 0
    states = dict(line.split(None, 1) for line in text.splitlines())
    assert states.pop("telegram") == "on"
    assert set(states.values()) == {"off"}
    assert set(states) == {app.name for app in APPS} - {"telegram"}


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("RLS_TELEGRAM_SECRET", "")
    assert "telegram         off, lacks RLS_TELEGRAM_SECRET" in run()[1]
    code, text = run("check")
    assert code == 1
    assert "telegram: RLS_TELEGRAM_SECRET is not set" in text
    assert "RLS_PUBLIC_URL is not set to an https address" in text


def test_a_check_without_any_app_says_so() -> None:
    code, text = run("check")
    assert code == 1
    assert "no messaging app is set up" in text


def test_a_check_that_finds_nothing_names_the_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    telegram(monkeypatch, RLS_PUBLIC_URL="https://guide.example/")
    assert run("check") == (0, "telegram: ready at https://guide.example/webhooks/telegram/webhook\n")


def test_what_could_not_be_delivered_is_listed_and_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    telegram(monkeypatch, RLS_PUBLIC_URL="https://guide.example")
    assert "every reply was delivered" in run("dead")[1]
    undelivered()
    assert "telegram         on (1 dead)" in run()[1]
    code, text = run("check")
    assert (code, "could not be delivered: 1" in text) == (1, True)
    code, text = run("dead")
    number = text.split()[0]
    assert "Telegram answered 403" in text
    assert "An answer in two lines." in text
    assert run("resend", number) == (0, "1 will be sent again\n")
    assert "every reply was delivered" in run("dead")[1]
    code, text = run("resend", number)
    assert code == 1
    assert f"no undelivered reply has the number {number}" in text


def test_a_weak_secret_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_SECRET", "short")
    code, text = run("dead")
    assert code == 1
    assert text.startswith("Error: RLS_SECRET holds fewer than 32 characters")
