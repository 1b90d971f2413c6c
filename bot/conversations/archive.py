"""Where conversations are kept: in the database and, while that is away, on disk beside it.

Nothing here waits longer than the database's patience, and nothing here raises where a turn depends on it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversations import database, state
from bot.conversations.batch import Batch
from bot.conversations.memory import Memory, last
from bot.conversations.naming import digest
from bot.conversations.spool import Spool, SpoolFull
from bot.conversations.state import State
from bot.conversations.tables import conversations, events, receipts, turns
from bot.settings import settings

logger = logging.getLogger(__name__)

# For how long a database that was away is not asked again by a turn, in seconds.
LEAVE_ALONE = 2.0
# How often it is tried to store what waits on disk, in seconds.
TRY_EVERY = 1.0
# Erasures are told by the clocks of those who erase, and seen when they are done: so far back each look reaches, in seconds.
LATE = 60.0

# Statuses by which somebody has said that they saw all of a conversation.
DECIDED = ("done", "second_look")

Event = dict[str, Any]
Answered = dict[str, Any]

# The database is gone, locked, slow, full or broken, or its tables are missing.
_AWAY = (sa.exc.DatabaseError, sa.exc.InterfaceError, sa.exc.TimeoutError)
# It is there and does not take what it was given.
_REFUSED = (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.StatementError, ValueError, TypeError)


NO_ANSWER = "the conversations' database does not answer; try again when it does"


class Away(RuntimeError):
    """The database does not answer, and what was asked can't be done without it."""


