"""The queue, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.channels.messaging.app import Incoming, Outgoing, What
from bot.channels.messaging.queue import LEASE, Lost, Queue
from bot.channels.messaging.tables import TABLES, deliveries, outbox
from bot.conversations.database import engine
from bot.conversations.tables import metadata
from tests.channels.messaging.postgres import Postgres, program

SECRET = "0123456789abcdef0123456789abcdef"
ON = ("telegram",)
DAY = 24 * 3600.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not program("initdb"):
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed, and these tests need it")
        pytest.skip("PostgreSQL is not installed: nothing was tested on it")
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    yield server.url
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.engine.Engine]:
    url = f"sqlite:///{tmp_path / 'queue.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")
    made = engine(url)
    metadata.drop_all(made, tables=list(TABLES))
    metadata.create_all(made, tables=list(TABLES))
    yield made
    made.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(database: sa.engine.Engine, clock: Clock) -> Callable[[], Queue]:
    """Makes workers that share one database."""
    return lambda: Queue(lambda: database, SECRET, clock)


@pytest.fixture
def queue(worker: Callable[[], Queue]) -> Queue:
    return worker()


def said(number: int, address: str = "7", **parts: object) -> Incoming:
    return replace(Incoming(f"{address}:{number}", address, What.TEXT, float(number), f"words {number}"), **parts)  # type: ignore[arg-type]


def reply(text: str = "an answer", **parts: object) -> Outgoing:
    return replace(Outgoing("sendMessage", {"chat_id": 7, "text": text}, words=text), **parts)  # type: ignore[arg-type]


def rows(database: sa.engine.Engine, table: sa.Table) -> list[sa.engine.Row]:
    with database.connect() as connection:
        return list(connection.execute(sa.select(table).order_by(table.c.id)))


def test_it_works(queue: Queue) -> None:
    assert queue.receive("telegram", [said(1)]) == 1
    (delivery,) = queue.answerable(ON, 8)
    assert delivery.incoming == said(1)
    assert queue.answered(delivery, [reply()]) is None
    (parcel,) = queue.sendable(ON, 8)
    assert parcel.outgoing == reply()
    assert queue.sent(parcel) is None
    assert queue.answerable(ON, 8) == [] == queue.sendable(ON, 8)
    assert queue.counts() == {("telegram", "sent"): 1}


def test_a_file_travels_whole(queue: Queue) -> None:
    picture = reply(file=("photo", "image/png", bytes(range(256))))
    queue.receive("telegram", [said(1)])
    queue.answered(queue.answerable(ON, 8)[0], [picture])
    assert queue.sendable(ON, 8)[0].outgoing == picture


def test_what_comes_again_is_not_new(worker: Callable[[], Queue], clock: Clock) -> None:
    first, second = worker(), worker()
    assert first.receive("telegram", [said(1), said(1)]) == 1
    assert second.receive("telegram", [said(1), said(2)]) == 1
    assert second.receive("slack", [said(1)]) == 1
    clock.now += 6 * DAY
    assert second.receive("telegram", [said(1)]) == 0


def test_a_conversation_is_answered_in_the_providers_order_by_one_worker(worker: Callable[[], Queue]) -> None:
    first, second = worker(), worker()
    for number in (3, 1, 2):
        first.receive("telegram", [said(number)])
    (delivery,) = first.answerable(ON, 8)
    assert second.answerable(ON, 8) == []
    order = []
    while delivery:
        order.append(delivery.incoming and delivery.incoming.order)
        delivery = first.answered(delivery, [])  # type: ignore[assignment]
    assert order == [1, 2, 3]
    first.receive("telegram", [said(4)])
    assert len(second.answerable(ON, 8)) == 1


def test_several_conversations_are_answered_at_once(queue: Queue) -> None:
    for number in range(5):
        queue.receive("telegram", [said(number, address=str(number))])
    assert len(queue.answerable(ON, 3)) == 3
    assert len(queue.answerable(ON, 3)) == 2


def test_a_channel_that_is_off_waits(queue: Queue) -> None:
    queue.receive("slack", [said(1)])
    assert queue.answerable(ON, 8) == []
    assert len(queue.answerable(["slack"], 8)) == 1


def test_what_a_dead_worker_left_is_taken_up_and_the_late_one_writes_nothing(
    worker: Callable[[], Queue], clock: Clock, database: sa.engine.Engine
) -> None:
    slow, quick = worker(), worker()
    slow.receive("telegram", [said(1)])
    (late,) = slow.answerable(ON, 8)
    clock.now += LEASE + 1
    (delivery,) = quick.answerable(ON, 8)
    assert (late.attempts, delivery.attempts) == (1, 2)
    with pytest.raises(Lost):
        slow.answered(late, [reply("late")])
    quick.answered(delivery, [reply("in time")])
    assert len(rows(database, outbox)) == 1


def test_a_worker_that_lives_keeps_what_it_took(worker: Callable[[], Queue], clock: Clock) -> None:
    first, second = worker(), worker()
    first.receive("telegram", [said(1)])
    (delivery,) = first.answerable(ON, 8)
    for _ in range(4):
        clock.now += LEASE / 2
        first.alive([delivery.conversation], [])
    assert second.answerable(ON, 8) == []
    first.leave()
    assert len(second.answerable(ON, 8)) == 1


def test_a_worker_does_not_take_twice_what_it_works_on(queue: Queue, clock: Clock) -> None:
    queue.receive("telegram", [said(1)])
    (delivery,) = queue.answerable(ON, 8)
    clock.now += LEASE + 1
    assert queue.answerable(ON, 8, [delivery.conversation]) == []


def test_many_workers_answer_each_message_once(worker: Callable[[], Queue], database: sa.engine.Engine) -> None:
    workers = [worker() for _ in range(3)]
    for number in range(30):
        workers[0].receive("telegram", [said(number, address=str(number % 10))])

    def work(queue: Queue) -> list[str]:
        done = []
        while found := queue.answerable(ON, 3):
            for delivery in found:
                following = delivery
                while following:
                    done.append(following.key)
                    following = queue.answered(following, [reply(following.key)])  # type: ignore[assignment]
        return done

    with ThreadPoolExecutor(3) as pool:
        done = [key for keys in pool.map(work, workers) for key in keys]
    assert len(done) == 30 == len(set(done))
    assert len(rows(database, outbox)) == 30


def posted(queue: Queue, *requests: Outgoing, address: str = "7", number: int = 1) -> None:
    queue.receive("telegram", [said(number, address)])
    (delivery,) = queue.answerable(ON, 8)
    queue.answered(delivery, requests)


def test_replies_are_sent_in_order_and_a_failed_one_holds_the_next_back(queue: Queue, clock: Clock) -> None:
    posted(queue, reply("one"), reply("two"))
    (parcel,) = queue.sendable(ON, 8)
    queue.later(parcel, 10, "busy")
    posted(queue, reply("three"), number=2)
    assert queue.sendable(ON, 8) == []
    clock.now += 11
    (again,) = queue.sendable(ON, 8)
    assert (again.key, again.attempts) == (parcel.key, 1)
    texts = []
    following = again
    while following:
        assert following.outgoing
        texts.append(following.outgoing.words)
        following = queue.sent(following)  # type: ignore[assignment]
    assert texts == ["one", "two", "three"]


def test_one_that_waits_does_not_hold_others_back(queue: Queue) -> None:
    posted(queue, reply("one"))
    queue.later(queue.sendable(ON, 8)[0], 10, "busy")
    posted(queue, reply("two"), address="8")
    assert [parcel.outgoing and parcel.outgoing.words for parcel in queue.sendable(ON, 8)] == ["two"]


def test_what_follows_takes_the_place_of_the_first(queue: Queue) -> None:
    posted(queue, reply("upload"), reply("text"))
    (upload,) = queue.sendable(ON, 8)
    shown = queue.sent(upload, reply("show"))
    assert shown and shown.outgoing == reply("show")
    assert (upload.key.rpartition(".")[0], shown.key) == (shown.key.rpartition(".")[0], f"{upload.key[:-1]}1")
    last = queue.sent(shown)
    assert last and last.outgoing == reply("text")


def test_a_dead_letter_is_seen_and_sent_again(queue: Queue, clock: Clock) -> None:
    posted(queue, reply("unwanted"), reply("next"))
    (parcel,) = queue.sendable(ON, 8)
    following = queue.dead(parcel, "blocked by +15145550199")
    assert following and following.outgoing == reply("next")
    queue.sent(following)
    (letter,) = queue.letters()
    assert (letter.words, letter.why) == ("unwanted", "blocked by +…")
    assert not queue.resend(letter.id + 100)
    assert queue.resend(letter.id)
    assert queue.letters() == []
    (again,) = queue.sendable(ON, 8)
    assert (again.key, again.attempts) == (parcel.key, 0)


def test_what_is_held_waits_for_more_and_is_dropped_by_other_words(queue: Queue, database: sa.engine.Engine) -> None:
    posted(queue, reply("first"), reply("rest", held=True))
    (parcel,) = queue.sendable(ON, 8)
    assert queue.sent(parcel) is None
    assert queue.holds_more(parcel.conversation)
    queue.receive("telegram", [said(2)])
    queue.answered(queue.answerable(ON, 8)[0], [], more=True)
    (rest,) = queue.sendable(ON, 8)
    assert rest.outgoing and rest.outgoing.words == "rest"
    queue.sent(rest)
    posted(queue, reply("another", held=True), number=3)
    posted(queue, number=4)
    assert not queue.holds_more(parcel.conversation)


def test_silence_outlives_the_conversation(queue: Queue) -> None:
    queue.receive("telegram", [said(1)])
    queue.answered(queue.answerable(ON, 8)[0], [], silence="stop")
    queue.receive("telegram", [said(2)])
    queue.erased(queue.answerable(ON, 8)[0], [])
    assert queue.silence("telegram", "7") == "stop"
    assert queue.silence("slack", "7") is None
    queue.receive("telegram", [said(3)])
    queue.answered(queue.answerable(ON, 8)[0], [], speak=True)
    assert queue.silence("telegram", "7") is None


def test_erasure_leaves_the_receipt_until_it_is_sent_and_what_was_said_since(queue: Queue, database: sa.engine.Engine) -> None:
    posted(queue, reply("one"), reply("held", held=True))
    for number in (2, 3):
        queue.receive("telegram", [said(number)])
    (delivery,) = queue.answerable(ON, 8)
    following = queue.erased(delivery, [reply("receipt")])
    assert following and following.incoming == said(3)
    (parcel,) = queue.sendable(ON, 8)
    assert parcel.outgoing == reply("receipt")
    queue.sent(parcel)
    assert rows(database, outbox) == []
    assert [row.status for row in rows(database, deliveries)] == ["waiting"]
    assert queue.receive("telegram", [said(2)]) == 0


def test_a_receipt_that_can_not_be_sent_is_gone_too(queue: Queue, database: sa.engine.Engine) -> None:
    queue.receive("telegram", [said(1)])
    queue.erased(queue.answerable(ON, 8)[0], [reply("receipt")])
    queue.dead(queue.sendable(ON, 8)[0], "blocked")
    assert rows(database, outbox) == [] == rows(database, deliveries)


def test_erasure_by_others_in_the_middle_of_an_answer(queue: Queue, database: sa.engine.Engine) -> None:
    queue.receive("telegram", [said(1)])
    (delivery,) = queue.answerable(ON, 8)
    with database.begin() as connection:
        for table in TABLES:
            if "conversation" in table.c:
                connection.execute(table.delete().where(table.c.conversation == delivery.conversation))
    queue.erased(delivery, [reply("receipt")])
    assert [parcel.outgoing for parcel in queue.sendable(ON, 8)] == [reply("receipt")]


def test_only_the_last_message_may_be_edited(queue: Queue) -> None:
    posted(queue)
    posted(queue, number=2)
    queue.receive("telegram", [said(3, id="7:1:99", what=What.EDITED, edits="7:1")])
    (delivery,) = queue.answerable(ON, 8)
    assert not queue.is_last(delivery)
    queue.answered(delivery, [])
    queue.receive("telegram", [said(4, id="7:9:1", what=What.EDITED, edits="7:9")])
    (unknown,) = queue.answerable(ON, 8)
    assert not queue.is_last(unknown)


def test_nothing_that_waits_can_be_read(queue: Queue, database: sa.engine.Engine) -> None:
    posted(queue, reply("my words"), address="5145550142")
    queue.receive("telegram", [said(1, address="5145550199")])
    text = "\n".join(str(tuple(row)) for table in (deliveries, outbox) for row in rows(database, table))
    for plain in ("5145550199", "5145550142", "my words", "words 1"):
        assert plain not in text


def test_what_is_dealt_with_is_blank(queue: Queue, database: sa.engine.Engine) -> None:
    posted(queue, reply())
    queue.sent(queue.sendable(ON, 8)[0])
    assert [row.body for table in (deliveries, outbox) for row in rows(database, table)] == ["", ""]


def test_another_secret_opens_nothing(queue: Queue, database: sa.engine.Engine, clock: Clock) -> None:
    posted(queue, reply())
    queue.receive("telegram", [said(2)])
    other = Queue(lambda: database, SECRET[::-1], clock)
    assert [delivery.incoming for delivery in other.answerable(ON, 8)] == [None]
    (parcel,) = other.sendable(ON, 8)
    assert parcel.outgoing is None
    other.dead(parcel, "unreadable")
    assert "another secret" in other.letters()[0].words


def test_what_nobody_asks_for_is_forgotten(queue: Queue, database: sa.engine.Engine, clock: Clock) -> None:
    posted(queue, reply("sent"))
    queue.sent(queue.sendable(ON, 8)[0])
    posted(queue, reply("dead"), number=2)
    queue.dead(queue.sendable(ON, 8)[0], "blocked")
    queue.receive("telegram", [said(3)])
    clock.now += 8 * DAY
    queue.prune()
    assert [row.status for row in rows(database, outbox)] == ["dead"]
    assert [row.status for row in rows(database, deliveries)] == ["waiting"]
    clock.now += 8 * DAY
    queue.prune()
    # By now no provider repeats it.
    assert queue.receive("telegram", [said(1)]) == 1


def test_calls_share_a_transaction_and_one_that_fails_undoes_only_itself(queue: Queue, database: sa.engine.Engine) -> None:
    queue.receive("telegram", [said(1)])
    (delivery,) = queue.answerable(ON, 8)
    lost = replace(delivery, conversation="telegram-of-another")
    calls = [
        lambda: queue.receive("telegram", [said(2, "8")]),
        lambda: queue.answered(lost, [reply("lost")]),
        lambda: queue.answered(delivery, [reply("kept")]),
        lambda: queue.sendable(ON, 8),
        lambda: queue.silence("telegram", "7"),
    ]
    new, failed, following, (parcel,), silence = queue.together(calls)
    assert (new, following, silence) == (1, None, None)
    assert isinstance(failed, Lost)
    assert parcel.outgoing == reply("kept")
    assert len(rows(database, outbox)) == 1


def test_counts_tell_what_waits(queue: Queue) -> None:
    posted(queue, reply(), reply(held=True))
    queue.receive("telegram", [said(2)])
    assert Counter(queue.counts()) == Counter(
        {("telegram", "waiting"): 1, ("telegram", "held"): 1, ("telegram", "unanswered"): 1}
    )
