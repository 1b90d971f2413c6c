"""Each message is answered once and in order, whoever asks again or goes away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from bot.channels.web.body import Message
from bot.channels.web.inbox import Inbox, Messages
from bot.channels.web.problem import Problem
from bot.channels.web.records import Answered, Records
from bot.order import NoOrder


class Kept:
    """Records in a dictionary."""

    def __init__(self) -> None:
        self.turns: dict[tuple[str, str], Answered] = {}
        self.deleted: set[str] = set()

    async def answered(self, sender: str, message: str) -> Answered | None:
        return self.turns.get((sender, message))

    async def receipt(self, sender: str) -> str | None:
        return "receipt" if sender in self.deleted else None


class Dialogue:
    """Says what it was asked after a moment, keeps it as the bot does, and knows what it was asked."""

    def __init__(self, records: Kept) -> None:
        self.records = records
        self.asked: list[tuple[str, str]] = []
        self.under_way: dict[str, int] = {}
        self.fails: list[Exception | None] = []
        self.wait = 0.01
        self.keeps = True

    async def __call__(self, sender: str, message: Message) -> Messages:
        self.asked.append((sender, message.text))
        self.under_way[sender] = self.under_way.get(sender, 0) + 1
        assert self.under_way[sender] == 1, "two turns of one conversation at a time"
        try:
            await asyncio.sleep(self.wait)
        finally:
            self.under_way[sender] -= 1
        if self.fails:
            failure = self.fails.pop(0)
            if failure:
                raise failure
            return []
        said = [{"text": f"You asked: {message.text}"}]
        if self.keeps:
            self.records.turns[sender, message.id] = Answered(message.id, 10.0, 11.0, [{"text": "redacted"}])
        return said


def message(number: int, text: str = "") -> Message:
    return Message(id=f"message-{number}", text=text or f"question {number}")


def talk(work: Any) -> tuple[Any, Kept, Dialogue]:
    """Run something with an inbox."""
    records = Kept()
    dialogue = Dialogue(records)

    async def run() -> Any:
        return await work(Inbox(cast(Records, records), dialogue), records, dialogue)

    return asyncio.run(run()), records, dialogue


def test_it_works() -> None:
    async def work(inbox: Inbox, *_: Any) -> Answered:
        return await inbox.receive("web-1", message(1))

    answer, _, _ = talk(work)
    assert answer == Answered("message-1", 10.0, 11.0, [{"text": "You asked: question 1"}])
    assert answer.as_dict() == {
        "id": "message-1",
        "received": 10.0,
        "answered": 11.0,
        "messages": [{"text": "You asked: question 1"}],
    }


def test_a_message_that_comes_twice_at_once_is_answered_once() -> None:
    async def work(inbox: Inbox, *_: Any) -> list[Answered]:
        return await asyncio.gather(*(inbox.receive("web-1", message(1)) for _ in range(5)))

    answers, _, dialogue = talk(work)
    assert len(dialogue.asked) == 1
    assert all(answer == answers[0] for answer in answers)


def test_a_message_that_comes_again_later_gets_what_was_kept() -> None:
    async def work(inbox: Inbox, *_: Any) -> list[Answered]:
        return [await inbox.receive("web-1", message(1)), await inbox.receive("web-1", message(1, "other words"))]

    (first, second), _, dialogue = talk(work)
    assert dialogue.asked == [("web-1", "question 1")]
    assert (first.messages, second.messages) == ([{"text": "You asked: question 1"}], [{"text": "redacted"}])
    assert (first.received, first.answered) == (second.received, second.answered)


def test_another_visitor_may_give_a_message_the_same_name() -> None:
    async def work(inbox: Inbox, *_: Any) -> list[Answered]:
        return await asyncio.gather(inbox.receive("web-1", message(1, "mine")), inbox.receive("web-2", message(1, "yours")))

    answers, _, _ = talk(work)
    assert [answer.messages[0]["text"] for answer in answers] == ["You asked: mine", "You asked: yours"]


def test_a_conversation_is_answered_in_order_and_others_do_not_wait_for_it() -> None:
    async def work(inbox: Inbox, records: Kept, dialogue: Dialogue) -> None:
        tasks = [inbox.receive("web-1", message(number)) for number in range(4)]
        await asyncio.wait_for(inbox.receive("web-2", message(9)), 1)
        assert not tasks[-1].done()
        await asyncio.gather(*tasks)

    _, _, dialogue = talk(work)
    assert [text for sender, text in dialogue.asked if sender == "web-1"] == [f"question {number}" for number in range(4)]


def test_who_goes_away_finds_the_answer_on_coming_back() -> None:
    async def work(inbox: Inbox, *_: Any) -> Answered:
        waiting = asyncio.ensure_future(asyncio.wait([inbox.receive("web-1", message(1))]))
        await asyncio.sleep(0)
        waiting.cancel()
        return await inbox.receive("web-1", message(1))

    answer, _, dialogue = talk(work)
    assert answer.messages
    assert len(dialogue.asked) == 1


@pytest.mark.parametrize("failure", [ValueError("broken"), None])
def test_a_turn_without_an_answer_is_told_and_may_be_tried_again(failure: Exception | None) -> None:
    async def work(inbox: Inbox, records: Kept, dialogue: Dialogue) -> Answered:
        dialogue.fails = [failure]
        with pytest.raises(Problem, match="went wrong on our side") as refusal:
            await inbox.receive("web-1", message(1))
        assert (refusal.value.status, refusal.value.code, refusal.value.retry_after) == (500, "no_reply", 5)
        assert "broken" not in refusal.value.message
        return await inbox.receive("web-1", message(1))

    answer, _, dialogue = talk(work)
    assert answer.messages == [{"text": "You asked: question 1"}]
    assert len(dialogue.asked) == 2


def test_a_failed_turn_holds_up_no_later_one() -> None:
    async def work(inbox: Inbox, records: Kept, dialogue: Dialogue) -> list[Any]:
        dialogue.fails = [ValueError("broken")]
        tasks = [inbox.receive("web-1", message(number)) for number in (1, 2)]
        return await asyncio.gather(*tasks, return_exceptions=True)

    (failed, answered), _, _ = talk(work)
    assert isinstance(failed, Problem)
    assert answered.messages == [{"text": "You asked: question 2"}]


def test_a_deleted_conversation_is_not_asked_any_more() -> None:
    async def work(inbox: Inbox, records: Kept, dialogue: Dialogue) -> None:
        records.deleted.add("web-1")
        with pytest.raises(Problem, match="was deleted") as refusal:
            await inbox.receive("web-1", message(1))
        assert (refusal.value.status, refusal.value.code) == (401, "deleted")

    _, _, dialogue = talk(work)
    assert dialogue.asked == []


def test_a_message_that_waits_while_its_conversation_is_deleted_is_not_asked() -> None:
    async def work(inbox: Inbox, records: Kept, dialogue: Dialogue) -> None:
        async def delete() -> None:
            async with inbox.order("web-1"):
                await asyncio.sleep(0.02)
                records.deleted.add("web-1")

        deleting = asyncio.ensure_future(delete())
        await asyncio.sleep(0)
        task = inbox.receive("web-1", message(1))
        await deleting
        with pytest.raises(Problem, match="was deleted"):
            await task

    _, _, dialogue = talk(work)
    assert dialogue.asked == []


def test_an_answer_that_could_not_be_kept_is_told_with_its_time() -> None:
    async def work(inbox: Inbox, records: Kept, dialogue: Dialogue) -> Answered:
        dialogue.keeps = False
        return await inbox.receive("web-1", message(1))

    before = time.time()
    answer, _, _ = talk(work)
    assert before <= answer.received <= answer.answered <= time.time()


class Nobodys:
    """Orders that give no turn."""

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        raise NoOrder("Redis is gone")
        yield


def test_where_there_is_no_turn_to_be_had_the_visitor_is_asked_to_wait() -> None:
    async def run() -> Dialogue:
        records = Kept()
        dialogue = Dialogue(records)
        inbox = Inbox(cast(Records, records), dialogue, cast(Any, Nobodys()))
        with pytest.raises(Problem, match="try again in a moment") as refusal:
            await inbox.receive("web-1", message(1))
        assert (refusal.value.status, refusal.value.code, refusal.value.retry_after) == (503, "busy", 5)
        assert "Redis" not in refusal.value.message
        return dialogue

    assert asyncio.run(run()).asked == []


@pytest.mark.parametrize(("takes", "waits", "done"), [(0.02, 2.0, True), (2.0, 0.02, False)])
def test_a_server_that_stops_waits_for_what_is_under_way_as_long_as_that_is_bearable(
    takes: float, waits: float, done: bool
) -> None:
    async def work(inbox: Inbox, records: Kept, dialogue: Dialogue) -> bool:
        dialogue.wait = takes
        task = inbox.receive("web-1", message(1))
        await asyncio.sleep(0)
        await inbox.finish(waits)
        finished = task.done()
        task.cancel()
        return finished

    finished, _, _ = talk(work)
    assert finished is done


def test_a_server_with_nothing_under_way_stops_at_once() -> None:
    async def work(inbox: Inbox, *_: Any) -> None:
        await asyncio.wait_for(cast(Coroutine[Any, Any, None], inbox.finish(60)), 1)

    talk(work)
