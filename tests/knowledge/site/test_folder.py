"""The folder of a site: ours is renewed, and nothing of anybody else's is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.site.folder import MANIFEST, SiteError, write


def listed(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def test_the_manifest_names_the_version_and_the_files(tmp_path: Path) -> None:
    write(tmp_path, {"topics/b.html": "b", "a.html": "a"}, "0123456789ab")
    assert json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8")) == {
        "version": "0123456789ab",
        "files": ["a.html", "topics/b.html"],
    }


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": "é 睡眠\n\nend"}, "1")
    assert (tmp_path / "index.html").read_bytes() == "é 睡眠\n\nend".encode()


def test_a_file_that_is_already_gone_is_no_problem(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": "a", "old.html": "b"}, "1")
    (tmp_path / "old.html").unlink()
    write(tmp_path, {"index.html": "a"}, "2")
    assert listed(tmp_path) == {"index.html": "a"}


@pytest.mark.parametrize("files", ["[]", "{}", "null", '"topics"', '{"files": 3}', '{"files": null}', "\xff", ""])
def test_a_manifest_that_names_no_files_is_told(tmp_path: Path, files: str) -> None:
    (tmp_path / MANIFEST).write_bytes(files.encode("latin-1"))
    with pytest.raises(SiteError, match=r"site\.json can't be read; empty the folder, or name a new one"):
        write(tmp_path, {"index.html": "a"}, "1")
    assert listed(tmp_path) == {}


@pytest.mark.parametrize("name", ["..", ".", "", "/", "../../etc", 7, None, ["a"], "topics/../../x"])
def test_whatever_a_manifest_names_only_files_within_go(tmp_path: Path, name: object) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "x").write_text("mine", encoding="utf-8")
    (out / MANIFEST).write_text(json.dumps({"files": [name]}), encoding="utf-8")
    write(out, {"index.html": "a"}, "1")
    assert (tmp_path / "x").read_text(encoding="utf-8") == "mine"
    assert listed(out) == {"index.html": "a"}


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    elsewhere, out = tmp_path / "elsewhere", tmp_path / "out"
    elsewhere.mkdir()
    out.mkdir()
    (elsewhere / "precious.html").write_text("mine", encoding="utf-8")
    (out / "link").symlink_to(elsewhere, target_is_directory=True)
    (out / MANIFEST).write_text(json.dumps({"files": ["link/precious.html"]}), encoding="utf-8")
    write(out, {"index.html": "a"}, "1")
    assert (elsewhere / "precious.html").exists()


def test_a_file_where_a_folder_must_be_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": "a"}, "1")
    (tmp_path / "topics").write_text("mine", encoding="utf-8")
    with pytest.raises(SiteError) as raised:
        write(tmp_path, {"topics/a.html": "a"}, "1")
    assert str(raised.value) == f"{tmp_path / 'topics'} is a file; name a folder"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write(tmp_path / "out", {}, "1")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [MANIFEST]


NAMES = st.sampled_from(["index.html", "a/b.html", "a/c.html", "d/e/f.json", "site.css"])
SITES = st.lists(st.dictionaries(NAMES, st.sampled_from(["", "one", "zwei"]), max_size=5), min_size=1, max_size=4)


@settings(deadline=None, max_examples=40)
@given(SITES)
def test_after_any_sites_only_the_last_one_is_there(
    tmp_path_factory: pytest.TempPathFactory, sites: list[dict[str, str]]
) -> None:
    out = tmp_path_factory.mktemp("out")
    write(out / "site", {}, "0")
    for number, files in enumerate(sites):
        write(out / "site", files, str(number))
    assert listed(out / "site") == sites[-1]
