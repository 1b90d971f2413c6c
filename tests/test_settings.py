"""The settings: what each takes, what it refuses, and that the page of settings names them all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from bot.settings import ROOT, Settings, settings

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def names() -> list[str]:
    return [f"RLS_{name.upper()}" for name in Settings.__fields__]


def test_the_page_names_each_setting_and_no_other() -> None:
    assert sorted(re.findall(r"^\| `(RLS_\w+)`", PAGE, re.M)) == sorted(names())


def test_each_setting_says_what_it_is() -> None:
    for name, field in Settings.__fields__.items():
        assert field.field_info.description, name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RLS_PORT", "-1"),
        ("RLS_PORT", "65536"),
        ("RLS_PORT", "5005.5"),
        ("RLS_PORT", ""),
        ("RLS_WORKERS", "0"),
        ("RLS_WORKERS", "65"),
        ("RLS_COUNTRY", "FR"),
        ("RLS_COUNTRY", "ca"),
        ("RLS_COUNTRY", "CA "),
        ("RLS_KEEP_DAYS", "0"),
        ("RLS_WEB_LONGEST_MESSAGE", "99"),
        ("RLS_WEB_PROXIES", "-1"),
        ("RLS_PUBLIC_URL", "guide.example"),
        ("RLS_PUBLIC_URL", "https:///path"),
        ("RLS_MESSAGING_ATTEMPTS", "51"),
        ("RLS_TWILIO_ACCOUNT_SID", "AC123"),
        ("RLS_TWILIO_SMS_SENDER", "my phone"),
        ("RLS_TWILIO_WHATSAPP_SENDER", "15550001111"),
        ("RLS_CONSOLE", "perhaps"),
        ("RLS_CONSOLE_URL", "https://console.example/admin"),
        ("RLS_CONSOLE_URL", "javascript:alert(1)"),
        ("RLS_LOG_FORMAT", "xml"),
        ("RLS_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_that_can_not_be_taken_is_refused_and_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [f"RLS_{str(error['loc'][0]).upper()}" for error in refused.value.errors()] == [name]


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("RLS_PORT", "0", 0),
        ("RLS_PORT", "65535", 65535),
        ("rls_port", "5010", 5010),
        ("RLS_COUNTRY", "OTHER", "OTHER"),
        ("RLS_CONSOLE", "off", False),
        ("RLS_CONSOLE", "0", False),
        ("RLS_CONSOLE", "1", True),
        ("RLS_PUBLIC_URL", "https://guide.example/", "https://guide.example/"),
        ("RLS_CONSOLE_URL", "", ""),
        ("RLS_CONSOLE_URL", "http://127.0.0.1:5006/", "http://127.0.0.1:5006/"),
        ("RLS_TWILIO_SMS_SENDER", "+15550001111", "+15550001111"),
        ("RLS_TWILIO_WHATSAPP_SENDER", "whatsapp:+15550001111", "whatsapp:+15550001111"),
    ],
)
def test_a_value_is_read(monkeypatch: pytest.MonkeyPatch, name: str, value: str, read: Any) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(Settings(), name.lower().removeprefix("rls_")) == read


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_PORT", "soup")
    monkeypatch.setenv("RLS_COUNTRY", "FR")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert len(refused.value.errors()) == 2


@pytest.mark.parametrize("name", sorted(name for name, field in Settings.__fields__.items() if "SecretStr" in str(field.type_)))
def test_a_token_is_not_shown_where_settings_are_printed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"RLS_{name.upper()}", "hunter2-hunter2")
    read = Settings()
    assert getattr(read, name).get_secret_value() == "hunter2-hunter2"
    assert "hunter2" not in repr(read) + str(read) + read.json()


def test_the_spool_is_measured_in_whole_megabytes() -> None:
    assert Settings(spool_megabytes=3).spool_bytes == 3_000_000


def test_they_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    first = settings().port
    monkeypatch.setenv("RLS_PORT", str(first + 1))
    assert settings().port == first
    settings.cache_clear()
    assert settings().port == first + 1
    monkeypatch.undo()
    settings.cache_clear()
