"""What was not understood, and what reviewers decide about it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.console.likeness import groups
from bot.conversations.tables import conversations, lessons, turns

logger = logging.getLogger(__name__)

# So many of the newest are grouped at once; what is older comes up when these are decided.
MOST = 5_000
_KEPT = 60.0

DECISIONS = {
    "topic": "Belongs to a topic",
    "out_of_scope": "Out of scope",
    "danger": "Dangerous",
    "new_topic": "Needs a new topic",
    "test": "Saved as test",
}


@dataclass(frozen=True)
class Group:
    """Messages that ask for the same thing, newest first."""

    messages: tuple[Any, ...]

    @property
    def text(self) -> str:
        """What stands for all of them: what was said most often."""
        return str(self.messages[0].said)

    @property
    def id(self) -> int:
        return int(self.messages[0].id)

    @property
    def last(self) -> float:
        return float(max(message.at for message in self.messages))


class Inbox:
    """Groups of undecided messages. Decisions show at once; what is new is grouped beside the requests, once a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: list[Group] | None = None
        self._until = 0.0
        self._grouping: threading.Thread | None = None

    def groups(self, connection: Connection) -> list[Group]:
        """The groups, largest first."""
        with self._lock:
            if self._groups is None:
                self._groups, self._until = _grouped(connection), time.monotonic() + _KEPT
            elif time.monotonic() > self._until and not (self._grouping and self._grouping.is_alive()):
                # It takes seconds, for which nobody has to wait.
                arguments = (connection.engine, self._groups)
                self._grouping = threading.Thread(target=self._renew, args=arguments, name="groups the inbox", daemon=True)
                self._grouping.start()
            found = self._groups
        if not found:
            return []
        # Kept texts may have been decided or erased meanwhile, so each is looked up.
        kept = turns.c.id.in_([message.id for group in found for message in group.messages])
        open_ids = set(connection.execute(sa.select(turns.c.id).where(kept, ~_decided())).scalars())
        left = (tuple(message for message in group.messages if message.id in open_ids) for group in found)
        return sorted((Group(messages) for messages in left if messages), key=lambda group: -len(group.messages))

    def forget(self) -> None:
        """Group anew at the next request."""
        with self._lock:
            self._groups = None

    def _renew(self, database: Engine, before: list[Group]) -> None:
        try:
            with database.connect() as connection:
                found = _grouped(connection)
        except sa.exc.SQLAlchemyError as error:
            logger.error("the inbox could not be grouped anew: %s", type(error).__name__)
            return
        with self._lock:
            if self._groups is before:
                self._groups, self._until = found, time.monotonic() + _KEPT


def _grouped(connection: Connection) -> list[Group]:
    rows = list(connection.execute(_open().order_by(turns.c.at.desc()).limit(MOST)))
    return [Group(tuple(rows[place] for place in places)) for places in groups([row.said for row in rows])]


def _decided() -> Any:
    return sa.exists().where(lessons.c.turn == turns.c.id)


def _open() -> Any:
    query = sa.select(turns.c.id, turns.c.conversation, turns.c.at, turns.c.said)
    return query.where(turns.c.unclear.is_(sa.true()), ~_decided())


def decide(connection: Connection, ids: Sequence[int], decision: str, topic: str | None, staff: str, at: float) -> int:
    """Keep a decision for some messages; returns for how many. One that has a decision already keeps it."""
    rows = list(connection.execute(_open().where(turns.c.id.in_(list(ids)))))
    for row in rows:
        values = {"conversation": row.conversation, "turn": row.id, "said": row.said, "decision": decision, "topic": topic}
        connection.execute(lessons.insert().values(staff=staff, at=at, **values))
    if decision == "danger" and rows:
        # A danger that the bot missed: a second person looks at it too.
        named = conversations.c.conversation.in_({row.conversation for row in rows})
        values = {"flagged": True, "status": "second_look", "reviewer": staff, "second_reviewer": None}
        connection.execute(conversations.update().where(named).values(values))
    return len(rows)


def waiting(connection: Connection) -> list[Any]:
    """Decisions that were not imported yet, newest first."""
    query = sa.select(lessons).where(lessons.c.imported.is_(None)).order_by(lessons.c.id.desc())
    return list(connection.execute(query))


def take_back(connection: Connection, lesson: int) -> Any | None:
    """Remove a decision that was not imported yet; returns it."""
    one = (lessons.c.id == lesson) & lessons.c.imported.is_(None)
    row = connection.execute(sa.select(lessons).where(one)).first()
    connection.execute(lessons.delete().where(one))
    return row
