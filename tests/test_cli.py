"""The command line: one line for what is wrong, and no trace back."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import click
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


def test_a_topic_is_shown_as_a_visitor_sees_it(knowledge: Path) -> None:
    code, text = run("knowledge", "show", "caffeine")
    assert code == 0
    before, after = text.split("--- and after 'tell me more':")
    assert before.count("not medical advice") == 1
    assert "not medical advice" in after
    assert re.search(r"--- the answer reads at grade \d+\.\d", after)


@pytest.mark.parametrize(
    ("topic", "hint"),
    [("cafeine", "; did you mean caffeine"), ("Q", "; its id is the file's name in knowledge/topics"), ("", "; its id is")],
)
def test_a_topic_that_is_not_there_is_named_with_what_is_near(knowledge: Path, topic: str, hint: str) -> None:
    code, text = run("knowledge", "show", topic)
    assert code == 1
    assert text.startswith(f"Error: there is no topic {topic!r}{hint}")


def test_a_site_is_written_and_its_pages_are_counted(knowledge: Path, tmp_path: Path) -> None:
    code, text = run("knowledge", "site", str(tmp_path / "site"), "--url", "https://guide.example")
    assert code == 0
    assert text.startswith(f"{len(list((tmp_path / 'site').rglob('*.html')))} pages in {tmp_path / 'site'}, version ")
    assert "https://guide.example" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_a_folder_that_is_no_site_is_not_written_over(knowledge: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("keep me")
    code, text = run("knowledge", "site", str(tmp_path / "letters"))
    assert code == 1
    assert text.startswith("Error: ")
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["mine.txt"]


def test_differences_need_a_repository_and_a_revision(knowledge: Path) -> None:
    code, text = run("knowledge", "diff", "HEAD")
    assert code == 1
    assert "is in no git repository" in text


def test_the_coverage_is_counted_and_written(knowledge: Path, tmp_path: Path) -> None:
    code, text = run("knowledge", "coverage", str(tmp_path / "coverage.md"))
    assert code == 0
    assert re.match(r"\d+ of \d+ facts are used", text)
    assert (tmp_path / "coverage.md").read_text(encoding="utf-8").startswith("#")


def test_the_safety_case_is_renewed_and_renewing_it_again_changes_nothing(knowledge: Path, tmp_path: Path) -> None:
    page = tmp_path / "safety.md"
    shutil.copy(ROOT / "docs" / "safety.md", page)
    code, text = run("knowledge", "safety", str(page))
    assert code == 0
    assert re.match(r"\d+ rules in \d+ categories\n", text)
    once = page.read_text(encoding="utf-8")
    run("knowledge", "safety", str(page))
    assert page.read_text(encoding="utf-8") == once


@pytest.mark.parametrize("words", [("knowledge", "build"), ("knowledge", "reload")])
def test_a_knowledge_database_that_is_none_is_one_line(
    knowledge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr("bot.training.model_path", lambda: ROOT / "config.yml")
    (tmp_path / "knowledge.db").write_text("no database at all, only words that go on and on" * 100)
    code, text = run(*words)
    assert code == 1
    assert text == "Error: a database can't be used (DatabaseError); 'rls doctor' says which and how to mend it\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("knowledge", "check"), "RLS_COUNTRY"),
        (("conversations", "prune"), "RLS_COUNTRY"),
        (("staff", "list"), "RLS_COUNTRY"),
        (("train",), "RLS_COUNTRY"),
    ],
)
def test_each_command_names_a_setting_that_can_not_be_taken(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.setenv("RLS_COUNTRY", "FR")
    settings.cache_clear()
    code, text = run(*words)
    settings.cache_clear()
    assert code == 1
    assert text.startswith(f"Error: {told}: ")
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("evaluate",),
        ("evaluate", "not/there.jsonl"),
        ("serve", "--workers", "0"),
        ("serve", "--workers", "65"),
        ("conversations", "demo", "--count", "0"),
        ("staff", "add", "mia", "--role", "queen"),
        ("channels", "resend", "one"),
        ("knowledge", "melt"),
    ],
)
def test_what_a_command_does_not_take_is_a_usage_error(words: tuple[str, ...]) -> None:
    code, text = run(*words)
    assert code == 2
    assert text.startswith("Usage: ")


def test_more_workers_need_what_they_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_WORKERS", "1")
    settings.cache_clear()
    code, text = run("serve", "--workers", "2")
    settings.cache_clear()
    assert code == 1
    assert text.startswith("Error: ")
    assert "RLS_REDIS" in text


def test_each_command_says_what_it_is_for() -> None:
    def walk(command: click.Command, *words: str) -> None:
        assert command.help, words
        for name, each in getattr(command, "commands", {}).items():
            walk(each, *words, name)

    walk(main)
