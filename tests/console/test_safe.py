"""What comes from outside: visitors' words, other websites, odd requests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.console import visit
from bot.console.pages import start
from bot.conversations.tables import conversations
from tests.console.conftest import ADDRESS, Member
from tests.console.data import Written, danger, unclear
from tests.e2e.console import XSS

Browser = Callable[..., Member]


def test_a_visitor_s_words_are_never_markup(written: Written, admin: Member) -> None:
    written.conversation(
        "v1", XSS, danger(XSS, rule="<b>rule"), unclear(XSS, replied=XSS, entities=f'[{{"entity": "{"<i>"}", "value": "<u>"}}]')
    )
    written.rating("v1", "message-1", False, word=XSS, topic="<s>")
    admin.submit("/conversations/v1/notes", text=XSS)
    admin.submit("/conversations/v1/tags", tag="<em>tag")
    for path in (
        "/",
        "/conversations",
        "/conversations?words=script",
        "/conversations/v1",
        "/inbox",
        "/dashboard?first=2026-11-01&last=2026-11-30",
        "/conversations?words=<script>&topic=<b>",
        "/audit",
        "/log-in?then=/%22%3E%3Cscript%3E",
    ):
        text = admin.get(path).text
        for tag in ("<script>document", "<img", "<b>", "<i>", "<u>", "<s>", "<em>", '"><script>'):
            assert tag not in text, (path, tag)
    assert "&lt;script&gt;" in admin.get("/conversations/v1").text


def test_a_source_s_address_is_followed_only_where_it_is_one_of_the_web(written: Written, reader: Member) -> None:
    import json

    source = {"id": "x", "name": "Evil", "title": "t", "url": "javascript:alert(1)"}
    reply = json.dumps([{"text": "hello", "reply": {"sources": [source], "answers": None}}, "odd", {"reply": "odd"}])
    written.conversation("v1", {"said": "hi", "reply": reply}, {"said": "ho", "reply": "not json", "entities": "not json"})
    page = reader.get("/conversations/v1")
    assert page.status_code == 200
    assert "Evil" in page.text
    assert "javascript:" not in page.text


@pytest.mark.parametrize(
    "words",
    [
        "'; DROP TABLE turns; --",
        '" OR 1=1 --',
        "legs' AND (SELECT 1)='1",
        "NEAR(a b)",
        "legs*",
        "said:legs",
        "a AND OR NOT",
        "%",
        "\\",
        '"',
        "(",
        "\0",
    ],
)
def test_what_is_searched_for_is_never_an_order(written: Written, reader: Member, database: Engine, words: str) -> None:
    written.conversation("v1", "magnesium at night")
    others = ("topic", "tag", "assignee", "knowledge", "safety", "channel", "language", "after", "since", "least")
    for query in ({"words": words}, dict.fromkeys(others, words)):
        assert reader.get("/conversations", params=query).status_code == 200, query
    with database.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(conversations)).scalar() == 1


def test_a_form_of_another_website_is_refused(open_browser: Browser, written: Written) -> None:
    written.conversation("v1", "hello")
    member = open_browser("vera")
    token = member.token()
    for origin, status in (("https://evil.example", 403), ("null", 403), ("http://localhost:1", 403), (ADDRESS, 303)):
        answer = member.post(
            "/conversations/v1/notes", data={"csrf": token, "text": "hi"}, headers={"origin": origin}, follow_redirects=False
        )
        assert answer.status_code == status, origin


def test_only_this_machine_s_names_are_served(open_browser: Browser) -> None:
    member = open_browser()
    for host, status in (
        ("localhost:5006", 200),
        ("127.0.0.1:5006", 200),
        ("[::1]:5006", 200),
        ("localhost", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("", 421),
        ("127.0.0.1.nip.io:5006", 421),
    ):
        assert member.get("/log-in", headers={"host": host}).status_code == status, host


def test_every_answer_carries_the_headers(open_browser: Browser) -> None:
    member = open_browser("vera")
    for path in ("/", "/log-in", "/staff", "/nothing", "/static/console.css", "/conversations/gone"):
        headers = member.get(path, follow_redirects=False).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


def test_pages_have_no_script_or_style_of_their_own_and_nothing_from_outside() -> None:
    import re

    for path in Path("bot/console/templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=\"/static/)|(src|href)=\"(https?:)?//", text), path


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/conversations/gone",
        "/conversations/gone/erase",
        "/filters",
        "/static/nothing.js",
        "/export/nothing.csv",
        "/export/audit.exe",
        "/static/../app.py",
        "/sign-in",
    ],
)
def test_what_is_not_there_is_a_plain_page_or_json(admin: Member, path: str) -> None:
    page = admin.get(path)
    assert page.status_code in (404, 405)
    assert "<h1>" in page.text
    answer = admin.get(path, headers={"accept": "application/json"})
    assert answer.json()["error"]


def test_json_is_told_to_log_in(open_browser: Browser) -> None:
    answer = open_browser().get("/conversations", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"error": "Log in first."})


def test_bodies_are_bounded_and_only_forms(open_browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    member = open_browser()
    assert member.post("/log-in", content=b"{}", headers={"content-type": "application/json"}).status_code == 415
    assert member.post("/log-in", data={"name": "x" * visit.MOST_BYTES}).status_code == 413
    assert member.post("/log-in", data={f"a{number}": "1" for number in range(7000)}).status_code == 400


def test_an_error_of_ours_says_nothing_of_what_was_asked(
    reader: Member, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: Any) -> None:
        raise RuntimeError("a visitor's secret words")

    monkeypatch.setattr(start, "waiting", break_down)
    answer = reader.get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret" not in answer.text + caplog.text
    assert "RuntimeError in break_down" in caplog.text
