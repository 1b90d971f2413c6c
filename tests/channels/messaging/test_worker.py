"""A worker whose queue, or whose turn in a conversation, is away for a moment: the message stays, and is answered later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.messaging.app import Incoming, What
from bot.channels.messaging.queue import LEASE, Delivery, Queue
from bot.channels.messaging.registry import switched_on
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
