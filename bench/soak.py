"""Visitors write for a long time while what serves them is killed; afterwards everything is counted.

    python -m bench.soak --minutes 30

Two workers with PostgreSQL and Redis. A worker is killed every minute; PostgreSQL and Redis are each restarted twice. Each
visitor sends a message again, with the same id, until it has a reply. In the end each conversation in the database must hold
what its visitor sent, once and in order, and memory and open files must be what they were after warm-up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bench.load import MESSAGES
from bench.processes import Running, answers, family, free_port, postgres, redis
from bot.settings import ROOT

TOKEN = "soak-soak-soak-soak"
PATIENCE = aiohttp.ClientTimeout(total=40)
WARM = 0.2


@dataclass
class Tally:
    """What was seen.

    Attributes:
        waits: seconds from the first attempt to the reply.
        excuses: what visitors were told instead of a reply, or saw.
    """

    waits: list[float] = field(default_factory=list)
    excuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class WebVisitor:
    """Somebody with the page open."""

    def __init__(self, url: str, tally: Tally) -> None:
        self._url = f"{url}/webhooks/web"
        self._tally = tally
        self._tokens: dict[str, Any] = {}
        self.sent: list[str] = []

    async def say(self, http: aiohttp.ClientSession, text: str) -> None:
        """Send a message until it has a reply."""
        name, started = uuid.uuid4().hex, time.perf_counter()
        self.sent.append(name)
        while True:
            event = await self._once(http, name, text)
            if event.get("type") == "reply":
                if event["id"] != name or "not medical advice" not in event["messages"][0]["text"]:
                    self._tally.wrong.append(f"{name}: {event}")
                break
            self._tally.excuses[event.get("code") or event["type"]] += 1
            await asyncio.sleep(0.5)
        self._tally.waits.append(time.perf_counter() - started)

    async def history(self, http: aiohttp.ClientSession) -> list[str]:
        """What the server knows of the conversation: the messages' ids in order."""
        headers = {"Authorization": f"Bearer {self._tokens['session']}"}
        async with http.get(f"{self._url}/messages", headers=headers) as answer:
            return [turn["id"] for turn in (await answer.json())["turns"]]

    async def _once(self, http: aiohttp.ClientSession, name: str, text: str) -> dict[str, Any]:
        try:
            if not self._tokens:
                async with http.post(f"{self._url}/session") as answer:
                    if answer.status != 200:
                        return {"type": f"session {answer.status}"}
                    self._tokens = await answer.json()
            headers = {"Authorization": f"Bearer {self._tokens['session']}"}
            body = {"id": name, "text": text}
            async with http.post(f"{self._url}/messages", json=body, headers=headers) as answer:
                lines = [json.loads(line) for line in (await answer.text()).splitlines() if line]
                if answer.status != 200:
                    return {"type": "refused", **lines[0]["error"]}
                return lines[-1] if lines else {"type": "broken"}
        except (aiohttp.ClientError, asyncio.TimeoutError, json.JSONDecodeError, OSError) as error:
            return {"type": type(error).__name__}


async def rest_visitor(http: aiohttp.ClientSession, url: str, tally: Tally, until: float) -> None:
    """Somebody who comes over the REST channel, which knows no ids: only that no answer is silent is counted."""
    sender = uuid.uuid4().hex
    while time.monotonic() < until:
        body = {"sender": sender, "message": random.choice(MESSAGES)}
        try:
            async with http.post(
                f"{url}/webhooks/rest/webhook", json=body, headers={"Authorization": f"Bearer {TOKEN}"}
            ) as answer:
                said = await answer.json()
                if answer.status != 200 or not said or not said[0].get("text"):
                    tally.wrong.append(f"REST said {answer.status} {said}")
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            tally.excuses[f"REST {type(error).__name__}"] += 1
        await asyncio.sleep(random.uniform(0.5, 2))


def main() -> None:
    """Soak, and end with 1 if anything was lost, doubled, out of order or grew."""
    options = argparse.ArgumentParser(description="Visitors write while what serves them is killed.")
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--visitors", type=int, default=12)
    options.add_argument("--fake", action="store_true", help="take an agent that answers from a list")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="rls-soak-") as scratch, ExitStack() as stack:
        folder = Path(scratch)
        folder.chmod(0o755)
        ports = [free_port() for _ in range(3)]
        shared = stack.enter_context(redis(folder, ports[0]))
        database = stack.enter_context(postgres(folder, ports[1]))
        url = f"http://127.0.0.1:{ports[2]}"
        environment = {
            "RLS_PORT": str(ports[2]),
            "RLS_WORKERS": "2",
            "RLS_REDIS": f"redis://127.0.0.1:{ports[0]}/0",
            "RLS_CONVERSATIONS": f"postgresql://rls@127.0.0.1:{ports[1]}/postgres",
            "RLS_SECRET": "s" * 64,
            "RLS_SPOOL": str(folder / "spool"),
            "RLS_PID_FILE": str(folder / "pid"),
            "RLS_RASA_API_TOKEN": TOKEN,
            "RLS_CONSOLE": "false",
            "RLS_WEB_MESSAGES_PER_MINUTE": "100000",
            "RLS_WEB_REQUESTS_PER_MINUTE": "100000",
            "FAKE_MARKS": str(folder),
        }
        module = ["-m", "tests.faults.service"] if chosen.fake else ["-m", "bot.cli", "serve"]
        command = [sys.executable, *module]
        server = stack.enter_context(Running(command, folder, answers(f"{url}/ready"), "bot", ROOT, environment))
        problems = asyncio.run(_soak(url, server, shared, database, ports[1], chosen.minutes * 60, chosen.visitors))
        log = server.log.read_text(encoding="utf-8", errors="replace")
        for marker in ("Traceback", "ERROR"):
            print(f"{marker} in the log: {log.count(marker)}")
    print("\n".join(problems) or "nothing was lost, doubled, out of order or grew")
    sys.exit(bool(problems))


