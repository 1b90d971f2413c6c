from __future__ import annotations

import re
from types import SimpleNamespace
from typing import cast

import pytest
from sanic import Sanic

from bot.channels.web.origin import Origins, leave_origins_to_us
from bot.channels.web.problem import Problem


def test_it_works() -> None:
    headers = Origins(["https://Clinic.example/"]).headers("https://clinic.example", "guide.example")
    assert headers["Access-Control-Allow-Origin"] == "https://clinic.example"
    assert headers["Vary"] == "Origin"


def test_our_own_pages_and_programs_need_no_permission() -> None:
    assert Origins([]).headers("https://guide.example", "guide.example")
    assert "Access-Control-Allow-Origin" not in Origins([]).headers(None, "guide.example")


def test_every_site_may_be_allowed() -> None:
    assert (
        Origins(["*"]).headers("https://any.example", "guide.example")["Access-Control-Allow-Origin"] == "https://any.example"
    )


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "https://guide.example.evil.example",
        "https://evilguide.example",
        "https://guide.example@evil.example",
        "https://guide.example:8443",
        "http://clinic.example",
        "https://sub.clinic.example",
        "https://clinic.example:444",
        "file://",
        # What no browser sends, and urlsplit can't read.
        "http://[::1",
        "https://[evil]guide.example",
        "\udcff",
    ],
)
def test_others_are_refused(origin: str) -> None:
    with pytest.raises(Problem) as refusal:
        Origins(["https://clinic.example"]).headers(origin, "guide.example")
    assert refusal.value.status == 403


@pytest.mark.parametrize("origin", ["null", "", "file://", "about:blank"])
def test_a_page_without_a_host_is_not_the_server_though_the_request_names_none_either(origin: str) -> None:
    with pytest.raises(Problem, match="not allowed"):
        Origins([]).headers(origin, "")


@pytest.mark.parametrize(("origin", "host"), [("https://guide.example", "Guide.Example"), ("http://[::1]:5005", "[::1]:5005")])
def test_the_server_knows_itself_however_its_name_is_written(origin: str, host: str) -> None:
    assert Origins([]).headers(origin, host)["Access-Control-Allow-Origin"] == origin


def test_the_answer_names_one_origin_never_all_and_caches_keep_them_apart() -> None:
    headers = Origins(["*"]).headers("https://any.example", "guide.example")
    assert headers["Access-Control-Allow-Origin"] != "*"
    assert headers["Vary"] == "Origin"
    # A session is a header that the page sends itself; nothing goes along by itself.
    assert "Access-Control-Allow-Credentials" not in headers


def test_a_page_may_read_when_to_come_back_and_send_what_the_channel_takes() -> None:
    assert Origins(["*"]).headers("https://any.example", "x")["Access-Control-Expose-Headers"] == "Retry-After"
    preflight = Origins.preflight()
    assert preflight["Access-Control-Allow-Methods"] == "GET, POST, DELETE, OPTIONS"
    assert preflight["Access-Control-Allow-Headers"] == "Authorization, Content-Type"


def test_other_paths_keep_the_servers_own_rule_for_origins() -> None:
    rule = SimpleNamespace(resources=[(re.compile(".*"), {"origins": "*"})])
    leave_origins_to_us(cast(Sanic, SimpleNamespace(ctx=SimpleNamespace(sanic_cors=rule))), "/webhooks/web/")
    ((pattern, options),) = rule.resources
    assert options == {"origins": "*"}
    assert not pattern.match("/webhooks/web/messages")
    assert pattern.match("/webhooks/rest/webhook") and pattern.match("/model/parse")


def test_a_server_without_such_a_rule_needs_none() -> None:
    leave_origins_to_us(cast(Sanic, SimpleNamespace(ctx=SimpleNamespace())), "/webhooks/web/")
