"""What can be set or typed is documented."""

from __future__ import annotations

import re

import click
import pytest
from pydantic import ValidationError

from bot.cli import main
from bot.settings import ROOT, Settings


def pages() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("name", list(Settings.__fields__))
def test_each_setting_is_documented(name: str) -> None:
    assert f"`RLS_{name.upper()}`" in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def commands(group: click.Group, path: str) -> list[str]:
    found: list[str] = []
    for name, command in group.commands.items():
        found += commands(command, f"{path} {name}") if isinstance(command, click.Group) else [f"{path} {name}"]
    return found


@pytest.mark.parametrize("command", commands(main, "rls"))
def test_each_command_is_documented(command: str) -> None:
    assert command in pages()


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(rls(?: [a-z][a-z-]+)+)", pages()))))
def test_each_command_that_is_named_is_there(named: str) -> None:
    command: click.Command = main
    for word in named.split()[1:]:
        if not isinstance(command, click.Group):
            break
        assert word in command.commands, named
        command = command.commands[word]


@pytest.mark.parametrize("target", ["setup", "serve", "test", "unit", "train", "bench", "lint", "sbom", "soak"])
def test_each_make_target_is_there(target: str) -> None:
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "value"), [("RLS_PORT", "soup"), ("RLS_PORT", "99999"), ("RLS_COUNTRY", "XX"), ("RLS_WEB_PROXIES", "-1")]
)
def test_a_value_that_can_not_be_taken_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.removeprefix("RLS_").lower()):
        Settings()


def test_the_repository_has_no_path_of_a_machine() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        assert "/root/" not in page.read_text(encoding="utf-8")
