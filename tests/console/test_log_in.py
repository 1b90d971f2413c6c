"""Getting in, staying in and getting out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.applications import Starlette

from bot.console.accounts import Accounts
from bot.console.app import make_app
from bot.console.role import Role
from bot.console.session import Sessions, digest
from bot.console.tables import audit, failures, sessions, staff
from bot.console.throttle import MOST_PER_ADDRESS, MOST_PER_NAME, WINDOW, Throttle
from bot.console.visit import local
from bot.conversations.archive import Archive
from bot.settings import Settings
from tests.console.conftest import PASSWORD, Member

Browser = Callable[..., Member]


def test_it_works(open_browser: Browser) -> None:
    member = open_browser()
    answer = member.log_in("Vera ")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert "vera, reviewer" in member.get("/").text


@pytest.mark.parametrize(
    "path",
    ["/", "/conversations", "/conversations/x", "/inbox", "/dashboard", "/staff", "/audit", "/export/audit.csv", "/account"],
)
def test_nothing_is_shown_to_who_is_not_logged_in(open_browser: Browser, path: str) -> None:
    answer = open_browser().get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/log-in")


def test_after_logging_in_the_page_that_was_asked_for_is_shown(open_browser: Browser) -> None:
    member = open_browser()
    page = member.get("/conversations?words=legs")
    assert 'name="then" value="/conversations?words=legs"' in page.text
    assert member.log_in("vera", then="/conversations?words=legs").headers["location"] == "/conversations?words=legs"


@pytest.mark.parametrize("name", ["vera", "nobody", "", "vera' OR '1'='1", "x" * 150])
def test_a_wrong_password_and_an_unknown_name_are_told_the_same(open_browser: Browser, name: str) -> None:
    answer = open_browser().log_in(name, "not the password")
    assert answer.status_code == 401
    assert "Name and password do not go together" in answer.text


def test_the_first_account_is_explained(archive: Archive) -> None:
    page = Member(make_app(archive, Settings()), base_url="http://localhost").get("/log-in")
    assert "rls staff add NAME --role admin" in page.text


def test_the_command_is_not_shown_once_there_is_an_account(open_browser: Browser) -> None:
    assert "rls staff add" not in open_browser().get("/log-in").text


# Sessions.


def test_the_session_is_a_new_one_at_each_log_in(open_browser: Browser, database: Engine) -> None:
    member = open_browser()
    member.cookies.set("rls_console", "chosen-by-an-attacker")
    member.log_in("vera")
    first = [cookie.value for cookie in member.cookies.jar if cookie.name == "rls_console"]
    assert "chosen-by-an-attacker" not in first[-1]
    other = open_browser()
    other.cookies.set("rls_console", "chosen-by-an-attacker")
    assert other.get("/", follow_redirects=False).status_code == 303


def test_logging_in_again_ends_the_session_before(open_browser: Browser, database: Engine) -> None:
    member = open_browser("vera")
    old = member.cookies["rls_console"]
    member.get("/log-in", follow_redirects=False)
    thief = open_browser()
    thief.cookies.set("rls_console", old)
    assert thief.get("/", follow_redirects=False).status_code == 200
    sessions_before = Sessions(database, 60, 60)
    sessions_before.open("vera", old)
    assert thief.get("/", follow_redirects=False).status_code == 303


def test_only_a_digest_of_the_session_is_kept(open_browser: Browser, database: Engine) -> None:
    member = open_browser("vera")
    token = member.cookies["rls_console"]
    with database.connect() as connection:
        kept = connection.execute(sa.select(sessions.c.digest)).scalars().all()
    assert kept == [digest(token)]
    assert len(token) >= 43


@pytest.mark.parametrize(("idle", "longest", "wait"), [(100.0, 1000.0, 101.0), (1000.0, 100.0, 101.0)])
def test_a_session_ends_by_itself(database: Engine, accounts: Accounts, idle: float, longest: float, wait: float) -> None:
    now = [1000.0]
    kept = Sessions(database, idle, longest, lambda: now[0])
    token = kept.open("vera")
    assert kept.find(token)
    now[0] += wait
    assert kept.find(token) is None


def test_a_session_that_is_used_stays(database: Engine, accounts: Accounts) -> None:
    now = [1000.0]
    kept = Sessions(database, 100, 1000, lambda: now[0])
    token = kept.open("vera")
    for _ in range(5):
        now[0] += 90
        assert kept.find(token)


def test_logging_out_ends_the_session(open_browser: Browser) -> None:
    member = open_browser("vera")
    token = member.cookies["rls_console"]
    assert member.submit("/log-out").headers["location"] == "/log-in"
    member.cookies.set("rls_console", token)
    assert member.get("/", follow_redirects=False).status_code == 303


def test_the_cookie_is_kept_from_scripts_and_other_sites(open_browser: Browser) -> None:
    cookie = open_browser().log_in("vera").headers["set-cookie"]
    assert cookie.startswith("rls_console=")
    for flag in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert flag in cookie
    assert "Secure" not in cookie


@pytest.fixture
def https(archive: Archive, accounts: Accounts) -> Starlette:
    return make_app(archive, Settings(console_url="https://console.example.org"))


def test_over_https_the_cookie_is_secure(https: Starlette) -> None:
    member = Member(https, base_url="https://console.example.org")
    answer = member.log_in("vera")
    assert answer.headers["set-cookie"].startswith("__Host-rls_console=")
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"]
    assert member.get("/").status_code == 200


def test_changing_or_removing_an_account_ends_its_sessions(open_browser: Browser, accounts: Accounts) -> None:
    members = {name: open_browser(name) for name in ("vera", "viktor", "rita")}
    accounts.set_password("vera", "another long password")
    accounts.set_role("viktor", Role.READER)
    accounts.remove("rita")
    for member in members.values():
        assert member.get("/", follow_redirects=False).status_code == 303
    assert open_browser().log_in("vera").status_code == 401
    assert open_browser().log_in("vera", "another long password").status_code == 303


# Forms of the log-in.


def test_a_log_in_form_from_elsewhere_is_refused(open_browser: Browser) -> None:
    member = open_browser()
    for data in ({}, {"csrf": ""}, {"csrf": "guessed"}):
        answer = member.post("/log-in", data={"name": "vera", "password": PASSWORD, **data}, follow_redirects=False)
        assert answer.status_code == 403
    member.get("/log-in")
    answer = member.post("/log-in", data={"name": "vera", "password": PASSWORD, "csrf": "guessed"}, follow_redirects=False)
    assert answer.status_code == 403
    assert "rls_console" not in member.cookies


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "http:evil",
        "",
        "/\tx",
        "///evil.example",
    ],
)
def test_no_log_in_leads_elsewhere(open_browser: Browser, target: str) -> None:
    assert local(target) == "/"
    assert open_browser().log_in("vera", then=target).headers["location"] == "/"
    member = open_browser("vera")
    assert member.get("/log-in", params={"then": target}, follow_redirects=False).headers["location"] == "/"


# Throttling.


def test_a_name_is_throttled_and_told_for_how_long(open_browser: Browser) -> None:
    member = open_browser()
    for _ in range(MOST_PER_NAME):
        assert member.log_in("vera", "wrong").status_code == 401
    answer = member.log_in("VERA ", PASSWORD)
    assert answer.status_code == 429
    assert "Try again in 15 minutes" in answer.text
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW
    assert member.log_in("viktor").status_code == 303


def test_an_address_is_throttled(open_browser: Browser) -> None:
    member = open_browser()
    for number in range(MOST_PER_ADDRESS):
        member.log_in(f"name-{number}", "wrong")
    assert member.log_in("vera").status_code == 429
    elsewhere = open_browser(client=("192.0.2.7", 1000))
    assert elsewhere.log_in("vera").status_code == 303


def test_a_throttle_opens_again(database: Engine) -> None:
    from bot.console.problem import Problem

    now = [1000.0]
    throttle = Throttle(database, lambda: now[0])
    for _ in range(MOST_PER_NAME):
        throttle.check("vera", "a")
        throttle.failed("vera", "a")
    with pytest.raises(Problem):
        throttle.check("vera", "b")
    now[0] += WINDOW + 1
    throttle.check("vera", "a")


def test_getting_in_forgets_what_failed_before(open_browser: Browser) -> None:
    member = open_browser()
    for _ in range(3):
        for _ in range(MOST_PER_NAME - 1):
            member.log_in("vera", "wrong")
        assert member.log_in("vera").status_code == 303
        member.cookies.clear()


def test_neither_names_nor_addresses_of_failures_are_kept_readably(open_browser: Browser, database: Engine) -> None:
    open_browser().log_in("vera", "wrong")
    with database.connect() as connection:
        keys = connection.execute(sa.select(failures.c.key)).scalars().all()
    assert len(keys) == 2
    assert all(len(key) == 64 for key in keys)


def test_a_proxy_s_address_is_believed_only_where_it_is_set(archive: Archive, accounts: Accounts) -> None:
    for proxies, refused in ((0, True), (1, False)):
        app = make_app(archive, Settings(console_proxies=proxies))
        member = Member(app, base_url="http://localhost")
        for number in range(MOST_PER_ADDRESS):
            member.headers["x-forwarded-for"] = f"203.0.113.{number}"
            member.log_in(f"somebody-{number}", "wrong")
        assert (member.log_in("vera").status_code == 429) is refused
        with archive.engine.begin() as connection:
            connection.execute(failures.delete())


# Passwords.


def test_passwords_are_kept_as_argon2(database: Engine, accounts: Accounts) -> None:
    with database.connect() as connection:
        kept = connection.execute(sa.select(staff.c.password)).scalars().all()
    assert all(hash_.startswith("$argon2id$") for hash_ in kept)


def test_log_ins_are_in_the_audit_log(open_browser: Browser, database: Engine) -> None:
    open_browser("vera").submit("/log-out")
    with database.connect() as connection:
        rows = connection.execute(sa.select(audit.c.staff, audit.c.action).where(audit.c.action.like("log%"))).all()
    assert rows == [("vera", "log in"), ("vera", "log out")]
