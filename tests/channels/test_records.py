from __future__ import annotations

from bot.channels.web.records import Records, engine
from bot.conversations.erasure import Receipt


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_works() -> None:
    records = Records(engine("sqlite://"), Clock())
    assert records.begin("a", "message-1")
    assert records.answered("a", "message-1") is None
    answered = records.finish("a", "message-1", [{"text": "hello"}])
    assert records.answered("a", "message-1") == answered
    assert answered.messages == [{"text": "hello"}]


def test_a_message_begins_once() -> None:
    records = Records(engine("sqlite://"))
    assert records.begin("a", "message-1")
    assert not records.begin("a", "message-1")
    assert records.begin("b", "message-1")


def test_it_outlives_the_process(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/var/records.db"
    Records(engine(url)).begin("a", "message-1")
    assert not Records(engine(url)).begin("a", "message-1")


def test_a_receipt_does_not_name_the_conversation() -> None:
    records = Records(engine("sqlite://"), Clock())
    records.begin("a", "message-1")
    receipt = Receipt.issue(2, at=1000.0)
    records.erase("a", receipt)
    assert records.receipt("a") == receipt
    assert records.receipt("b") is None
    assert records.begin("a", "message-1")


def test_prune() -> None:
    clock = Clock()
    records = Records(engine("sqlite://"), clock)
    records.begin("a", "message-1")
    records.erase("b", Receipt.issue(0, at=clock.now))
    clock.now = 2000
    records.begin("a", "message-2")
    records.erase("c", Receipt.issue(0, at=clock.now))
    assert records.prune(replies_before=1500, receipts_before=1500) == 2
    assert records.receipt("b") is None
    assert records.receipt("c")
    assert not records.begin("a", "message-2")