async def _soak(
    url: str, server: Running, shared: Running, database: Running, port: int, seconds: float, visitors: int
) -> list[str]:
    tally, began = Tally(), time.monotonic()
    until = began + seconds
    assert server.process
    chaos = asyncio.ensure_future(_chaos(server.process.pid, shared, database, seconds))
    watch = asyncio.ensure_future(_watch(server.process.pid, seconds))
    everybody: list[WebVisitor] = []

    async def come_and_go(http: aiohttp.ClientSession) -> None:
        while time.monotonic() < until:
            visitor = WebVisitor(url, tally)
            everybody.append(visitor)
            for _ in range(random.randint(2, 12)):
                await visitor.say(http, random.choice(MESSAGES))
                await asyncio.sleep(random.uniform(0, 1))
                if time.monotonic() >= until:
                    break

    # A connection of its own for each request, as different visitors have.
    async with aiohttp.ClientSession(timeout=PATIENCE, connector=aiohttp.TCPConnector(limit=0, force_close=True)) as http:
        await asyncio.gather(
            *(come_and_go(http) for _ in range(visitors)), *(rest_visitor(http, url, tally, until) for _ in range(2))
        )
        await chaos
        memory = await watch
        await asyncio.sleep(5)
        problems = list(tally.wrong)
        for visitor in everybody:
            kept = await visitor.history(http)
            if kept != visitor.sent:
                missing = [place for place, name in enumerate(visitor.sent, start=1) if name not in kept]
                stored = _stored(port, [visitor.sent[place - 1] for place in missing])
                problems.append(
                    f"a visitor sent {len(visitor.sent)}; history shows {len(kept)}, without numbers {missing}, "
                    f"of which the database has {stored}"
                )
    waits = sorted(tally.waits)
    sent = sum(len(visitor.sent) for visitor in everybody)
    print(f"{sent} messages of {len(everybody)} visitors in {seconds / 60:.0f} min, each with one reply")
    half, most = waits[len(waits) // 2], waits[int(len(waits) * 0.95)]
    print(f"half within {half:.2f} s, 95 % within {most:.2f} s, all within {waits[-1]:.1f} s")
    print(f"told to try again, or cut off: {dict(tally.excuses)}")
    return problems + _growth(memory)


def _stored(port: int, names: list[str]) -> int:
    """How many of these messages the database itself has."""
    import psycopg2

    with psycopg2.connect(f"postgresql://rls@127.0.0.1:{port}/postgres") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM turns WHERE message = ANY(%s)", (names,))
        return int(cursor.fetchone()[0])


async def _chaos(pid: int, shared: Running, database: Running, seconds: float) -> None:
    """Kill a worker every minute, and restart each server twice."""
    began = time.monotonic()
    restarts = {seconds * 0.3: shared, seconds * 0.45: database, seconds * 0.6: shared, seconds * 0.75: database}
    kills = [60.0 * minute for minute in range(1, int(seconds // 60))]
    for at in sorted([*kills, *restarts]):
        await asyncio.sleep(max(0.0, began + at - time.monotonic()))
        if at in restarts:
            print(f"{at:6.0f} s: restart of {restarts[at].log.stem}", flush=True)
            await asyncio.to_thread(_restart, restarts[at])
        else:
            workers = [child for child in family(pid)[1:] if _is_worker(child)]
            if len(workers) > 1:
                print(f"{at:6.0f} s: a worker is killed", flush=True)
                os.kill(random.choice(workers), signal.SIGKILL)


def _restart(server: Running) -> None:
    server.stop(signal.SIGQUIT if server.log.stem == "postgres" else signal.SIGKILL)
    time.sleep(2)
    server.start()


def _is_worker(pid: int) -> bool:
    try:
        return b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


async def _watch(pid: int, seconds: float) -> dict[int, list[tuple[float, int]]]:
    """Megabytes and open files of each worker, every ten seconds."""
    seen: dict[int, list[tuple[float, int]]] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for worker in filter(_is_worker, family(pid)[1:]):
            try:
                status = Path(f"/proc/{worker}/status").read_text()
                resident = int(status.split("VmRSS:")[1].split()[0]) / 1024
                files = len(list(Path(f"/proc/{worker}/fd").iterdir()))
            except (FileNotFoundError, ProcessLookupError, IndexError):
                continue
            seen.setdefault(worker, []).append((resident, files))
        await asyncio.sleep(10)
    return seen


def _growth(seen: dict[int, list[tuple[float, int]]]) -> list[str]:
    problems = []
    for worker, samples in seen.items():
        if len(samples) < 12:
            continue
        warm = samples[int(len(samples) * WARM) + 6 :] or samples
        first, last = warm[0], warm[-1]
        growth = last[0] / first[0] - 1
        grew, files = f"{first[0]:.0f} to {last[0]:.0f} MB ({growth:+.1%})", f"{first[1]} to {last[1]} open files"
        print(f"worker {worker}: {grew}, {files}, {len(samples)} samples")
        # A worker that lived for minutes only is still warming up.
        if len(samples) > 60 and growth > 0.05:
            problems.append(f"worker {worker} grew by {growth:.1%}")
        if last[1] > first[1] * 1.5 + 10:
            problems.append(f"worker {worker} holds {last[1]} files, {first[1]} after warm-up")
    return problems


if __name__ == "__main__":
    main()
