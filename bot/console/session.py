"""Sessions of the staff, kept on the server."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.console.accounts import Account
from bot.console.role import Role
from bot.console.tables import sessions, staff

# How late the last use may be written down; spares a write a page.
_LATE = 30.0


@dataclass(frozen=True)
class Session:
    """Somebody who is logged in; `csrf` stands in each of their forms."""

    digest: str
    account: Account
    csrf: str


class Sessions:
    """Opens, finds and ends sessions.

    Args:
        database: where they are kept.
        idle: seconds without a request after which one ends.
        longest: seconds after which one ends in any case.
    """

    def __init__(self, database: Engine, idle: float, longest: float, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._idle = idle
        self.longest = longest
        self._clock = clock

    def open(self, name: str, old: str | None = None) -> str:
        """A new session, in the place of the browser's old one; returns its id, which is kept nowhere else."""
        now = self._clock()
        token = secrets.token_urlsafe(32)
        with self._database.begin() as connection:
            ended = (sessions.c.used < now - self._idle) | (sessions.c.created < now - self.longest)
            connection.execute(sessions.delete().where(ended))
            if old:
                connection.execute(sessions.delete().where(sessions.c.digest == digest(old)))
            row = {"digest": digest(token), "staff": name, "csrf": secrets.token_urlsafe(32), "created": now, "used": now}
            connection.execute(sessions.insert().values(row))
            visit = {"seen": sa.func.coalesce(staff.c.visited, now), "visited": now}
            connection.execute(staff.update().where(staff.c.name == name).values(visit))
        return token

    def find(self, token: str | None) -> Session | None:
        """The session of a browser that is still good."""
        if not token:
            return None
        now = self._clock()
        query = sa.select(sessions, staff).join_from(sessions, staff, sessions.c.staff == staff.c.name)
        with self._database.connect() as connection:
            row = connection.execute(query.where(sessions.c.digest == digest(token))).mappings().first()
        if row is None or row[sessions.c.used] < now - self._idle or row[sessions.c.created] < now - self.longest:
            return None
        if row[sessions.c.used] < now - _LATE:
            with self._database.begin() as connection:
                connection.execute(sessions.update().where(sessions.c.digest == row[sessions.c.digest]).values(used=now))
        account = Account(
            row[staff.c.name],
            Role(row[staff.c.role]),
            row[staff.c.created],
            row[staff.c.visited],
            row[staff.c.seen],
            row[staff.c.subject],
        )
        return Session(row[sessions.c.digest], account, row[sessions.c.csrf])

    def end(self, token: str) -> None:
        """End one."""
        with self._database.begin() as connection:
            connection.execute(sessions.delete().where(sessions.c.digest == digest(token)))


def digest(token: str) -> str:
    """A secret as it is kept."""
    return hashlib.sha256(token.encode()).hexdigest()
