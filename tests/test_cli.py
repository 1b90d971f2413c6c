"""The command line: one line for what is wrong, and no trace back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main, read_line
from bot.settings import ROOT, settings


@pytest.fixture
def knowledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the knowledge base that a test may break."""
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", folder)
    monkeypatch.setenv("RLS_KNOWLEDGE", str(folder))
    monkeypatch.setenv("RLS_DATABASE", f"sqlite:///{tmp_path / 'knowledge.db'}")
    settings.cache_clear()
    yield folder
    settings.cache_clear()


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(words))
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_check_counts_what_there_is(knowledge: Path) -> None:
    code, text = run("knowledge", "check")
    assert code == 0
    assert f"{len(list((knowledge / 'topics').glob('*.yml')))} topics in 42 groups, version" in text


def test_build_prints_the_version_and_building_again_changes_nothing(knowledge: Path) -> None:
    assert run("knowledge", "build") == run("knowledge", "build")


def test_a_removed_source_is_one_line_for_each_place(knowledge: Path) -> None:
    path = knowledge / "sources.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("- id: mg-aging\n", "- id: mg-ageing\n"), encoding="utf-8")
    code, text = run("knowledge", "check")
    assert code == 1
    assert "source 'mg-aging' is not in knowledge/sources.yml; add it there or mend the id" in text
    assert "Traceback" not in text


def test_a_broken_file_is_one_line(knowledge: Path) -> None:
    path = knowledge / "topics" / "caffeine.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: a: "), encoding="utf-8")
    code, text = run("knowledge", "build")
    assert code == 1
    assert text.startswith(f"Error: {path}:")
    assert "not YAML" in text
    assert len(text.strip().splitlines()) == 1


def test_a_missing_field_is_one_line(knowledge: Path) -> None:
    path = knowledge / "topics" / "caffeine.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("button:", "butter:"), encoding="utf-8")
    code, text = run("knowledge", "check")
    assert code == 1
    assert "caffeine.yml:1: 'button' is missing; add 'button:'" in text


def test_a_wrong_setting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_PORT", "soup")
    settings.cache_clear()
    code, text = run("knowledge", "check")
    settings.cache_clear()
    assert code == 1
    assert text.startswith("Error: RLS_PORT: ")


@pytest.mark.parametrize("words", [("ask",), ("ask", "hello", "--json")])
def test_ask_wants_a_message_or_lines(words: tuple[str, ...]) -> None:
    code, text = run(*words)
    assert code == 2
    assert "give a message, or --json" in text


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("does tea count", ("does tea count", "line-3")),
        ("", ("", "line-3")),
        ('{"text": "hi"}', ("hi", "line-3")),
        ('{"text": "hi", "sender": "me"}', ("hi", "me")),
        ('{"text": " "}', (" ", "line-3")),
        ("[1, 2]", ("[1, 2]", "line-3")),
    ],
)
def test_a_line_is_text_or_an_object(raw: str, read: tuple[str, str]) -> None:
    assert read_line(raw, 3) == read


@pytest.mark.parametrize("raw", ['{"text": ', '{"text": 3}', '{"sender": "me"}', "{}"])
def test_a_line_that_can_not_be_read_says_why(raw: str) -> None:
    with pytest.raises(ValueError, match="line 3"):
        read_line(raw, 3)