class Archive:
    """Keeps batches and gives back what the dialogue, a page or an export needs of a conversation.

    Args:
        engine: of the database, which need not answer yet.
        spool: takes what the database does not.
    """

    def __init__(self, engine: Engine, spool: Spool) -> None:
        self.engine = engine
        self.spool = spool
        self._migrated = False
        self._away_until = 0.0
        self._memory = Memory()
        self._heeded = time.time()
        self._lock = threading.Lock()
        self._migrating = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._storing: threading.Thread | None = None

    def open(self) -> None:
        """Migrate the database and store what an earlier process left on disk; where it is away, both are done later."""
        if not self._reachable() or self.spool.size:
            self._store_later()

    def close(self) -> None:
        """Stop storing in the background and let go of the database."""
        self._closed = True
        self._wake.set()
        if self._storing:
            self._storing.join()
        self.engine.dispose()

    @property
    def away(self) -> bool:
        """Whether the database did not answer a moment ago."""
        return time.monotonic() < self._away_until

    # Writing.

    def keep(self, batch: Batch) -> bool:
        """Store a batch, now or later; returns whether it is in the database already."""
        self._memory.add(batch)
        # What is behind something that waits has to wait too, so that the order stays.
        if not self.away and not self.spool.size and self._reachable():
            try:
                self.store([batch])
            except _AWAY as error:
                self._left_alone(error)
            else:
                return True
        self.set_aside(batch)
        return False

    def set_aside(self, batch: Batch) -> None:
        """Keep a batch on disk until it can be stored."""
        try:
            self.spool.add(batch)
        except (SpoolFull, OSError, ValueError) as error:
            # The visitor has the answer; of this turn only the log is lost. Half a character can't be written at all.
            logger.error("a turn could not be stored, nor kept on disk: %s", error)
            return
        self._store_later()

    def store(self, batches: list[Batch], late: bool = False) -> None:
        """Write batches to the database in one transaction; what is there already is left out.

        Args:
            late: what was before them may have been erased since they were made.
        """
        try:
            with database.writing(self.engine) as connection:
                for batch in batches:
                    insert(connection, batch, late)
        except _REFUSED as error:
            if _is_away(error):
                raise
            # One of them was stored before, by a transaction that seemed to have failed or by another process.
            for batch in batches:
                self._store_once(batch, late)

    def _store_once(self, batch: Batch, late: bool) -> None:
        with self.engine.connect() as connection:
            if _known(connection, [batch.key]):
                return
        try:
            with database.writing(self.engine) as connection:
                insert(connection, batch, late)
        except _REFUSED as error:
            if _is_away(error):
                raise
            # It must not stand in the way of what comes after it.
            logger.error("the database did not take a turn, which is left out (%s)", type(error).__name__)

    def drain(self) -> int:
        """Store what waits on disk; returns how many batches.

        Raises:
            Away: the database still does not answer.
        """
        if not self._reachable():
            raise Away(NO_ANSWER)
        try:
            stored = self.spool.drain(partial(self.store, late=True))
        except _AWAY as error:
            self._left_alone(error)
            raise Away(NO_ANSWER) from None
        if stored:
            logger.warning("%d turns that waited on disk are stored", stored)
        self._away_until = 0.0
        return stored

    # Reading.

    def recent(self, conversation: str) -> tuple[State, list[Event]] | None:
        """The state of a conversation and the events of its last turns; None where there is none."""
        waiting = self.spool.of(conversation)
        if not self.away and self._reachable():
            try:
                return self._read(conversation, waiting)
            except _AWAY as error:
                self._left_alone(error)
        known = self._memory.of(conversation)
        if known:
            return known
        if not waiting:
            return None
        said = [event for batch in waiting for event in batch.events]
        return waiting[-1].state, last(said, state.events_needed(waiting[-1].state))

    def events(self, conversation: str) -> list[Event]:
        """All events of a conversation, the oldest first.

        Raises:
            Away: the database does not answer.
        """
        waiting = self.spool.of(conversation)
        query = sa.select(events.c.data).where(events.c.conversation == conversation).order_by(events.c.id)
        with self._connected() as connection:
            stored = [json.loads(data) for (data,) in connection.execute(query)]
            return stored + [event for batch in _unstored(connection, waiting) for event in batch.events]

    def history(self, conversation: str, most: int) -> list[Answered]:
        """The last turns since the visitor started over: rows of `turns`, the oldest first.

        Raises:
            Away: the database does not answer.
        """
        waiting = self.spool.of(conversation)
        with self._connected() as connection:
            late = _unstored(connection, waiting)
            now = _state(connection, conversation, late)
            since = now["since"] if now else 0.0
            query = (
                sa.select(turns)
                .where((turns.c.conversation == conversation) & (turns.c.at > since))
                .order_by(turns.c.id.desc())
                .limit(most)
            )
            stored = [dict(row) for row in connection.execute(query).mappings()][::-1]
        said = stored + [turn for batch in late for turn in batch.turns if turn["at"] > since]
        return said[-most:]

    def answered(self, conversation: str, message: str) -> Answered | None:
        """The turn that answered a message, as a row of `turns`; None where there is none, or where nobody can tell."""
        for batch in reversed(self.spool.of(conversation)):
            for turn in batch.turns:
                if turn["message"] == message:
                    return turn
        if self.away or not self._reachable():
            return None
        query = sa.select(turns).where((turns.c.conversation == conversation) & (turns.c.message == message))
        try:
            with self.engine.connect() as connection:
                row = connection.execute(query.order_by(turns.c.id.desc()).limit(1)).mappings().first()
        except _AWAY as error:
            self._left_alone(error)
            return None
        return dict(row) if row else None

    def names(self) -> list[str]:
        """The names of all conversations.

        Raises:
            Away: the database does not answer.
        """
        with self._connected() as connection:
            return list(connection.execute(sa.select(conversations.c.conversation)).scalars())

    def receipt(self, digest: str) -> Any:
        """The row of `receipts` of a conversation that was erased; None where it was not, or where nobody can tell."""
        if self.away or not self._reachable():
            return None
        try:
            with self.engine.connect() as connection:
                return connection.execute(sa.select(receipts).where(receipts.c.digest == digest)).first()
        except _AWAY as error:
            self._left_alone(error)
            return None

    def forget(self, conversation: str) -> None:
        """Remember nothing of a conversation in this process."""
        self._memory.forget(conversation)

    def ready(self) -> Engine:
        """The engine of a database that answers and has its tables.

        Raises:
            Away: it does not answer.
        """
        if not self._reachable():
            raise Away(NO_ANSWER)
        return self.engine

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """Raises Away in place of whatever the database's driver raises where it does not answer."""
        try:
            yield
        except _AWAY as error:
            if not _is_away(error):
                raise
            self._left_alone(error)
            raise Away(NO_ANSWER) from None

    # Inside.

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self.answering(), self.ready().connect() as connection:
            yield connection

    def _read(self, conversation: str, waiting: list[Batch]) -> tuple[State, list[Event]] | None:
        with self.engine.connect() as connection:
            self._heed(connection)
            late = _unstored(connection, waiting)
            now = _state(connection, conversation, late)
            if now is None:
                self._memory.forget(conversation)
                return None
            needed = state.events_needed(now)
            said = [event for batch in late for event in batch.events]
            missing = needed - len(said)
            if missing > 0:
                query = sa.select(events.c.data).where(events.c.conversation == conversation)
                rows = connection.execute(query.order_by(events.c.id.desc()).limit(missing)).all()
                said = [json.loads(data) for (data,) in reversed(rows)] + said
        return now, last(said, needed)

    def _heed(self, connection: Connection) -> None:
        """Forget what other processes have erased: what is remembered must not bring it back."""
        query = sa.select(receipts.c.digest, receipts.c.at).where(receipts.c.at > self._heeded - LATE)
        erased = [(row.digest, row.at) for row in connection.execute(query)]
        self._memory.heed(erased)
        self._heeded = max([self._heeded, *(at for _, at in erased)])

    def _reachable(self) -> bool:
        if self._migrated:
            return True
        with self._migrating:
            if self._migrated or self.away:
                return self._migrated
            try:
                database.migrate(self.engine)
            except _AWAY as error:
                self._left_alone(error)
                return False
            self._migrated = True
            return True

    def _left_alone(self, error: Exception) -> None:
        if not self.away:
            # The message of a database holds the statement, and with it what was written.
            logger.error("the conversations' database is away (%s); turns are kept on disk", type(error).__name__)
        self._away_until = time.monotonic() + LEAVE_ALONE

    def _store_later(self) -> None:
        with self._lock:
            if self._storing and self._storing.is_alive():
                return
            self._wake.clear()
            self._storing = threading.Thread(target=self._store_waiting, name="stores what waits on disk", daemon=True)
            self._storing.start()

    def _store_waiting(self) -> None:
        while not self._closed:
            try:
                self.drain()
                if not self.spool.size:
                    return
            except Away:
                pass
            except Exception:
                logger.exception("what waits on disk could not be stored")
            self._wake.wait(TRY_EVERY)


