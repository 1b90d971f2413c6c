"""Accounts: whose names are taken, who may be removed, and what ends with it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.console import password as passwords
from bot.console.accounts import AccountError, Accounts
from bot.console.password import LONGEST, SHORTEST, WeakPassword
from bot.console.role import Role
from bot.console.session import Sessions
from bot.console.tables import filters, sessions, staff
from tests.console.conftest import PASSWORD


@pytest.mark.parametrize("name", ["a", "0", "vera.ohara", "v@clinic.example", "a-b_c.d", "x" * 64])
def test_names_that_are_taken(accounts: Accounts, name: str) -> None:
    assert accounts.add(name, Role.READER, PASSWORD).name == name


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "-a", ".a", "@a", "a b", "a/b", "ümit", "a\nb", "<b>", "a'--"])
def test_names_that_are_refused_say_what_a_name_is(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError, match="up to 64 small letters, digits, dots"):
        accounts.add(name, Role.READER, PASSWORD)


@pytest.mark.parametrize("name", ["RITA", " rita ", "Rita\n"])
def test_a_name_is_the_same_in_any_case(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError, match="there is already an account 'rita'"):
        accounts.add(name, Role.ADMIN, PASSWORD)
    assert accounts.get(name).role is Role.READER
    assert accounts.check(name, PASSWORD) == accounts.get("rita")


def test_a_weak_password_makes_no_account(accounts: Accounts) -> None:
    with pytest.raises(WeakPassword):
        accounts.add("new", Role.READER, "short")
    with pytest.raises(AccountError, match="there is no account 'new'"):
        accounts.get("new")


def test_who_signs_in_elsewhere_has_no_password_that_could_be_right(accounts: Accounts) -> None:
    made = accounts.add("sso", Role.READER, None, "https://id.example|1")
    assert accounts.by_subject("https://id.example|1") == made
    assert accounts.by_subject("https://id.example|2") is None
    for given in ("", "None", PASSWORD):
        assert accounts.check("sso", given) is None


@pytest.mark.parametrize("change", ["remove", "reader", "reviewer"])
def test_there_is_always_an_admin(accounts: Accounts, change: str) -> None:
    def act(name: str) -> None:
        if change == "remove":
            accounts.remove(name)
        else:
            accounts.set_role(name, Role(change))

    with pytest.raises(AccountError, match="'anna' is the last admin; make somebody else one first"):
        act("Anna")
    assert accounts.get("anna").role is Role.ADMIN
    accounts.set_role("vera", Role.ADMIN)
    act("anna")
    with pytest.raises(AccountError, match="'vera' is the last admin"):
        act("vera")


def test_the_last_admin_s_sessions_stay_where_nothing_was_changed(accounts: Accounts, database: Engine) -> None:
    token = Sessions(database, 100, 100).open("anna")
    with pytest.raises(AccountError):
        accounts.remove("anna")
    assert Sessions(database, 100, 100).find(token)


def test_a_role_that_stays_the_same_ends_no_session(accounts: Accounts, database: Engine) -> None:
    token = Sessions(database, 100, 100).open("vera")
    accounts.set_role("vera", Role.REVIEWER)
    assert Sessions(database, 100, 100).find(token)
    accounts.set_role("vera", Role.READER)
    assert Sessions(database, 100, 100).find(token) is None


def test_removing_one_takes_what_is_theirs_and_nobody_else_s(accounts: Accounts, database: Engine) -> None:
    for name in ("vera", "viktor"):
        Sessions(database, 100, 100).open(name)
        with database.begin() as connection:
            connection.execute(filters.insert().values(staff=name, name="mine", query="low=1"))
    accounts.remove("vera")
    with database.connect() as connection:
        for table in (sessions, filters):
            assert connection.execute(sa.select(table.c.staff)).scalars().all() == ["viktor"]
    assert [account.name for account in accounts.all()] == ["anna", "rita", "viktor"]


@pytest.mark.parametrize("act", ["get", "remove", "set_role", "set_password"])
def test_who_is_not_there_is_told(accounts: Accounts, act: str) -> None:
    more = {"set_role": (Role.READER,), "set_password": (PASSWORD,)}.get(act, ())
    with pytest.raises(AccountError, match="there is no account 'nobody'"):
        getattr(accounts, act)("nobody", *more)


def test_a_password_that_is_refused_changes_nothing(accounts: Accounts, database: Engine) -> None:
    token = Sessions(database, 100, 100).open("vera")
    with pytest.raises(WeakPassword):
        accounts.set_password("vera", "short")
    assert accounts.check("vera", PASSWORD)
    assert Sessions(database, 100, 100).find(token)


MIXED = "abcdefgh"


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ((MIXED * 2)[: SHORTEST - 1], f"a password has {SHORTEST} to {LONGEST} characters"),
        ((MIXED * 30)[: LONGEST + 1], f"a password has {SHORTEST} to {LONGEST} characters"),
        ("", "a password has"),
        ("abcd" * 5, "at least 5 different characters"),
    ],
)
def test_a_weak_password_says_what_is_missing(password: str, told: str) -> None:
    with pytest.raises(WeakPassword, match=told):
        passwords.hashed(password)


@pytest.mark.parametrize(
    "password", [(MIXED * 2)[:SHORTEST], (MIXED * 30)[:LONGEST], "abcde" + "a" * 10, "pässwörter für alle", "     abcdefghij"]
)
def test_a_password_fits_only_itself(password: str) -> None:
    kept = passwords.hashed(password)
    assert passwords.fits(password, kept)
    for other in (password + "x", password[:-1], password.swapcase(), f" {password}", ""):
        assert not passwords.fits(other, kept)


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$broken"])
def test_nothing_fits_where_no_hash_is_kept(kept: str | None) -> None:
    assert not passwords.fits("", kept)
    assert not passwords.fits(PASSWORD, kept)


def test_a_password_is_in_no_column_of_an_account(accounts: Accounts, database: Engine) -> None:
    accounts.set_password("vera", "another horse battery")
    with database.connect() as connection:
        text = str(connection.execute(sa.select(staff)).all())
    assert PASSWORD not in text
    assert "another horse" not in text
