"""A worker whose queue, or whose turn in a conversation, is away for a moment: the message stays, and is answered later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.messaging.app import App, Failed, Incoming, Later, Outgoing, Result, Sent, What
from bot.channels.messaging.queue import LEASE, Delivery, Queue
from bot.channels.messaging.registry import switched_on
from bot.channels.messaging.sender import Sender
from bot.channels.messaging.tables import TABLES
from bot.channels.messaging.worker import Worker
from bot.conversations.database import engine
from bot.conversations.tables import metadata
from bot.order import NoOrder
from bot.settings import Settings
from tests.channels.messaging.test_queue import SECRET, Clock

TELEGRAM = {"telegram_token": "1:a", "telegram_secret": "s"}


class SayingGuide:
    """Answers each message with the words "the answer"."""

    def __init__(self) -> None:
        self.fails: list[Exception] = []

    def is_ready(self) -> bool:
        return True

    async def ask(self, *_: Any) -> list[dict[str, Any]]:
        if self.fails:
            raise self.fails.pop()
        return [{"text": "the answer", "buttons": [], "reply": {}}]

    async def offered(self, conversation: str) -> list[dict[str, Any]]:
        return []

    async def finish(self, app: Any, conversation: str, reply: Any, *_: Any) -> dict[str, Any]:
        return {"text": f"a fixed reply: {reply.text}", "buttons": [], "reply": {}}

    async def picture(self, message: Any) -> None:
        return None


def away() -> Exception:
    error: Exception = sa.exc.OperationalError("SELECT", {}, Exception("gone"))
    return error


def queue_away(queue: Queue, guide: SayingGuide, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = queue.silence, [away()]

    def silence(*arguments: str) -> str | None:
        if failures:
            raise failures.pop()
        return real(*arguments)

    monkeypatch.setattr(queue, "silence", silence)


def database_away(queue: Queue, guide: SayingGuide, monkeypatch: pytest.MonkeyPatch) -> None:
    guide.fails.append(away())


def turn_away(queue: Queue, guide: SayingGuide, monkeypatch: pytest.MonkeyPatch) -> None:
    guide.fails.append(NoOrder("Redis is gone"))


@pytest.mark.parametrize("fault", [queue_away, database_away, turn_away])
def test_a_message_is_answered_when_what_was_away_is_back(
    fault: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, clock, guide = engine(f"sqlite:///{tmp_path / 'queue.db'}"), Clock(), SayingGuide()
    metadata.create_all(database, tables=list(TABLES))
    queue = Queue(lambda: database, SECRET, clock)
    apps = switched_on(Settings(**TELEGRAM))
    answers: list[list[str]] = []
    real = queue.answered

    def answered(delivery: Delivery, requests: Any, **more: Any) -> Delivery | None:
        answers.append([str(request) for request in requests])
        return real(delivery, requests, **more)

    monkeypatch.setattr(queue, "answered", answered)
    fault(queue, guide, monkeypatch)
    monkeypatch.setattr("bot.channels.messaging.worker.LOOK_EVERY", 0.05)

    async def run() -> None:
        worker = Worker(queue, apps, guide, most_attempts=1)
        await worker.start()
        await worker.receive(apps["telegram"], [Incoming("7:1", "7", What.TEXT, 1.0, "does coffee matter")])
        for _ in range(100):
            await asyncio.sleep(0.05)
            clock.now += LEASE / 20
            if answers:
                break
        await worker.stop(1)

    asyncio.run(run())
    (requests,) = answers
    assert len(requests) == 1
    assert "the answer" in requests[0]
    database.dispose()


class Provider(Sender):
    """Takes requests without a network, and says of each what it is told to."""

    def __init__(self, *results: Result) -> None:
        super().__init__()
        self.results = list(results)
        self.tried: list[tuple[str, str]] = []

    async def start(self) -> None:
        pass

    async def send(self, app: App, request: Outgoing, key: str) -> tuple[Result, Outgoing | None]:
        self.tried.append((request.body.get("text", request.path), key))
        return (self.results.pop(0) if self.results else Sent()), None


def delivered(
    tmp_path: Path, provider: Provider, texts: list[str], enough: int, guide: Any = None, attempts: int = 3
) -> tuple[Queue, Provider]:
    """What becomes of texts of one visitor when a provider answers so."""
    database, clock = engine(f"sqlite:///{tmp_path / 'queue.db'}"), Clock()
    metadata.create_all(database, tables=list(TABLES))
    queue = Queue(lambda: database, SECRET, clock)
    apps = switched_on(Settings(**TELEGRAM))

    async def run() -> None:
        worker = Worker(queue, apps, guide or EchoingGuide(), attempts)
        await worker.start()
        came = [Incoming(f"7:{number}", "7", What.TEXT, float(number), text) for number, text in enumerate(texts)]
        for _ in range(2):
            # The provider tells of them twice.
            await worker.receive(apps["telegram"], came)
        for _ in range(200):
            if len(provider.tried) >= enough:
                break
            await asyncio.sleep(0.02)
            clock.now += 1
        await asyncio.sleep(0.1)
        await worker.stop(1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.channels.messaging.worker.Sender", lambda: provider)
        patch.setattr("bot.channels.messaging.worker.LOOK_EVERY", 0.02)
        patch.setattr("bot.channels.messaging.worker.AGAIN_AFTER", 0.0)
        asyncio.run(run())
    return queue, provider


class EchoingGuide(SayingGuide):
    async def ask(self, app: Any, delivery: Delivery, text: str, *_: Any) -> list[dict[str, Any]]:
        return [{"text": f"on {text}", "buttons": [], "reply": {}}]


def test_each_message_is_answered_once_and_the_answers_go_in_order(tmp_path: Path) -> None:
    queue, provider = delivered(tmp_path, Provider(), ["one", "two", "three"], 3)
    assert [text for text, _ in provider.tried] == ["on one", "on two", "on three"]
    assert len({key for _, key in provider.tried}) == 3
    assert queue.counts() == {("telegram", "sent"): 3}


def test_one_that_must_be_sent_again_goes_before_the_next_and_under_its_name(tmp_path: Path) -> None:
    _, provider = delivered(tmp_path, Provider(Later("busy", 2.0), Later("busy")), ["one", "two"], 4)
    assert [text for text, _ in provider.tried] == ["on one", "on one", "on one", "on two"]
    assert len({key for _, key in provider.tried}) == 2


def test_one_that_is_never_taken_waits_for_staff_and_holds_the_next_up_no_longer(tmp_path: Path) -> None:
    queue, provider = delivered(tmp_path, Provider(Failed("blocked")), ["one", "two"], 2)
    assert [text for text, _ in provider.tried] == ["on one", "on two"]
    (letter,) = queue.letters()
    assert (letter.words, letter.why) == ("on one", "blocked")


def test_after_so_many_attempts_staff_must_see_to_it(tmp_path: Path) -> None:
    queue, provider = delivered(tmp_path, Provider(*[Later("busy", 0.0)] * 3), ["one", "two"], 4)
    assert [text for text, _ in provider.tried] == ["on one"] * 3 + ["on two"]
    assert [letter.why for letter in queue.letters()] == ["busy"]


def test_a_message_that_no_answer_can_be_made_for_gets_a_fixed_one_and_the_next_its_own(tmp_path: Path) -> None:
    class Failing(EchoingGuide):
        tries = 0

        async def ask(self, app: Any, delivery: Delivery, text: str, *_: Any) -> list[dict[str, Any]]:
            if text == "one":
                self.tries += 1
                raise ValueError("broken")
            return await super().ask(app, delivery, text)

    guide = Failing()
    _, provider = delivered(tmp_path, Provider(), ["one", "two"], 2, guide)
    assert [text[:13] for text, _ in provider.tried] == ["a fixed reply", "on two"]
    assert guide.tries == 3
