"""A folder as it was in a git revision, and as it is now."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

Files = dict[str, bytes]


class RevisionError(ValueError):
    """The revision can't be read; says why in one line."""


def before(folder: Path, revision: str) -> Files:
    """The folder's files at a revision, by their path within it, without hidden ones; empty where it did not exist.

    Raises:
        RevisionError: there is no git, no repository or no such revision.
    """
    root = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    inside = folder.resolve().relative_to(root.resolve()).as_posix()
    if not _git(root, "ls-tree", commit, "--", inside):
        return {}
    # The whole folder in one call; one for each file would take seconds. "commit:folder" makes the paths begin within it.
    archive = _git(root, "archive", "--format=tar", commit if inside == "." else f"{commit}:{inside}")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = ((member.name, tar.extractfile(member)) for member in tar.getmembers() if member.isfile())
        return {name: file.read() for name, file in members if file and not _hidden(Path(name))}


def now(folder: Path) -> Files:
    """The folder's files as they are, by their path within it; hidden ones are left out."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    seen = (path for path in paths if not _hidden(path))
    return {path.as_posix(): (folder / path).read_bytes() for path in sorted(seen)}


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True).stdout
    except FileNotFoundError:
        raise RevisionError("git is not installed, and what changed is read from it") from None
    except subprocess.CalledProcessError as error:
        if "--verify" in arguments:
            asked = arguments[-1].removesuffix("^{commit}")
            raise RevisionError(f"there is no revision {asked!r}; name a commit, a branch or a tag") from None
        said = error.stderr.decode(errors="replace").strip().splitlines()
        if said and "not a git repository" in said[0]:
            raise RevisionError(f"{folder} is in no git repository, so there is nothing to compare with") from None
        raise RevisionError(f"git can't read {folder}: {said[0] if said else 'no reason given'}") from None
