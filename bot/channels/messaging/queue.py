"""What waits to be answered and to be sent, shared by all workers through the database.

Each method is one transaction. A conversation is worked on in a lane that one worker holds for a few seconds at a time; what it
finishes is written only while it still holds it, so that nothing is answered twice when a worker was thought to be dead.
"""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from bot.channels.messaging.app import Incoming, Outgoing
from bot.channels.messaging.pseudonym import Pseudonyms
from bot.channels.messaging.seal import Seal, Unreadable
from bot.channels.messaging.tables import deliveries, lanes, outbox, seen, silences
from bot.conversations.database import writing

ANSWER, SEND = "answer", "send"
WAITING, HELD, SENT, DEAD, DONE, FAILED = "waiting", "held", "sent", "dead", "done", "failed"
STOP, GROUP = "stop", "group"

# Seconds that a lane is held without a sign of life; a worker gives one three times as often.
LEASE = 9.0
DAY = 24 * 3600.0
# No provider repeats a message after so long (Meta does for up to seven days).
SEEN_FOR = 14 * DAY
HANDLED_FOR = 7 * DAY
HELD_FOR = DAY

# What could be a number or an account in a provider's words; error codes have up to six digits.
_DIGITS = re.compile(r"\d{7,}")
MOST_WHY = 200


class Lost(Exception):
    """Another worker holds the lane by now."""


@dataclass(frozen=True)
class Delivery:
    """A visitor's message in the queue; `incoming` is None where it can't be read any more."""

    id: int
    conversation: str
    channel: str
    key: str
    attempts: int
    incoming: Incoming | None


@dataclass(frozen=True)
class Parcel:
    """A request in the outbox; `outgoing` is None where it can't be read any more."""

    id: int
    conversation: str
    channel: str
    key: str
    attempts: int
    outgoing: Outgoing | None


@dataclass(frozen=True)
class Letter:
    """A request that could not be delivered, as staff see it."""

    id: int
    conversation: str
    channel: str
    at: float
    why: str
    words: str


