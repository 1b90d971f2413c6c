"""A running console with made-up conversations, for browser tests."""

from __future__ import annotations

import random
import socket
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn

from bot.console.accounts import Accounts
from bot.console.app import make_app
from bot.console.database import opened
from bot.console.role import Role
from bot.conversations.archive import Archive
from bot.conversations.database import engine
from bot.conversations.spool import Spool
from bot.conversations.tables import conversations
from bot.settings import Settings
from tests.console.data import Written, careless, danger, unclear

PASSWORD = "correct horse battery"
XSS = '<script>document.title="taken"</script><img src=x onerror=\'document.title="taken"\'>'
QUESTIONS = (
    ("does magnesium help restless legs", "magnesium_evidence"),
    ("how much coffee is too much", "caffeine"),
    ("is it hereditary", "causes"),
    ("can i take iron with tea", "iron_treatment"),
    ("why is it worse at night", "why_at_night"),
    ("my legs wont stop moving on flights, what can i do about it in a small seat for eleven hours", "travel"),
)
MISSED = (
    "weighted blanket for legs", "do weighted blankets help", "weighted blankets any good", "cbd oil drops", "cbd oil for jumpy legs",
    "is cbd oil ok", "kjh asd", "bar of soap under the sheet", "soap in bed trick", "tonic water at night",
)  # fmt: skip


class RunningConsole:
    """The console on a free port, in a thread; `at` is when its newest conversation is."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'conversations.db'}"
        opened(url).dispose()
        database = careless(engine(url, patience=15))
        self.database = database
        self.written = Written(database)
        accounts = Accounts(database)
        for name, role in (("rita", Role.READER), ("vera", Role.REVIEWER), ("viktor", Role.REVIEWER), ("anna", Role.ADMIN)):
            accounts.add(name, role, PASSWORD)
        self.at = time.time()
        self.fill()
        app = make_app(Archive(database, Spool(folder / "spool", 1_000_000)), Settings())
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", access_log=False, proxy_headers=False, ws="none")
        )
        self._thread = threading.Thread(target=self._server.run, args=([probe],), daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.02)

    def fill(self) -> None:
        """Seventy conversations of the last month, some with danger, some not understood."""
        chance = random.Random(7)
        for number in range(70):
            at = self.at - 200 - 86_400 * 30 * (number / 70) ** 1.3
            said: list[str | dict[str, Any]] = []
            for _ in range(chance.randint(1, 5)):
                text, topic = chance.choice(QUESTIONS)
                said.append(
                    {
                        "said": text,
                        "topic": topic,
                        "intent": topic,
                        "confidence": chance.uniform(0.25, 1),
                        "milliseconds": chance.uniform(12, 140),
                    }
                )
            if number % 4 == 0:
                said.append(unclear(MISSED[(number // 4) % len(MISSED)], milliseconds=20.0))
            if number % 9 == 3:
                said.append(danger("one leg is swollen and hot and i am short of breath", milliseconds=15.0))
            channel = chance.choice(("web", "web", "web", "telegram", "sms"))
            said = [{**({"said": one} if isinstance(one, str) else one), "channel": channel} for one in said]
            status = "done" if number % 3 == 1 else "new"
            self.written.conversation(f"visitor-{number}", *said, at=at, channel=channel, status=status, demo=number % 10 == 0)
            if number % 6 == 2:
                message = f"message-{self.written.messages}"
                self.written.rating(
                    f"visitor-{number}", message, helpful=number % 12 == 2, topic=chance.choice(QUESTIONS)[1], at=at
                )

    def forget_opinions(self) -> None:
        """What waits for a second person is new again, so that a test can be run again from the start."""
        waits = conversations.update().where(conversations.c.status == "second_look")
        with self.database.begin() as connection:
            connection.execute(waits.values(status="new", reviewer=None))

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self.database.dispose()
