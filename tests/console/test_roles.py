"""Who may do what; everybody else gets 403."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.console.app import make_pages, routes
from bot.console.role import Role
from tests.console.conftest import Member
from tests.console.data import Written, unclear

Browser = Callable[..., Member]

READERS = ("/", "/conversations", "/conversations/v1", "/inbox", "/inbox/decisions", "/dashboard", "/account")
ADMINS = (
    "/staff",
    "/audit",
    "/conversations/v1/erase",
    "/conversations/v1/export",
    "/export/conversations.csv",
    "/export/inbox.json",
    "/export/decisions.csv",
    "/export/figures.json",
    "/export/audit.csv",
)
REVIEWERS = (
    "/conversations/v1/notes",
    "/conversations/v1/tags",
    "/conversations/v1/assignee",
    "/conversations/v1/status",
    "/filters",
    "/filters/1/remove",
    "/inbox",
    "/inbox/decisions/1/undo",
)
ADMINS_POST = ("/staff", "/staff/rita", "/conversations/v1/erase")


@pytest.fixture(autouse=True)
def one(written: Written) -> None:
    written.conversation("v1", "does magnesium help", unclear("kjh"))


@pytest.mark.parametrize("name", ["rita", "vera", "anna"])
def test_everybody_may_read(open_browser: Browser, name: str) -> None:
    member = open_browser(name)
    assert {path: member.get(path).status_code for path in READERS} == dict.fromkeys(READERS, 200)


@pytest.mark.parametrize("name", ["rita", "vera"])
def test_only_admins_export_erase_and_see_staff_and_audit(open_browser: Browser, name: str) -> None:
    member = open_browser(name)
    assert {path: member.get(path).status_code for path in ADMINS} == dict.fromkeys(ADMINS, 403)
    assert {path: member.submit(path).status_code for path in ADMINS_POST} == dict.fromkeys(ADMINS_POST, 403)


def test_readers_change_nothing(reader: Member) -> None:
    assert {path: reader.submit(path).status_code for path in REVIEWERS} == dict.fromkeys(REVIEWERS, 403)
    page = reader.get("/conversations/v1").text
    assert "/notes" not in page
    assert "/status" not in page
    assert "Erase" not in page
    assert "out_of_scope" not in reader.get("/inbox").text


def test_a_refusal_says_what_it_takes(reader: Member) -> None:
    assert "Your account is a reader" in reader.get("/staff").text
    answer = reader.get("/audit", headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("Your account is a reader")


def test_every_page_that_changes_something_needs_a_form_of_one_s_own(admin: Member) -> None:
    for path in (*REVIEWERS, *ADMINS_POST, "/log-out", "/account"):
        for data in ({}, {"csrf": "guessed"}, {"csrf": ""}):
            assert admin.post(path, data=data, follow_redirects=False).status_code == 403, path
    assert admin.get("/").status_code == 200


def test_every_address_that_takes_forms_is_in_these_tests() -> None:
    posts = {route.path for route in routes() if "POST" in (getattr(route, "methods", None) or ())}  # type: ignore[union-attr]
    tested = {path.replace("/v1", "/{conversation}").replace("/rita", "/{name}") for path in (*REVIEWERS, *ADMINS_POST)}
    tested = {
        path.replace("decisions/1", "decisions/{lesson:int}").replace("filters/1", "filters/{filter:int}") for path in tested
    }
    assert posts == tested | {"/log-in", "/log-out", "/account"}


def test_the_roles_include_one_another() -> None:
    assert Role.ADMIN.may(Role.REVIEWER)
    assert Role.REVIEWER.may(Role.REVIEWER)
    assert not Role.READER.may(Role.REVIEWER)


def test_every_value_in_a_page_is_escaped() -> None:
    assert make_pages().from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