class Queue:
    """The queue as one worker sees it.

    Args:
        database: gives the engine of the conversations' database; raises what tells that it does not answer.
        secret: the installation's.
        clock: seconds since 1970.
    """

    def __init__(self, database: Callable[[], Engine], secret: str, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._seal = Seal(secret)
        self.names = Pseudonyms(secret)
        self.owner = uuid.uuid4().hex
        # The transaction that calls share, in the thread that runs them.
        self._shared = threading.local()

    def together(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """Run calls of this queue in one transaction; what each returned or raised, of which it undid only its own."""
        outcomes: list[Any] = []
        with writing(self._database()) as connection:
            self._shared.connection = connection
            try:
                for call in calls:
                    try:
                        outcomes.append(call())
                    except (Lost, sa.exc.SQLAlchemyError) as error:
                        outcomes.append(error)
            finally:
                self._shared.connection = None
        return outcomes

    # In.

    def receive(self, channel: str, messages: Sequence[Incoming]) -> int:
        """Keep what came; how many of them are new."""
        new = 0
        with self._writing() as connection:
            for message in messages:
                key = self.names.delivery(channel, message.id)
                row = _upsert(connection, seen).values(key=key, at=self._clock()).on_conflict_do_nothing()
                if not connection.execute(row).rowcount:
                    continue
                new += 1
                values = {
                    "conversation": self.names.conversation(channel, message.address),
                    "channel": channel,
                    "key": key,
                    "place": message.order,
                    "status": WAITING,
                    "body": self._seal.incoming(message),
                    "at": self._clock(),
                }
                connection.execute(deliveries.insert().values(values))
        return new

    def answerable(self, channels: Iterable[str], most: int, busy: Iterable[str] = ()) -> list[Delivery]:
        """Messages to answer, each of a conversation of which this worker has the lane now.

        Args:
            channels: those that are on.
            most: how many at the most.
            busy: conversations that this worker works on, which it must not take again when it was too slow to say so.
        """
        oldest = (
            sa.select(deliveries.c.conversation)
            .where(deliveries.c.status == WAITING, deliveries.c.channel.in_(list(channels)))
            .where(deliveries.c.conversation.not_in(list(busy)), ~self._held(deliveries.c.conversation, ANSWER))
            .group_by(deliveries.c.conversation)
            .order_by(sa.func.min(deliveries.c.id))
            .limit(most)
        )
        with self._writing() as connection:
            found = list(connection.execute(oldest).scalars())
            taken = (self._next_delivery(connection, name) for name in found if self._take(connection, name, ANSWER))
            return [delivery for delivery in taken if delivery]

    def answered(
        self,
        delivery: Delivery,
        requests: Sequence[Outgoing],
        *,
        more: bool = False,
        silence: str | None = None,
        speak: bool = False,
        failed: bool = False,
    ) -> Delivery | None:
        """Keep the answer to a message; the next one of the conversation, if any.

        Args:
            delivery: the message.
            requests: its answer, none where it is silence.
            more: send the first request that was held back, and keep the others instead of dropping them.
            silence: why the account is not written to from now on.
            speak: let the account be written to again.
            failed: nothing could be made of it.

        Raises:
            Lost: the lane went to another worker.
        """
        with self._writing() as connection:
            self._hold(connection, delivery.conversation, ANSWER)
            held = (outbox.c.conversation == delivery.conversation) & (outbox.c.status == HELD)
            if more:
                first = sa.select(sa.func.min(outbox.c.id)).where(held).scalar_subquery()
                connection.execute(outbox.update().where(outbox.c.id == first).values(status=WAITING, due=self._clock()))
            else:
                connection.execute(outbox.delete().where(held))
            if delivery.incoming and (silence or speak):
                self._hush(connection, delivery.channel, delivery.incoming.address, silence)
            self._post(connection, delivery, requests)
            done = {"status": FAILED if failed else DONE, "body": "", "done": self._clock()}
            connection.execute(deliveries.update().where(deliveries.c.id == delivery.id).values(done))
            following = self._next_delivery(connection, delivery.conversation)
            if following is None:
                self._free(connection, delivery.conversation, ANSWER)
        return following

    def erased(self, delivery: Delivery, requests: Sequence[Outgoing]) -> Delivery | None:
        """Keep nothing of a conversation but the receipt, until it is sent, and what the visitor wrote since."""
        name = delivery.conversation
        with self._writing() as connection:
            connection.execute(outbox.delete().where(outbox.c.conversation == name))
            gone = (deliveries.c.status != WAITING) | (deliveries.c.id == delivery.id)
            connection.execute(deliveries.delete().where((deliveries.c.conversation == name) & gone))
            self._post(connection, delivery, requests, parting=True)
            following = self._next_delivery(connection, name) if self._take(connection, name, ANSWER) else None
            if following is None:
                self._free(connection, name, ANSWER)
        return following

    def is_last(self, delivery: Delivery) -> bool:
        """Whether the message that was edited is the last one of its conversation."""
        if delivery.incoming is None or delivery.incoming.edits is None:
            return False
        original = self.names.delivery(delivery.channel, delivery.incoming.edits)
        of_it = deliveries.c.conversation == delivery.conversation
        with self._reading() as connection:
            place = connection.execute(sa.select(deliveries.c.place).where(of_it & (deliveries.c.key == original))).scalar()
            if place is None:
                return False
            later = of_it & (deliveries.c.place > place) & (deliveries.c.id != delivery.id)
            return connection.execute(sa.select(deliveries.c.id).where(later).limit(1)).first() is None

    def holds_more(self, conversation: str) -> bool:
        """Whether something is held back until the visitor asks for more."""
        held = (outbox.c.conversation == conversation) & (outbox.c.status == HELD)
        with self._reading() as connection:
            return connection.execute(sa.select(outbox.c.id).where(held).limit(1)).first() is not None

    def silence(self, channel: str, address: str) -> str | None:
        """Why an account is not written to, if it is not."""
        query = sa.select(silences.c.why).where(silences.c.digest == self.names.silence(channel, address))
        with self._reading() as connection:
            why: str | None = connection.execute(query).scalar()
        return why

    # Out.

    def sendable(self, channels: Iterable[str], most: int, busy: Iterable[str] = ()) -> list[Parcel]:
        """Requests to send, each of a conversation of which this worker has the lane now; see `answerable`."""
        earlier = outbox.alias("earlier")
        is_first = ~(
            sa.select(earlier.c.id)
            .where(earlier.c.conversation == outbox.c.conversation, earlier.c.status == WAITING, earlier.c.id < outbox.c.id)
            .exists()
        )
        due = (
            sa.select(outbox.c.conversation)
            .where(outbox.c.status == WAITING, outbox.c.due <= self._clock(), outbox.c.channel.in_(list(channels)), is_first)
            .where(outbox.c.conversation.not_in(list(busy)), ~self._held(outbox.c.conversation, SEND))
            .order_by(outbox.c.due)
            .limit(most)
        )
        with self._writing() as connection:
            found = list(connection.execute(due).scalars())
            taken = (self._next_parcel(connection, name) for name in found if self._take(connection, name, SEND))
            return [parcel for parcel in taken if parcel]

    def sent(self, parcel: Parcel, following: Outgoing | None = None) -> Parcel | None:
        """A request was taken, and perhaps another one follows on it; the next one to send, if any."""
        row = outbox.c.id == parcel.id
        with self._writing() as connection:
            self._hold(connection, parcel.conversation, SEND)
            if following:
                values = {"body": self._seal.outgoing(following), "step": outbox.c.step + 1, "attempts": 0}
                connection.execute(outbox.update().where(row).values(values))
            else:
                connection.execute(outbox.delete().where(row & outbox.c.parting))
                values = {"status": SENT, "body": "", "why": "", "sent": self._clock()}
                connection.execute(outbox.update().where(row).values(values))
            return self._following(connection, parcel.conversation)

    def later(self, parcel: Parcel, seconds: float, why: str) -> None:
        """A request must be sent again, not before so many seconds."""
        values = {"attempts": outbox.c.attempts + 1, "due": self._clock() + seconds, "why": _plain(why)}
        with self._writing() as connection:
            self._hold(connection, parcel.conversation, SEND)
            connection.execute(outbox.update().where(outbox.c.id == parcel.id).values(values))
            self._free(connection, parcel.conversation, SEND)

    def dead(self, parcel: Parcel, why: str) -> Parcel | None:
        """A request will not be sent again unless staff say so; the next one to send, if any."""
        row = outbox.c.id == parcel.id
        with self._writing() as connection:
            self._hold(connection, parcel.conversation, SEND)
            connection.execute(outbox.delete().where(row & outbox.c.parting))
            values = {"status": DEAD, "attempts": outbox.c.attempts + 1, "why": _plain(why)}
            connection.execute(outbox.update().where(row).values(values))
            return self._following(connection, parcel.conversation)

    # For staff.

    def letters(self) -> list[Letter]:
        """What could not be delivered, the oldest first."""
        query = sa.select(outbox).where(outbox.c.status == DEAD).order_by(outbox.c.id)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return [Letter(row.id, row.conversation, row.channel, row.at, row.why, self._words(row.body)) for row in rows]

    def resend(self, letter: int) -> bool:
        """Let a request that could not be delivered be tried again; False where there is none of that number."""
        row = (outbox.c.id == letter) & (outbox.c.status == DEAD)
        values = {"status": WAITING, "attempts": 0, "due": self._clock()}
        with self._writing() as connection:
            return bool(connection.execute(outbox.update().where(row).values(values)).rowcount)

    def counts(self) -> dict[tuple[str, str], int]:
        """How many requests of each channel are in each state, and how many messages are not answered (`unanswered`)."""
        sending = sa.select(outbox.c.channel, outbox.c.status, sa.func.count()).group_by(outbox.c.channel, outbox.c.status)
        waiting = (
            sa.select(deliveries.c.channel, sa.literal("unanswered"), sa.func.count())
            .where(deliveries.c.status != DONE)
            .group_by(deliveries.c.channel)
        )
        with self._reading() as connection:
            rows = [*connection.execute(sending), *connection.execute(waiting)]
        return {(channel, status): count for channel, status, count in rows}

    # Lanes.

    def alive(self, answering: Iterable[str], sending: Iterable[str]) -> None:
        """Say that this worker still works on these conversations."""
        with self._writing() as connection:
            for purpose, names in ((ANSWER, list(answering)), (SEND, list(sending))):
                if names:
                    mine = (lanes.c.owner == self.owner) & (lanes.c.purpose == purpose) & lanes.c.conversation.in_(names)
                    connection.execute(lanes.update().where(mine).values(until=self._clock() + LEASE))

    def leave(self) -> None:
        """Let go of everything, for others to take at once."""
        with self._writing() as connection:
            connection.execute(lanes.delete().where(lanes.c.owner == self.owner))

    def prune(self) -> None:
        """Forget what nobody asks for any more."""
        now = self._clock()
        with self._writing() as connection:
            connection.execute(seen.delete().where(seen.c.at < now - SEEN_FOR))
            old = deliveries.c.at < now - HANDLED_FOR
            connection.execute(deliveries.delete().where(old & deliveries.c.status.in_((DONE, FAILED))))
            connection.execute(outbox.delete().where((outbox.c.at < now - HANDLED_FOR) & (outbox.c.status == SENT)))
            connection.execute(outbox.delete().where((outbox.c.at < now - HELD_FOR) & (outbox.c.status == HELD)))
            connection.execute(lanes.delete().where(lanes.c.until < now - DAY))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        shared: Connection | None = getattr(self._shared, "connection", None)
        if shared is None:
            with writing(self._database()) as connection:
                yield connection
        else:
            with shared.begin_nested():
                yield shared

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        shared: Connection | None = getattr(self._shared, "connection", None)
        if shared is not None:
            yield shared
        else:
            with self._database().connect() as connection:
                yield connection

    def _held(self, conversation: Any, purpose: str) -> Any:
        now = self._clock()
        return (
            sa.select(lanes.c.owner)
            .where(lanes.c.conversation == conversation, lanes.c.purpose == purpose, lanes.c.until >= now)
            .exists()
        )

    def _take(self, connection: Any, conversation: str, purpose: str) -> bool:
        now = self._clock()
        mine = {"owner": self.owner, "until": now + LEASE}
        row = _upsert(connection, lanes).values(conversation=conversation, purpose=purpose, **mine)
        free = (lanes.c.until < now) | (lanes.c.owner == self.owner)
        taken = row.on_conflict_do_update(index_elements=["conversation", "purpose"], set_=mine, where=free)
        return bool(connection.execute(taken).rowcount)

    def _hold(self, connection: Any, conversation: str, purpose: str) -> None:
        mine = self._lane(conversation, purpose)
        if not connection.execute(lanes.update().where(mine).values(until=self._clock() + LEASE)).rowcount:
            raise Lost(purpose)

    def _free(self, connection: Any, conversation: str, purpose: str) -> None:
        connection.execute(lanes.delete().where(self._lane(conversation, purpose)))

    def _lane(self, conversation: str, purpose: str) -> Any:
        return (lanes.c.conversation == conversation) & (lanes.c.purpose == purpose) & (lanes.c.owner == self.owner)

    # Rows.

    def _next_delivery(self, connection: Any, conversation: str) -> Delivery | None:
        query = (
            sa.select(deliveries)
            .where(deliveries.c.conversation == conversation, deliveries.c.status == WAITING)
            .order_by(deliveries.c.place, deliveries.c.id)
            .limit(1)
        )
        row = connection.execute(query).first()
        if row is None:
            return None
        attempts = row.attempts + 1
        connection.execute(deliveries.update().where(deliveries.c.id == row.id).values(attempts=attempts))
        try:
            incoming = self._seal.open_incoming(row.body)
        except Unreadable:
            incoming = None
        return Delivery(row.id, row.conversation, row.channel, row.key, attempts, incoming)

    def _next_parcel(self, connection: Any, conversation: str) -> Parcel | None:
        query = (
            sa.select(outbox)
            .where(outbox.c.conversation == conversation, outbox.c.status == WAITING)
            .order_by(outbox.c.id)
            .limit(1)
        )
        row = connection.execute(query).first()
        if row is None or row.due > self._clock():
            return None
        try:
            outgoing = self._seal.open_outgoing(row.body)
        except Unreadable:
            outgoing = None
        return Parcel(row.id, row.conversation, row.channel, f"{row.key}.{row.step}", row.attempts, outgoing)

    def _following(self, connection: Any, conversation: str) -> Parcel | None:
        parcel = self._next_parcel(connection, conversation)
        if parcel is None:
            self._free(connection, conversation, SEND)
        return parcel

    def _post(self, connection: Any, delivery: Delivery, requests: Sequence[Outgoing], parting: bool = False) -> None:
        now = self._clock()
        for number, request in enumerate(requests):
            values = {
                "conversation": delivery.conversation,
                "channel": delivery.channel,
                # Made of the message's key: an answer that is made again after a crash has the same.
                "key": f"{delivery.key[:32]}.{number}",
                "status": HELD if request.held else WAITING,
                "due": now,
                "body": self._seal.outgoing(request),
                "parting": parting,
                "at": now,
            }
            connection.execute(outbox.insert().values(values))

    def _hush(self, connection: Any, channel: str, address: str, why: str | None) -> None:
        digest = self.names.silence(channel, address)
        connection.execute(silences.delete().where(silences.c.digest == digest))
        if why:
            connection.execute(silences.insert().values(digest=digest, why=why, at=self._clock()))

    def _words(self, sealed: str) -> str:
        try:
            return self._seal.open_outgoing(sealed).words
        except Unreadable as error:
            return f"({error})"


def _plain(why: str) -> str:
    return _DIGITS.sub("…", why)[:MOST_WHY]


def _upsert(connection: Connection, table: sa.Table) -> Any:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table)
