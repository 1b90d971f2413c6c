"""Several workers with PostgreSQL and Redis, of which a test may kill any.

python -m tests.faults.service
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import requests

from bench.processes import Running, family, free_port
from bot.settings import ROOT, settings
from bot.supervisor import Supervisor, listen

READY_WITHIN = 300.0
GENEROUS = {"web_messages_per_minute": "100000", "web_requests_per_minute": "100000"}


class Service:
    """The supervisor and its workers.

    Args:
        folder: where it keeps what it keeps.
        database: URL of the conversations.
        redis: URL of what workers share.
    """

    def __init__(self, folder: Path, database: str, redis: str) -> None:
        self.folder = folder
        self.database = database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "RLS_PORT": str(self.port),
            "RLS_WORKERS": "2",
            "RLS_REDIS": redis,
            "RLS_CONVERSATIONS": database,
            "RLS_SECRET": "s" * 32,
            "RLS_SPOOL": str(folder / "spool"),
            "RLS_PID_FILE": str(folder / "pid"),
            "FAKE_MARKS": str(folder),
            **{f"RLS_{name.upper()}": value for name, value in GENEROUS.items()},
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.service"], cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until both workers answer."""
        wait_for(lambda: self.ready and answers(self.url), self.log, READY_WITHIN)

    @property
    def ready(self) -> bool:
        """Whether two workers run and both said that they are ready."""
        return len(self.workers) == 2 and all((self.folder / f"ready-{pid}").exists() for pid in self.workers)

    def stop(self) -> int:
        assert self.process
        self.process.terminate()
        code = self.process.wait(60)
        self.process = None
        return code

    @property
    def workers(self) -> list[int]:
        """Process ids of the workers."""
        assert self.process
        return family(self.process.pid)[1:]

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def stored(self, conversation: str) -> list[str]:
        """What a conversation holds in the database itself: the messages' ids, in order."""
        with psycopg2.connect(self.database) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT message FROM turns WHERE conversation = %s ORDER BY id", (conversation,))
            return [row[0] for row in cursor.fetchall()]


class Visitor:
    """Somebody whose page sends a message again, with the same id, until it has a reply."""

    def __init__(self, service: Service) -> None:
        self.base = f"{service.url}/webhooks/web"
        self.excuses: list[str] = []
        self.tokens = self._until(lambda: requests.post(f"{self.base}/session", timeout=30))
        self.sent: list[str] = []

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['session']}", "Connection": "close"}

    def renew(self) -> None:
        body = {"renewal": self.tokens["renewal"]}
        self.tokens = self._until(lambda: requests.post(f"{self.base}/session", json=body, timeout=30))

    def once(self, text: str, name: str | None = None) -> dict[str, Any]:
        """The last event of one attempt; an attempt that broke off or was refused is an event of its own."""
        body = {"id": name or uuid.uuid4().hex, "text": text}
        try:
            answer = requests.post(f"{self.base}/messages", json=body, headers=self.headers, timeout=60)
            lines = [json.loads(line) for line in answer.text.splitlines() if line]
        except (requests.RequestException, json.JSONDecodeError):
            return {"type": "broken"}
        if answer.status_code != 200:
            return {"type": "refused", "status": answer.status_code, **lines[0]["error"]}
        return lines[-1] if lines and lines[-1]["type"] != "typing" else {"type": "broken"}

    def say(self, text: str, name: str | None = None, within: float = 120.0) -> dict[str, Any]:
        """The reply to a message, sent as often as it takes."""
        name = name or uuid.uuid4().hex
        self.sent.append(name)
        until = time.monotonic() + within
        while time.monotonic() < until:
            event = self.once(text, name)
            if event["type"] == "reply":
                return event
            self.excuses.append(event.get("message", event["type"]))
            if event.get("status") == 401:
                self.renew()
            time.sleep(0.3)
        raise AssertionError(f"no reply within {within} s: {self.excuses[-3:]}")

    @property
    def history(self) -> list[str]:
        """The messages' ids, in order."""
        answer = self._until(lambda: requests.get(f"{self.base}/messages", headers=self.headers, timeout=30))
        return [turn["id"] for turn in answer["turns"]]

    @staticmethod
    def _until(request: Callable[[], requests.Response], within: float = 60.0) -> Any:
        until = time.monotonic() + within
        while True:
            try:
                answer = request()
                if answer.ok:
                    return answer.json()
            except requests.RequestException:
                pass
            assert time.monotonic() < until
            time.sleep(0.2)


def at_once(*calls: Callable[[], Any], apart: float = 0.0) -> list[Any]:
    """The results of calls that are made at the same time, each a little after the one before."""
    results: list[Any] = [None] * len(calls)

    def run(place: int) -> None:
        results[place] = calls[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
        time.sleep(apart)
    for thread in threads:
        thread.join()
    return results


def wait_for(true: Callable[[], bool], log: Callable[[], str], within: float = 30.0) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, log()[-3000:]
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/ready", timeout=5).ok
    except requests.RequestException:
        return False


def restart(server: Running, how: signal.Signals = signal.SIGKILL, seconds: float = 0.5) -> None:
    """Stop a server the hard way and start it again."""
    server.stop(how)
    time.sleep(seconds)
    server.start()


if __name__ == "__main__":
    Supervisor(settings(), listen(settings()), command=[sys.executable, "-m", "tests.faults.worker"]).run()
