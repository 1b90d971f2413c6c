"""Accounts of the staff: in the console and from the command line; the audit log; starting."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy.engine import Engine

from bench.processes import free_port
from bot.cli import main
from bot.console import audit as audit_module
from bot.console import password as passwords
from bot.console.accounts import AccountError, Accounts
from bot.console.password import WeakPassword
from bot.console.role import Role
from bot.settings import ROOT, settings
from tests.console.conftest import PASSWORD, Member
from tests.console.data import Written

Run = Callable[..., Any]


@pytest.fixture
def run(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("RLS_CONVERSATIONS", str(database.url))
    settings.cache_clear()
    yield lambda *words, typed="": CliRunner().invoke(main, ["staff", *words], input=typed)
    settings.cache_clear()


def test_an_account_is_added_with_a_password_that_is_typed(run: Run, database: Engine) -> None:
    answer = run("add", "Mia", "--role", "admin", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert answer.exit_code == 0, answer.output
    assert "mia was added as admin." in answer.output
    assert PASSWORD not in answer.output
    assert Accounts(database).check("mia", PASSWORD)


def test_a_password_is_made_and_shown_once(run: Run, database: Engine) -> None:
    answer = run("add", "mia", typed="\n\n")
    made = re.search(r"shown this once: (\S+)", answer.output)
    assert made
    account = Accounts(database).check("mia", made[1])
    assert account
    assert account.role is Role.REVIEWER


@pytest.mark.parametrize(
    ("words", "typed", "told"),
    [
        (("add", "mia"), "short\nshort\n", "a password has 12 to 200 characters"),
        (("add", "mia"), "aaaaaaaaaaaaaaa\n" * 2, "at least 5 different"),
        (("add", "Mia Smith"), "\n\n", "small letters"),
        (("add", "anna"), "\n\n", "there is already an account 'anna'"),
        (("remove", "nobody"), "", "there is no account 'nobody'"),
        (("remove", "anna"), "", "is the last admin"),
        (("role", "anna", "reader"), "", "is the last admin"),
        (("role", "nobody", "reader"), "", "there is no account"),
        (("password", "nobody"), "", "there is no account"),
        (("password", "vera"), "short\nshort\n", "12 to 200"),
    ],
)
def test_what_can_not_be_done_is_one_line(run: Run, accounts: Accounts, words: tuple[str, ...], typed: str, told: str) -> None:
    answer = run(*words, typed=typed)
    assert answer.exit_code == 1
    assert told in answer.output.splitlines()[-1]
    assert accounts.get("anna").role is Role.ADMIN


def test_accounts_are_listed_changed_and_removed(run: Run, accounts: Accounts) -> None:
    assert "vera\treviewer\tpassword\tlast visit: never" in run("list").output
    assert run("role", "vera", "admin").exit_code == 0
    assert accounts.get("vera").role is Role.ADMIN
    assert run("remove", "anna").exit_code == 0
    assert run("password", "vera", typed="another good password\n" * 2).exit_code == 0
    assert accounts.check("vera", "another good password")
    assert "anna" not in run("list").output


def test_without_accounts_the_list_says_how_to_add_one(run: Run) -> None:
    assert "rls staff add NAME --role admin" in run("list").output


def test_made_passwords_differ_and_are_taken() -> None:
    made = {passwords.made() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.hashed(password) for password in made)


def test_a_hash_that_is_weaker_than_today_s_is_renewed(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", lambda: stronger)
    assert accounts.check("vera", PASSWORD)
    with accounts._database.connect() as connection:
        from bot.console.tables import staff

        kept = connection.execute(staff.select().where(staff.c.name == "vera")).one().password
    assert "t=2" in kept


# In the console.


def test_admins_add_change_and_remove(admin: Member, accounts: Accounts, open_browser: Callable[..., Member]) -> None:
    page = admin.submit("/staff", name="Mia", role="reader").text
    made = re.search(r'class="receipt">([^<]+)<', page)
    assert made
    assert made[1] not in admin.get("/staff").text
    assert open_browser().log_in("mia", made[1]).status_code == 303
    admin.submit("/staff/mia", do="role", role="reviewer")
    assert accounts.get("mia").role is Role.REVIEWER
    again = re.search(r'class="receipt">([^<]+)<', admin.submit("/staff/mia", do="password").text)
    assert again
    assert open_browser().log_in("mia", made[1]).status_code == 401
    admin.submit("/staff/mia", do="remove")
    with pytest.raises(AccountError):
        accounts.get("mia")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/staff", {"name": "Anna", "role": "reader"}),
        ("/staff", {"name": "", "role": "reader"}),
        ("/staff", {"name": "mia", "role": "boss"}),
        ("/staff/anna", {"do": "remove"}),
        ("/staff/anna", {"do": "role", "role": "reader"}),
        ("/staff/nobody", {"do": "remove"}),
        ("/staff/vera", {"do": "dance"}),
        ("/staff/vera", {"do": "role", "role": "boss"}),
    ],
)
def test_what_an_admin_can_not_do(admin: Member, accounts: Accounts, path: str, fields: dict[str, str]) -> None:
    assert admin.submit(path, **fields).status_code == 422
    assert next((account.name, account.role) for account in accounts.all()) == ("anna", Role.ADMIN)


def test_one_changes_one_s_own_password(reviewer: Member, open_browser: Callable[..., Member]) -> None:
    new = "a much better password"
    for fields in (
        {"old": "wrong", "new": new, "again": new},
        {"old": PASSWORD, "new": new, "again": "other"},
        {"old": PASSWORD, "new": "short", "again": "short"},
    ):
        assert reviewer.submit("/account", **fields).status_code == 422
    assert reviewer.submit("/account", old=PASSWORD, new=new, again=new).headers["location"] == "/log-in"
    assert reviewer.get("/", follow_redirects=False).status_code == 303
    assert open_browser().log_in("vera", new).status_code == 303


def test_weak_passwords_are_refused() -> None:
    for password in ("short", "x" * 201, "ababababababab"):
        with pytest.raises(WeakPassword):
            passwords.hashed(password)


# The audit log.


def test_the_audit_log_is_narrowed_and_paged(
    admin: Member, reader: Member, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    written.conversation("v1", "hello")
    for _ in range(3):
        reader.get("/conversations/v1")
    rows = "<td>view</td>"
    assert admin.get("/audit").text.count(rows) == 3
    assert admin.get("/audit?staff=anna").text.count(rows) == 0
    code = audit_module.code("v1")
    assert admin.get(f"/audit?what={code}").text.count("<tr><td") == 3
    monkeypatch.setattr(audit_module, "PAGE", 2)
    page = admin.get(f"/audit?what={code}").text
    link = re.search(r'rel="next" href="([^"]+)"', page)
    assert link
    assert admin.get(link[1].replace("&amp;", "&")).text.count("<tr><td") == 1


# Starting.


BESIDE = """
import sys, time
from bot.console.server import beside
with beside():
    print("bot", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_the_console_starts_beside_the_bot_and_ends_with_it(tmp_path: Path, how: str) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "RLS_CONSOLE_PORT": str(port),
        "RLS_CONVERSATIONS": f"sqlite:///{tmp_path / 'c.db'}",
        "RLS_SPOOL": str(tmp_path / "spool"),
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", BESIDE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=ROOT, text=True
    )
    assert process.stdin
    assert process.stdout
    try:
        lines = [process.stdout.readline(), process.stdout.readline()]
        assert f"The staff console is at http://127.0.0.1:{port}/\n" in lines
        deadline = time.monotonic() + 90
        while not _answers(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _answers(port)
        if how == "ends":
            process.stdin.close()
        else:
            process.kill()
        deadline = time.monotonic() + 45
        while _answers(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not _answers(port)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/log-in").status_code == 200
    except httpx.HTTPError:
        return False


def test_the_console_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.console import server

    monkeypatch.setenv("RLS_CONSOLE", "off")
    settings.cache_clear()
    monkeypatch.setattr(server.subprocess, "Popen", lambda *_, **__: pytest.fail("it was started"))
    with server.beside():
        pass
    settings.cache_clear()
