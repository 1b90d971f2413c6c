"""A request to the console: whom it comes from, where it may be sent, what of a form is taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.requests import Request

from bot.console.visit import address, local, wants_json
from tests.console.conftest import Member
from tests.console.data import Written

Browser = Callable[..., Member]


def request(host: str | None = "9.9.9.9", **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "client": (host, 1) if host is not None else None, "headers": named})


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        # As a server that listens for both kinds gives it.
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
        ("", ""),
        (None, ""),
    ],
)
def test_what_counts_as_one_address(host: str | None, key: str) -> None:
    assert address(request(host), 0) == key


def test_two_visitors_over_ipv4_never_share_their_failures() -> None:
    assert address(request("::ffff:203.0.113.9"), 0) != address(request("::ffff:198.51.100.7"), 0)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "key"),
    [
        (0, "1.1.1.1", "9.9.9.9"),
        (1, "1.1.1.1", "1.1.1.1"),
        # What the browser itself wrote stands further left, and is not believed.
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (2, "1.1.1.1", "9.9.9.9"),
        (1, "", "9.9.9.9"),
        (1, " , ,", "9.9.9.9"),
        (1, "2001:db8::7", "2001:db8::/64"),
        (1, "::ffff:1.1.1.1", "1.1.1.1"),
        (1, "1.1.1.1:51234", "1.1.1.1"),
    ],
)
def test_of_the_proxies_only_as_many_are_believed_as_there_are(proxies: int, forwarded: str, key: str) -> None:
    assert address(request(x_forwarded_for=forwarded), proxies) == key


@pytest.mark.parametrize(
    "path", ["/", "/inbox", "/conversations?words=legs&low=1", "/conversations/a%20b", "/a//b", "/?then=//x.example"]
)
def test_a_path_of_ours_is_followed(path: str) -> None:
    assert local(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "inbox",
        "https://x.example",
        "//x.example",
        "/\\x.example",
        "\\\\x.example",
        "/a\\b",
        "/a\r\nSet-Cookie: b=1",
        "/a\tb",
        "/a b",
        " /a",
        "/ümläut",
        "/\x7f",
        "javascript:alert(1)",
    ],
)
def test_whatever_could_lead_elsewhere_leads_to_the_start_page(path: str) -> None:
    assert local(path) == "/"


@pytest.mark.parametrize(
    ("accept", "json"),
    [
        ("application/json", True),
        ("application/json, */*", True),
        ("text/html,application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_json_is_for_who_asks_for_it_and_for_no_page(accept: str, json: bool) -> None:
    assert wants_json(request(accept=accept)) is json


def test_a_form_field_is_trimmed_and_without_nul(reviewer: Member, written: Written) -> None:
    written.conversation("v1", "hello")
    assert reviewer.submit("/conversations/v1/tags", tag="  od\0d ").status_code == 303
    assert ">odd<" in reviewer.get("/conversations/v1").text.replace("\n", "").replace(" ", "")


def test_a_field_that_is_too_long_is_told_with_its_limit(reviewer: Member, written: Written) -> None:
    written.conversation("v1", "hello")
    answer = reviewer.submit("/conversations/v1/notes", text="x" * 100_000)
    assert answer.status_code == 422
    assert "That is too long: at most " in answer.text


def test_a_file_in_a_form_is_not_taken(reviewer: Member, written: Written) -> None:
    written.conversation("v1", "hello")
    answer = reviewer.post("/conversations/v1/notes", data={"csrf": reviewer.token()}, files={"text": b"x"})
    assert answer.status_code == 415
    assert "Only forms are taken here." in answer.text


@pytest.mark.parametrize("kept", ["not json", "[1]", "5", '{"a": 1}', "%22"])
def test_a_message_for_the_next_page_that_somebody_made_up_is_not_shown(reader: Member, kept: str) -> None:
    reader.cookies.set("rls_said", kept)
    page = reader.get("/conversations")
    assert page.status_code == 200
    assert 'class="said"' not in page.text


@pytest.mark.parametrize(
    "origin", ["null", "https://localhost.example", "http://localhost:5007", "http://evil.example/localhost:5006"]
)
def test_a_form_of_another_place_changes_nothing(reviewer: Member, written: Written, origin: str) -> None:
    written.conversation("v1", "hello")
    data = {"csrf": reviewer.token(), "tag": "odd"}
    answer = reviewer.post("/conversations/v1/tags", data=data, headers={"origin": origin}, follow_redirects=False)
    assert answer.status_code == 403
    assert "sent by another website" in answer.text
    assert "odd" not in reviewer.get("/conversations/v1").text


def test_another_s_token_is_as_good_as_none(reviewer: Member, second: Member, written: Written) -> None:
    written.conversation("v1", "hello")
    for token in (second.token(), "", "é", reviewer.token()[:-1]):
        answer = reviewer.post("/conversations/v1/tags", data={"csrf": token, "tag": "odd"}, follow_redirects=False)
        assert answer.status_code == 403
        assert "not from your session" in answer.text
