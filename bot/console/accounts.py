"""Accounts of the staff."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.console import password as passwords
from bot.console.role import Role
from bot.console.tables import filters, sessions, staff

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class AccountError(ValueError):
    """What can't be done with an account; the message says why."""


@dataclass(frozen=True)
class Account:
    """A member of staff. `seen` is when their visit before this one began."""

    name: str
    role: Role
    created: float
    visited: float | None = None
    seen: float | None = None
    subject: str | None = None

    @classmethod
    def of(cls, row: Any) -> Account:
        return cls(row.name, Role(row.role), row.created, row.visited, row.seen, row.subject)


class Accounts:
    """The accounts in the database."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def add(self, name: str, role: Role, password: str | None, subject: str | None = None) -> Account:
        """Add one.

        Raises:
            AccountError: the name can't be taken.
            WeakPassword: the password can't.
        """
        name = name.strip().casefold()
        if not _NAME.fullmatch(name):
            raise AccountError("a name has up to 64 small letters, digits, dots, hyphens, underscores or @")
        kept = None if password is None else passwords.hashed(password)
        row = {"name": name, "role": role.value, "password": kept, "subject": subject, "created": time.time()}
        try:
            with self._database.begin() as connection:
                connection.execute(staff.insert().values(row))
        except sa.exc.IntegrityError:
            raise AccountError(f"there is already an account {name!r}") from None
        return self.get(name)

    def get(self, name: str) -> Account:
        """One by its name.

        Raises:
            AccountError: there is none.
        """
        with self._database.connect() as connection:
            row = connection.execute(sa.select(staff).where(staff.c.name == name.strip().casefold())).first()
        if row is None:
            raise AccountError(f"there is no account {name!r}")
        return Account.of(row)

    def all(self) -> list[Account]:
        """Every account by name."""
        with self._database.connect() as connection:
            return [Account.of(row) for row in connection.execute(sa.select(staff).order_by(staff.c.name))]

    def by_subject(self, subject: str) -> Account | None:
        """The account of somebody whom an identity provider knows."""
        with self._database.connect() as connection:
            row = connection.execute(sa.select(staff).where(staff.c.subject == subject)).first()
        return None if row is None else Account.of(row)

    def check(self, name: str, password: str) -> Account | None:
        """The account that a name and a password belong to."""
        with self._database.connect() as connection:
            row = connection.execute(sa.select(staff).where(staff.c.name == name.strip().casefold())).first()
        if not passwords.fits(password, row and row.password):
            return None
        if passwords.outdated(row.password):
            with self._database.begin() as connection:
                change = staff.update().where(staff.c.name == row.name)
                connection.execute(change.values(password=passwords.hasher().hash(password)))
        return Account.of(row)

    def remove(self, name: str) -> None:
        """Remove one, with its sessions and saved filters. What it wrote and did stays.

        Raises:
            AccountError: there is none, or it is the last admin.
        """
        account = self.get(name)
        with self._database.begin() as connection:
            connection.execute(staff.delete().where(staff.c.name == account.name))
            _keep_an_admin(connection, account)
            for table in (sessions, filters):
                connection.execute(table.delete().where(table.c.staff == account.name))

    def set_role(self, name: str, role: Role) -> None:
        """Change what one may do; their sessions end.

        Raises:
            AccountError: there is none, or it is the last admin.
        """
        account = self.get(name)
        with self._database.begin() as connection:
            connection.execute(staff.update().where(staff.c.name == account.name).values(role=role.value))
            if role is not Role.ADMIN:
                _keep_an_admin(connection, account)
            if role is not account.role:
                connection.execute(sessions.delete().where(sessions.c.staff == account.name))

    def set_password(self, name: str, password: str) -> None:
        """Change a password; the sessions that were opened with the old one end.

        Raises:
            AccountError: there is no such account.
            WeakPassword: the password can't be taken.
        """
        account = self.get(name)
        kept = passwords.hashed(password)
        with self._database.begin() as connection:
            connection.execute(staff.update().where(staff.c.name == account.name).values(password=kept))
            connection.execute(sessions.delete().where(sessions.c.staff == account.name))


def _keep_an_admin(connection: Connection, account: Account) -> None:
    admins = connection.execute(sa.select(sa.func.count()).where(staff.c.role == Role.ADMIN.value)).scalar()
    if account.role is Role.ADMIN and not admins:
        raise AccountError(f"{account.name!r} is the last admin; make somebody else one first")
