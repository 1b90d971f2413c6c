"""A worker of the real server with an agent that answers from a list, and with a clock that a test may move.

python -m tests.faults.worker SOCKET SAYS LIFE      as the supervisor starts it
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bot import logs, order, worker
from bot.lightness import leave_tensorflow_out

leave_tensorflow_out()

from rasa.core.channels.channel import UserMessage  # noqa: E402

from bot.dialogue.agent import FairLocks, stored_conversations  # noqa: E402
from bot.server import make_app, serve_on, warm  # noqa: E402
from tests.e2e.fake_server import FakeAgent  # noqa: E402

# The turn of a killed worker ends soon enough for a test.
order.LEASE = 2.0

_real = time.time
_moved = Path(os.environ.get("FAKE_MARKS", "/tmp")) / "clock"


def _time() -> float:
    try:
        return _real() + float(_moved.read_text())
    except (FileNotFoundError, ValueError):
        return _real()


class LockingAgent(FakeAgent):
    """Takes a conversation's lock as Rasa's agent does; told to "dawdle", it takes its time before that."""

    async def handle_message(self, message: UserMessage) -> None:
        if message.text == "dawdle":
            await asyncio.sleep(1.5)
        async with FairLocks().lock(message.sender_id):
            await super().handle_message(message)


def bot() -> Any:
    app = make_app()

    async def load(app: Any, _: Any) -> None:
        warm()
        app.ctx.agent = LockingAgent(stored_conversations())

    app.register_listener(load, "before_server_start")
    return app


def ready_and_mark(ready: Callable[[], None]) -> None:
    ready()
    (Path(os.environ["FAKE_MARKS"]) / f"ready-{os.getpid()}").touch()


if __name__ == "__main__":
    time.time = _time
    logs.set_up()

    def serve(listening: socket.socket, ready: Callable[[], None]) -> None:
        serve_on(listening, partial(ready_and_mark, ready), bot)

    worker.main(serve)
