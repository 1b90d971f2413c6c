"""The files of a folder, as they were in a revision and as they are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot.knowledge.revision import RevisionError, before, now
from tests.knowledge.test_diff import git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a knowledge folder in it, and one commit."""
    inside = tmp_path / "some where" / "knowledge"
    (inside / "topics").mkdir(parents=True)
    (inside / "topics" / "thé.yml").write_bytes("id: thé\r\n".encode())
    (inside / "empty.yml").write_bytes(b"")
    (inside / "odd.bin").write_bytes(b"\x00\xff\n")
    (inside / ".gitkeep").write_bytes(b"")
    (inside / "topics" / ".editor").mkdir()
    (inside / "topics" / ".editor" / "state.yml").write_bytes(b"open: true\n")
    (tmp_path / "README.md").write_bytes(b"Read me.\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-f", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return inside


def test_what_is_kept_is_what_is_there(repository: Path) -> None:
    assert now(repository) == before(repository, "HEAD") == {
        "empty.yml": b"",
        "odd.bin": b"\x00\xff\n",
        "topics/thé.yml": "id: thé\r\n".encode(),
    }  # fmt: skip


def test_the_folder_may_be_the_repository(repository: Path) -> None:
    root = repository.parent.parent
    assert "README.md" in before(root, "HEAD")
    assert before(root, "HEAD") == now(root)


@pytest.mark.parametrize("name", ["HEAD", "main~0", "v1", "@"])
def test_a_revision_has_many_names(repository: Path, name: str) -> None:
    git(repository, "branch", "-f", "-M", "main")
    git(repository, "tag", "-m", "one", "v1")
    assert before(repository, name) == now(repository)


def test_what_is_staged_or_changed_is_not_yet_kept(repository: Path) -> None:
    (repository / "empty.yml").write_bytes(b"id: x\n")
    git(repository, "add", ".")
    (repository / "new.yml").write_bytes(b"id: new\n")
    assert before(repository, "HEAD")["empty.yml"] == b""
    assert now(repository)["empty.yml"] == b"id: x\n"
    assert set(now(repository)) - set(before(repository, "HEAD")) == {"new.yml"}


def test_a_folder_that_was_not_kept_is_empty(repository: Path) -> None:
    new = repository / "new"
    new.mkdir()
    assert before(new, "HEAD") == now(new) == {}


def test_a_link_to_a_folder_is_followed(repository: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(repository, target_is_directory=True)
    assert before(link, "HEAD") == before(repository, "HEAD")


def test_a_repository_without_a_commit_has_no_revision(tmp_path: Path) -> None:
    subprocess.run(["git", "-C", str(tmp_path), "init", "-q"], check=True)
    with pytest.raises(RevisionError, match="there is no revision 'HEAD'; name a commit, a branch or a tag"):
        before(tmp_path, "HEAD")


def test_a_file_is_no_revision(repository: Path) -> None:
    with pytest.raises(RevisionError, match=r"there is no revision 'HEAD:README\.md'"):
        before(repository, "HEAD:README.md")


@pytest.mark.parametrize("revision", ["--output=stolen", "-h", "--all"])
def test_a_revision_is_never_an_option_of_git(repository: Path, revision: str) -> None:
    files = now(repository)
    with pytest.raises(RevisionError, match="there is no revision"):
        before(repository, revision)
    assert now(repository) == files
