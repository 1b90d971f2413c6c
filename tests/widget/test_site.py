"""The widget's files as they are handed out: packed, tagged, lean, and under the page's own policy."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import playwright
import pytest
from sanic.response import HTTPResponse

from bot.widget.site import FOLDER, HTML, PARTS, POLICY, SCRIPT, File, files, script, site

# Comes with the browser's driver.
NODE = Path(playwright.__file__).parent / "driver" / "node"


@pytest.fixture(scope="module")
def served() -> dict[str, File]:
    return files("CA")


def answer(file: File, **headers: str) -> HTTPResponse:
    asked: Any = SimpleNamespace(headers={name.replace("_", "-"): value for name, value in headers.items()})
    return file.response(asked)


def test_every_file_is_there(served: dict[str, File]) -> None:
    assert set(served) == {"/", "/site.css", "/site.js", "/widget.css", "/widget.js", "/texts/en.json"}


def test_the_page_at_the_root_is_left_to_others(served: dict[str, File]) -> None:
    routes = {f"/{route.uri.lstrip('/')}" for route in site(served)._future_routes}
    assert routes == set(served) - {"/"}


def test_what_is_unpacked_is_what_was_packed(served: dict[str, File]) -> None:
    for file in served.values():
        assert gzip.decompress(file.packed) == file.content
        assert len(file.packed) < len(file.content)


def test_the_same_content_has_the_same_bytes_and_tag() -> None:
    assert files("CA") == files("CA")
    assert File.of("a", SCRIPT).tag != File.of("b", SCRIPT).tag
    assert {path for path, file in files("CA").items() if file != files("UK")[path]} == {"/widget.js"}


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("GZIP", True),
        ("deflate, gzip; q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("identity", False),
        ("br", False),
        ("", False),
        ("notgzip", False),
    ],
)
def test_a_file_is_packed_for_who_takes_it_packed(accepted: str, packed: bool) -> None:
    file = File.of("let it = 1;", SCRIPT)
    got = answer(file, accept_encoding=accepted)
    assert got.headers.get("content-encoding") == ("gzip" if packed else None)
    assert got.body == (file.packed if packed else file.content)
    assert got.headers["vary"] == "Accept-Encoding"


def test_who_does_not_say_gets_it_plain() -> None:
    got = answer(File.of("é", SCRIPT))
    assert (got.status, got.body, got.content_type) == (200, "é".encode(), SCRIPT)


@pytest.mark.parametrize("sent", ["{tag}", "W/{tag}", '"other", {tag}'])
def test_what_did_not_change_is_not_sent_again(sent: str) -> None:
    file = File.of("let it = 1;", SCRIPT)
    got = answer(file, if_none_match=sent.format(tag=file.tag), accept_encoding="gzip")
    assert (got.status, got.body or b"") == (304, b"")
    assert got.headers["etag"] == file.tag
    assert "max-age" in got.headers["cache-control"]


@pytest.mark.parametrize("sent", ["", '"other"', '""'])
def test_what_changed_is_sent(sent: str) -> None:
    assert answer(File.of("let it = 1;", SCRIPT), if_none_match=sent).status == 200


def test_any_site_may_show_the_widget_and_none_may_frame_the_page(served: dict[str, File]) -> None:
    for path, file in served.items():
        headers = answer(file).headers
        assert headers["x-content-type-options"] == "nosniff"
        if path == "/":
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "access-control-allow-origin" not in headers
        else:
            assert headers["access-control-allow-origin"] == "*"
            assert "content-security-policy" not in headers


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_keeps_its_own_policy(served: dict[str, File]) -> None:
    assert "unsafe" not in POLICY
    found = Elements(served["/"].content.decode()).found
    assert found
    for tag, attributes in found:
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
        for name in ("src", "href"):
            assert not re.match(r"(?:https?:)?//", attributes.get(name) or ""), tag


def test_the_page_loads_only_what_is_served(served: dict[str, File]) -> None:
    loaded = [
        attributes.get("src") or attributes.get("href")
        for tag, attributes in Elements(served["/"].content.decode()).found
        if tag in ("script", "link") and attributes.get("href") != "data:,"
    ]
    assert {f"/{name}" for name in loaded} == {"/site.css", "/widget.js", "/site.js"}
    assert served["/"].kind == HTML


@pytest.mark.parametrize("country", ["CA", "OTHER", 'X"; alert(1); "', "</script>", "\u2028", "\\"])
def test_the_country_is_a_word_and_nothing_else(country: str) -> None:
    code = script(country).replace("COUNTRY = ", "COUNTRY = globalThis.told = ", 1).partition("\n")[2]
    first = code.partition(";\n")[2].partition(";\n")[0]
    done = subprocess.run(
        [NODE, "-p", f"{first}; JSON.stringify(told)"], capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    assert json.loads(done.stdout) == country, done.stderr


def test_the_script_is_one_that_a_browser_can_read(tmp_path: Path, served: dict[str, File]) -> None:
    for name in ("/widget.js", "/site.js"):
        path = tmp_path / name.strip("/")
        path.write_bytes(served[name].content)
        done = subprocess.run([NODE, "--check", path], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


def test_every_part_is_in_the_script() -> None:
    assert {path.stem for path in (FOLDER / "parts").glob("*.js")} == set(PARTS)


@pytest.mark.parametrize("path", sorted([*(FOLDER / "parts").glob("*.js"), FOLDER / "widget.css"]), ids=lambda path: path.name)
def test_only_comments_and_indents_are_left_out(path: Path, served: dict[str, File]) -> None:
    lean = served["/widget.css" if path.suffix == ".css" else "/widget.js"].content.decode().splitlines()
    for line in path.read_text(encoding="utf-8").splitlines():
        kept = line.strip()
        if kept.startswith("/* "):
            # A comment of several lines, or with a rule after it, would be cut in two.
            assert kept.index("*/") == len(kept) - 2
        elif kept and not kept.startswith("//"):
            assert kept in lean
        # Text that goes on over a line's end would lose its indent.
        assert path.suffix == ".css" or line.count("`") % 2 == 0, line


def test_texts_are_the_same_without_their_spaces(served: dict[str, File]) -> None:
    written = json.loads((FOLDER / "texts" / "en.json").read_text(encoding="utf-8"))
    assert json.loads(served["/texts/en.json"].content) == written
    assert b"\n" not in served["/texts/en.json"].content


def test_every_language_says_the_same_things() -> None:
    english = json.loads((FOLDER / "texts" / "en.json").read_text(encoding="utf-8"))
    for path in (FOLDER / "texts").glob("*.json"):
        texts = json.loads(path.read_text(encoding="utf-8"))
        assert texts.keys() == english.keys()
        assert texts["lang"] == path.stem


def test_files_are_read_as_utf8_wherever_the_server_runs() -> None:
    code = (
        "import warnings\nfrom bot.widget.site import files\n"
        "warnings.simplefilter('error', EncodingWarning)\nassert len(files('CA')) == 6"
    )
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", code], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-500:]
