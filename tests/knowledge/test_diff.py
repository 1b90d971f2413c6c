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
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from bot.cli import diff
from bot.knowledge.diff import changes, compared
from bot.knowledge.revision import RevisionError, now
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


def told(old: object, new: object) -> str:
    """What is told of one topic, whatever shape it has."""
    files = [{"topics/tea.yml": yaml.safe_dump(topic, sort_keys=False).encode()} for topic in (old, new)]
    return "\n".join(compared(files[0], files[1], "HEAD"))


TEA: dict[str, Any] = {
    "title": "Tea",
    "group": "drinks",
    "answer": [{"say": "It is warm."}, {"fact": "It has caffeine.", "sources": ["a-2019"]}],
    "evidence": {"grade": "limited"},
    "review": {"status": "unreviewed", "written": "2026-11-24", "due": "2027-11-24"},
}


@pytest.mark.parametrize("part", ["evidence", "review", "answer", "detail", "questions", "consult"])
@pytest.mark.parametrize("odd", ["soon", 3, ["a", 1], {"a": 1}, None, [{"other": "shape"}]])
def test_a_topic_of_an_older_shape_can_be_compared(part: str, odd: object) -> None:
    assert "Changed: tea (Tea)" in told({**TEA, part: odd}, TEA)
    assert "Changed: tea (Tea)" in told(TEA, {**TEA, part: odd})


@pytest.mark.parametrize("line", ["due: 2026-02-30", "due: 2026-13-01", "[a]: {b: c}: d", "due: !!int x"])
def test_a_date_that_is_none_is_a_file_that_cannot_be_read(kept: Path, line: str) -> None:
    for name in ("topics/caffeine.yml", "sources.yml"):
        (kept / name).write_text(line, encoding="utf-8")
    said = changes(kept, "HEAD")
    assert "Changed: topics/caffeine.yml (the new file can't be read as a topic)" in said
    assert "Sources: the new file can't be read" in said


def test_a_hidden_file_is_no_change(kept: Path) -> None:
    (kept / "topics" / ".gitkeep").write_bytes(b"")
    git(kept, "add", "-f", ".")
    git(kept, "commit", "-q", "-m", "second")
    assert changes(kept, "HEAD") == "Nothing changed since HEAD."
    (kept / "topics" / ".gitkeep").unlink()
    assert changes(kept, "HEAD") == "Nothing changed since HEAD."


def test_sentences_that_changed_places_are_not_called_new_ones() -> None:
    said = told(TEA, {**TEA, "answer": TEA["answer"][::-1]})
    assert "was: " not in said
    assert "sources" not in said


def test_a_sentence_that_lost_its_source_is_told_once() -> None:
    said = told(TEA, {**TEA, "answer": [TEA["answer"][0], {"say": "It has caffeine."}]})
    assert "  answer, sources of sentence 2: - a-2019" in said
    assert "  sources of the topic: - a-2019" in said
    assert "added" not in said.partition("\n")[2]


def test_sources_of_an_older_revision_may_be_missing() -> None:
    said = "\n".join(compared({}, {"sources.yml": b"- {id: a-2019, title: Tea}\n- just words\n"}, "HEAD"))
    assert said.endswith("Sources: 1 added, 0 removed, 0 changed\n  + a-2019: Tea")


def test_a_revision_that_had_no_topics_is_all_new(kept: Path) -> None:
    assert "\n".join(compared({}, now(kept), "v1")).startswith("Topics since v1: 3 added, 0 removed, 0 changed.")


FILES = st.dictionaries(
    st.sampled_from(["topics/a.yml", "topics/b.yml", "sources.yml", "terms.yml"]),
    st.binary(max_size=20)
    | st.recursive(
        st.none() | st.integers() | st.text("ab: -", max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*TEA, "detail", "questions", "id", "fact", "say", "sources"]), inner, max_size=4)
        ),
        max_leaves=12,
    ).map(lambda data: yaml.safe_dump(data).encode()),
    max_size=4,
)


@tried(deadline=None, max_examples=60)
@given(FILES, FILES)
def test_whatever_the_files_hold_every_change_is_told(old: dict[str, bytes], new: dict[str, bytes]) -> None:
    lines = list(compared(old, new, "HEAD"))
    assert ("Nothing changed since HEAD." in lines) is (old == new)
    text = "\n".join(lines)
    for path in {*old, *new}:
        if old.get(path) != new.get(path):
            assert ("Sources: " if path == "sources.yml" else path.removeprefix("topics/").removesuffix(".yml")) in text


@tried(deadline=None, max_examples=30)
@given(FILES)
def test_nothing_changes_between_equal_files(files: dict[str, bytes]) -> None:
    assert list(compared(files, dict(files), "HEAD")) == ["Nothing changed since HEAD."]
