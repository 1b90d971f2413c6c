"""What a reviewer is told about a change."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from bot.cli import diff
from bot.knowledge.diff import changes
from bot.knowledge.revision import RevisionError
from bot.settings import settings
from tests.knowledge.conftest import write

Change = Callable[[dict[str, Any]], object]


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments], check=True,
        capture_output=True,
    )  # fmt: skip


@pytest.fixture
def kept(folder: Path) -> Path:
    """The folder, in a repository with one commit."""
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def change(folder: Path, what: Change, topic: str = "caffeine") -> str:
    path = folder / "topics" / f"{topic}.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    what(data)
    write(path, data)
    return changes(folder, "HEAD")


def test_it_works(kept: Path) -> None:
    told = change(kept, lambda topic: topic["evidence"].update(grade="strong"))
    assert "Topics since HEAD: 0 added, 0 removed, 1 changed." in told
    assert "Changed: caffeine (" in told
    assert "→ strong" in told


def test_nothing_changed(kept: Path) -> None:
    assert changes(kept, "HEAD") == "Nothing changed since HEAD."


def test_a_changed_sentence_is_told_old_and_new(kept: Path) -> None:
    topic = yaml.safe_load((kept / "topics" / "caffeine.yml").read_text(encoding="utf-8"))
    old = topic["answer"][1].get("fact") or topic["answer"][1]["say"]
    key = "fact" if "fact" in topic["answer"][1] else "say"
    told = change(kept, lambda topic: topic["answer"][1].update({key: old + " Perhaps."}))
    assert f"  answer, sentence 2:\n    was: {old}\n    now: {old} Perhaps." in told
    assert "sources" not in told


def test_a_new_sentence_is_told_with_its_sources(kept: Path) -> None:
    new = {"fact": "Zebras sleep standing up.", "sources": ["zebra-2020"]}
    told = change(kept, lambda topic: topic["answer"].append(new))
    assert "added: Zebras sleep standing up." in told
    assert "sources of the topic: + zebra-2020" in told


def test_a_removed_sentence_is_told(kept: Path) -> None:
    told = change(kept, lambda topic: topic["detail"].pop(0))
    assert "  detail, sentence 1 removed: " in told


def test_a_sentence_that_has_nothing_in_common_is_another_one(kept: Path) -> None:
    told = change(kept, lambda topic: topic["answer"].__setitem__(0, {"say": "Zebras sleep standing up."}))
    assert "answer, sentence 1 added: Zebras" in told
    assert "answer, sentence 1 removed: " in told


def test_other_sources_of_the_same_sentence_are_told(kept: Path) -> None:
    def cite(topic: dict[str, Any]) -> None:
        next(one for one in topic["answer"] if "fact" in one)["sources"].append("zebra-2020")

    assert "answer, sources of sentence 1: + zebra-2020" in change(kept, cite)


def test_questions_are_counted_and_named(kept: Path) -> None:
    def ask(topic: dict[str, Any]) -> None:
        topic["questions"] += ["is tea for zebras", "and coffee"]
        topic["questions"].pop(0)

    told = change(kept, ask)
    assert "  questions: 2 added, 1 removed\n    + is tea for zebras\n    + and coffee\n    - " in told


def test_a_review_is_told(kept: Path) -> None:
    told = change(kept, lambda t: t["review"].update(status="reviewed", by="Dr A", on="2026-12-01", due="2027-12-01"))
    assert "  review: unreviewed, written " in told
    assert "→ reviewed by Dr A on 2026-12-01, " in told
    assert "due 2027-12-01" in told


def test_titles_reasons_and_lists_are_told(kept: Path) -> None:
    def edit(topic: dict[str, Any]) -> None:
        topic["title"] = "Coffee?"
        topic["ask"] = "Ask."
        topic["evidence"]["because"] = "So it is."
        topic["consult"] = ["nurse"]

    told = change(kept, edit)
    for line in ("    now: Coffee?", "    now: Ask.", "    now: So it is.", "  who can advise: + nurse, - doctor"):
        assert line in told


def test_layout_alone_is_said_to_be_layout(kept: Path) -> None:
    path = kept / "topics" / "caffeine.yml"
    path.write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert "  only its layout, its comments or its order" in changes(kept, "HEAD")


def test_added_and_removed_topics_are_told_with_their_answer(kept: Path) -> None:
    (kept / "topics" / "alcohol.yml").unlink()
    shutil.copy(kept / "topics" / "smoking.yml", kept / "topics" / "vaping.yml")
    told = changes(kept, "HEAD")
    assert "Topics since HEAD: 1 added, 1 removed, 0 changed." in told
    assert "Added: vaping (" in told
    assert "Removed: alcohol (" in told
    assert told.count(" questions, ") == 2
    assert "\n  - " in told
    assert "\n  + " in told


def test_sources_and_other_files_are_told(kept: Path) -> None:
    path = kept / "sources.yml"
    sources = yaml.safe_load(path.read_text(encoding="utf-8"))
    sources[0]["read"] = "All of it"
    sources.pop(1)
    sources.append({"id": "zebra-2020", "title": "Zebras"})
    write(path, sources)
    (kept / "terms.yml").write_text("- zebra\n", encoding="utf-8")
    (kept / "groups.yml").unlink()
    (kept / "new.csv").write_text("a\nb\n", encoding="utf-8")
    told = changes(kept, "HEAD")
    assert "Sources: 1 added, 1 removed, 1 changed" in told
    assert "  + zebra-2020: Zebras" in told
    assert ", read: " in told
    assert "  terms.yml: 1 lines added, " in told
    assert "  groups.yml: file removed, " in told
    assert "  new.csv: new file, 2 lines" in told


def test_the_order_of_lines_alone_is_said_to_be_order(kept: Path) -> None:
    path = kept / "terms.yml"
    path.write_text("\n".join(reversed(path.read_text(encoding="utf-8").splitlines())) + "\n", encoding="utf-8")
    assert "  terms.yml: only the order of its lines" in changes(kept, "HEAD")


@pytest.mark.parametrize("content", ["[", "just words", "\x00"])
def test_a_file_that_cannot_be_read_is_named(kept: Path, content: str) -> None:
    (kept / "topics" / "caffeine.yml").write_text(content, encoding="utf-8")
    (kept / "topics" / "vaping.yml").write_text(content, encoding="utf-8")
    (kept / "sources.yml").write_text(content, encoding="utf-8")
    told = changes(kept, "HEAD")
    assert "Changed: topics/caffeine.yml (the new file can't be read as a topic)" in told
    assert "Added: topics/vaping.yml (it can't be read as a topic)" in told
    assert "Sources: the new file can't be read" in told


def test_a_folder_that_was_not_there_is_all_new(kept: Path) -> None:
    inner = kept / "inner"
    shutil.copytree(kept / "topics", inner / "topics")
    assert "Topics since HEAD: 3 added, 0 removed, 0 changed." in changes(inner, "HEAD")


def test_a_folder_within_a_repository_is_read(kept: Path) -> None:
    assert changes(kept / "topics", "HEAD") == "Nothing changed since HEAD."


@pytest.mark.parametrize("revision", ["nonsense", "HEAD~7", "--help", "", "a b\nc"])
def test_an_unknown_revision_is_one_line(kept: Path, revision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_KNOWLEDGE", str(kept))
    settings.cache_clear()
    result = CliRunner().invoke(diff, ["--", revision])
    settings.cache_clear()
    assert result.exit_code == 1
    assert result.output == f"Error: there is no revision {revision!r}; name a commit, a branch or a tag\n"


def test_no_repository_is_one_line(folder: Path) -> None:
    with pytest.raises(RevisionError, match="is in no git repository"):
        changes(folder, "HEAD")


def test_no_git_is_one_line(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RevisionError, match="git is not installed"):
        changes(kept, "HEAD")


def test_what_git_says_is_told_in_one_line(kept: Path) -> None:
    with pytest.raises(RevisionError, match=r"^git can't read .*missing: .*$"):
        changes(kept / "missing", "HEAD")
