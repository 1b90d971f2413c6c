"""How often a log-in may fail."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from math import ceil

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.console.problem import Problem
from bot.console.tables import failures

WINDOW = 15 * 60.0
# A house may share an address, so it gets more.
MOST_PER_NAME, MOST_PER_ADDRESS = 5, 20


class Throttle:
    """Counts failed log-ins per name and per address, in the database, so that workers share the count."""

    def __init__(self, database: Engine, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def check(self, name: str, address: str) -> None:
        """Let a log-in be tried.

        Raises:
            Problem: it failed too often of late.
        """
        now = self._clock()
        for key, most in self._keys(name, address):
            query = sa.select(failures.c.at).where((failures.c.key == key) & (failures.c.at > now - WINDOW))
            with self._database.connect() as connection:
                ats = list(connection.execute(query.order_by(failures.c.at.desc()).limit(most)).scalars())
            if len(ats) >= most:
                wait = ats[-1] + WINDOW - now
                minutes = max(1, ceil(wait / 60))
                unit = "minute" if minutes == 1 else "minutes"
                raise Problem(
                    429,
                    f"Too many log-ins failed. Try again in {minutes} {unit}, or ask an admin for a new password.",
                    ceil(wait),
                )

    def failed(self, name: str, address: str) -> None:
        """Note that a log-in failed."""
        now = self._clock()
        with self._database.begin() as connection:
            connection.execute(failures.delete().where(failures.c.at < now - WINDOW))
            connection.execute(failures.insert(), [{"key": key, "at": now} for key, _ in self._keys(name, address)])

    def passed(self, name: str) -> None:
        """Forget what failed for a name, once its owner is in."""
        with self._database.begin() as connection:
            connection.execute(failures.delete().where(failures.c.key == _digest("name", name)))

    @staticmethod
    def _keys(name: str, address: str) -> list[tuple[str, int]]:
        return [(_digest("name", name), MOST_PER_NAME), (_digest("address", address), MOST_PER_ADDRESS)]


def _digest(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value.strip().casefold()}".encode()).hexdigest()
