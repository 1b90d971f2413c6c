"""Many deliveries, some of them repeated, with sends that fail and a server that is killed twice in the middle.

`FULL_LOAD=1` runs it with 5,000 deliveries.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import requests

from tests.channels.messaging.conftest import SECRET
from tests.channels.messaging.standin import Call, Fault
from tests.channels.messaging.telegram_standin import TelegramStandIn, TelegramUser
from tests.e2e.running import RunningServer

COUNT = 5000 if os.environ.get("FULL_LOAD") else 200
REPEATED, FAILING = 0.10, 0.05
VISITORS = COUNT // 10
WITHIN = 3600.0 if os.environ.get("FULL_LOAD") else 240.0


class Provider:
    """Delivers until it is told that a message was taken, as providers do."""

    def __init__(self, users: list[TelegramUser]) -> None:
        self.users = users
        self.acknowledgements: list[float] = []

    def deliver(self, who: int, update: dict[str, object]) -> None:
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline:
            started = time.monotonic()
            try:
                if self.users[who].post(update).status_code == 200:
                    self.acknowledgements.append(time.monotonic() - started)
                    return
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.2)
        raise AssertionError("a message was never taken")


def test_each_message_is_answered_once_and_none_is_lost(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(7)
    telegram = TelegramStandIn()
    settings = {"secret": SECRET, **telegram.settings, "telegram_api": telegram.url}
    server = RunningServer(tmp_path_factory.mktemp("apps-load"), **settings)
    failing = {"share": FAILING, "failed": 0}

    def fault(call: Call) -> Fault | None:
        if chance.random() >= failing["share"]:
            return None
        failing["failed"] += 1
        # Some fail after the provider has taken the reply: these may come again, under the same name.
        return chance.choice([Fault(500), Fault(429, {"ok": False, "parameters": {"retry_after": 1}}), Fault(0, taken=True)])

    telegram.fault = fault
    users = [TelegramUser(server.url) for _ in range(VISITORS)]
    provider = Provider(users)
    texts = [f"number {n}" for n in range(COUNT)]
    # The server is killed while it answers: before the answer is kept, and after.
    texts[COUNT // 3], texts[2 * COUNT // 3] = "die before", "die after"
    posts = [(n % VISITORS, users[n % VISITORS].text(text)) for n, text in enumerate(texts)]
    posts += chance.sample(posts, int(COUNT * REPEATED))
    kills = []
    watching = threading.Event()
    try:
        server.start()
        started = time.monotonic()

        def restart() -> None:
            while not watching.wait(0.1):
                if server.died:
                    kills.append(time.monotonic() - started)
                    server.start()

        watch = threading.Thread(target=restart)
        watch.start()
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda post: provider.deliver(*post), posts))
        telegram.wait(lambda: len({call.key for call in telegram.taken}) >= COUNT, WITHIN)
        took = time.monotonic() - started
        watching.set()
        watch.join()
        # Were there a second answer to anything, it would come now.
        telegram.wait(lambda: not _waiting(server), 30)
    finally:
        watching.set()
        server.stop()
        telegram.close()
    assert telegram.refused == []
    assert len(kills) == 2
    answers: dict[str, set[tuple[int, str]]] = {}
    for call in telegram.taken:
        asked = call.body["text"].partition("You asked: ")[2].partition(". It may")[0]
        answers.setdefault(call.key, set()).add((call.body["chat_id"], asked))
    # A name is never used for two answers, and each message has one name.
    assert all(len(said) == 1 for said in answers.values())
    expected = Counter((users[n % VISITORS].chat, text) for n, text in enumerate(texts))
    assert Counter(next(iter(said)) for said in answers.values()) == expected
    for user in users:
        told = [call.body["text"] for call in telegram.taken if call.body["chat_id"] == user.chat]
        asked = [text.partition("You asked: ")[2].partition(". It may")[0] for text in told]
        numbers = [int(text.split()[1]) for text in asked if text.startswith("number")]
        # Those that came again stand beside their first one.
        assert numbers == sorted(numbers)
    waits = sorted(provider.acknowledgements)
    half, most = (waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.95))
    with capsys.disabled():
        print(
            f"\n{COUNT} messages, {len(posts)} deliveries, {failing['failed']} failed sends, {len(kills)} kills: {took:.1f} s; "
            f"repeated replies {len(telegram.taken) - COUNT}; acknowledged in {half:.0f} ms (95%: {most:.0f} ms)"
        )


def _waiting(server: RunningServer) -> int:
    with closing(sqlite3.connect(server.database, timeout=10)) as database:
        ((count,),) = database.execute(
            "select (select count(*) from outbox where status = 'waiting') + "
            "(select count(*) from deliveries where status = 'waiting')"
        )
        return int(count)
