"""The folder that a site is written to: what an earlier site left there goes, everything else stays."""

from __future__ import annotations

import json
from pathlib import Path

MANIFEST = "site.json"


class SiteError(ValueError):
    """The site can't be written there; says why and what to do."""


def write(out: Path, files: dict[str, str], version: str) -> None:
    """Write files by their path within the folder.

    Raises:
        SiteError: it is a file, can't be written to, or holds things that no site of ours put there.
    """
    try:
        if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).exists():
            raise SiteError(f"{out} is not empty and holds no site of ours; name an empty or a new folder")
        out.mkdir(parents=True, exist_ok=True)
        for name in _earlier(out) - set(files):
            (out / name).unlink(missing_ok=True)
        for name, text in files.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        manifest = {"version": version, "files": sorted(files)}
        (out / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8", newline="\n")
    except FileExistsError as error:
        raise SiteError(f"{error.filename or out} is a file; name a folder") from None
    except OSError as error:
        raise SiteError(f"{out} can't be written to ({error.strerror}); name another folder") from None


def _earlier(out: Path) -> set[str]:
    try:
        names = {str(name) for name in json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]}
    except FileNotFoundError:
        return set()
    except (ValueError, KeyError, TypeError):
        raise SiteError(f"{out / MANIFEST} can't be read; empty the folder, or name a new one") from None
    # A manifest that somebody changed must not reach files elsewhere.
    inside = out.resolve()
    return {name for name in names if inside in (out / name).resolve().parents}