@lru_cache(maxsize=4)
def archive(url: str, folder: Path, most: int) -> Archive:
    """The archive of a database, one for all parts of this process."""
    made = Archive(database.engine(url), Spool(folder, most))
    made.open()
    return made


def the_archive() -> Archive:
    """The archive that the settings name."""
    options = settings()
    return archive(options.conversations, options.spool, options.spool_bytes)


def _is_away(error: BaseException) -> bool:
    return isinstance(error, _AWAY) and not isinstance(error, (sa.exc.IntegrityError, sa.exc.DataError))


def insert(connection: Connection, batch: Batch, late: bool = False) -> None:
    """Write a batch within a transaction, as `Archive.store` says.

    Left out are one that was made before its conversation was erased, and one to whose message the database has an answer:
    while the database is away nobody can tell whether a worker that died has answered a message, so it is answered again.
    """
    if batch.at < _erased(connection, batch.conversation):
        return
    if batch.turns and all(_is_answered(connection, turn) for turn in batch.turns):
        return
    rows = [
        {
            "conversation": batch.conversation,
            "type": event["event"],
            "at": event["timestamp"],
            "data": json.dumps(event, ensure_ascii=False, separators=(",", ":")),
            "key": None if number else batch.key,
        }
        for number, event in enumerate(batch.events)
    ]
    connection.execute(events.insert(), rows)
    if batch.turns:
        connection.execute(turns.insert(), batch.turns)
    _summarise(connection, batch, late)


def _erased(connection: Connection, conversation: str) -> float:
    """When a conversation was erased; long ago where it was not."""
    query = sa.select(receipts.c.at).where(receipts.c.digest == digest(conversation))
    return connection.execute(query).scalar() or 0.0


def _is_answered(connection: Connection, turn: Answered) -> bool:
    if turn["message"] is None:
        return False
    same = (turns.c.conversation == turn["conversation"]) & (turns.c.message == turn["message"])
    return connection.execute(sa.select(turns.c.id).where(same & turns.c.answered.is_not(None)).limit(1)).first() is not None


def _summarise(connection: Connection, batch: Batch, late: bool) -> None:
    """Bring the conversation's own row up to date."""
    column = conversations.c
    before = _state(connection, batch.conversation) if late else None
    now = state.advance(before, batch.events) if before else batch.state
    values: dict[str, Any] = {"last": max(event["timestamp"] for event in batch.events), "state": _as_json(now)}
    added = {"turns": len(batch.turns), "unclear": sum(turn["unclear"] for turn in batch.turns)}
    for turn in batch.turns:
        values.update(channel=turn["channel"], language=turn["language"])
        if turn["safety"]:
            values.update(flagged=True, safety=turn["safety"], reviewer=None, second_reviewer=None)
            # Whoever found it done has not seen this.
            values["status"] = sa.case((column.status.in_(DECIDED), "new"), else_=column.status)
    changes = {**values, **{name: column[name] + count for name, count in added.items() if count}}
    changed = connection.execute(conversations.update().where(column.conversation == batch.conversation).values(changes))
    if not changed.rowcount:
        first = {"conversation": batch.conversation, "started": batch.events[0]["timestamp"], "channel": _channel(batch.events)}
        # What begins here knows nothing of what was before: that was erased while the turn was under way.
        fresh = {"state": _as_json(state.advance(state.new(), batch.events)), "status": "new"}
        connection.execute(conversations.insert().values({**first, **added, **values, **fresh}))


def _as_json(now: State) -> str:
    return json.dumps(now, ensure_ascii=False, separators=(",", ":"))


def _channel(said: list[Event]) -> str:
    return next((event["input_channel"][:32] for event in said if event.get("input_channel")), "unknown")


def _state(connection: Connection, conversation: str, late: Iterable[Batch] = ()) -> State | None:
    """The state that is stored, or after batches that are not stored yet; None where there is none."""
    kept = connection.execute(sa.select(conversations.c.state).where(conversations.c.conversation == conversation)).scalar()
    now = None if kept is None else json.loads(kept) or state.new()
    for batch in late:
        now = state.advance(now or state.new(), batch.events)
    return now


def _known(connection: Connection, keys: list[str]) -> set[str]:
    return set(connection.execute(sa.select(events.c.key).where(events.c.key.in_(keys))).scalars())


def _unstored(connection: Connection, waiting: list[Batch]) -> list[Batch]:
    """Of the batches of one conversation those that are to be stored."""
    if not waiting:
        return []
    known = _known(connection, [batch.key for batch in waiting])
    erased = _erased(connection, waiting[0].conversation)
    return [batch for batch in waiting if batch.key not in known and batch.at >= erased]
