"""Visitors write for a long time while what serves them is killed; afterwards everything is counted.

    python -m bench.soak --minutes 30

Two workers with PostgreSQL and Redis. A worker is killed every minute; PostgreSQL and Redis are each restarted twice. Visitors
come by the web channel, by Rasa's REST channel and, with providers that are played here, by Telegram and Slack. Who writes on
the web sends a message again, with the same id, until it has a reply, and a provider until it was taken. In the end the
database must hold what was sent, once and in order, and memory and open files must be what they were after warm-up.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.load import MESSAGES
from bench.processes import Running, answers, family, free_port, postgres, redis
from bench.visitors import TOKEN, AppVisitor, Tally, WebVisitor, rest_visitor
from bot.settings import ROOT
from tests.channels.messaging.slack_standin import SlackStandIn
from tests.channels.messaging.telegram_standin import TelegramStandIn

PATIENCE = aiohttp.ClientTimeout(total=40)
WARM = 0.2


@dataclass(frozen=True)
class Faults:
    """What is done to the service while visitors write, and for how long."""

    seconds: float
    kill_every: float
    restarts: int
    redis: Running
    postgres: Running

    def plan(self) -> list[tuple[float, Running | None]]:
        """When a server is restarted or, where there is none, a worker killed."""
        kills = [self.kill_every * number for number in range(1, int(self.seconds // self.kill_every))]
        # In the middle, so that there is a time before and a time after.
        apart = 0.45 * self.seconds / max(1, 2 * self.restarts - 1)
        servers = [self.redis, self.postgres] * self.restarts
        restarts = [(0.3 * self.seconds + apart * number, server) for number, server in enumerate(servers)]
        return sorted([*((at, None) for at in kills), *restarts], key=lambda fault: fault[0])


def main() -> None:
    """Soak, and end with 1 if anything was lost, doubled, out of order or grew."""
    options = argparse.ArgumentParser(description="Visitors write while what serves them is killed.")
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--visitors", type=int, default=12)
    options.add_argument("--kill-every", type=float, default=60, help="seconds from one killed worker to the next")
    options.add_argument("--restarts", type=int, default=2, help="how often PostgreSQL and Redis are each restarted")
    options.add_argument("--log", type=Path, help="where to keep what the server logged")
    options.add_argument("--fake", action="store_true", help="take an agent that answers from a list")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="rls-soak-") as scratch, ExitStack() as stack:
        folder = Path(scratch)
        folder.chmod(0o755)
        ports = [free_port() for _ in range(3)]
        telegram, slack = stack.enter_context(closing(TelegramStandIn())), stack.enter_context(closing(SlackStandIn()))
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
            **{f"RLS_{name.upper()}": value for name, value in {**telegram.settings, **slack.settings}.items()},
            "RLS_TELEGRAM_API": telegram.url,
            "RLS_SLACK_API": slack.api,
        }
        module = ["-m", "tests.faults.service"] if chosen.fake else ["-m", "bot.cli", "serve"]
        command = [sys.executable, *module]
        server = stack.enter_context(Running(command, folder, answers(f"{url}/ready"), "bot", ROOT, environment))
        faults = Faults(chosen.minutes * 60, chosen.kill_every, chosen.restarts, shared, database)
        apps = [make() for make in (lambda: AppVisitor.telegram(url, telegram), lambda: AppVisitor.slack(url, slack)) * 2]
        try:
            problems = asyncio.run(_soak(url, server, faults, ports[1], chosen.visitors, apps))
        finally:
            log = server.log.read_text(encoding="utf-8", errors="replace")
            if chosen.log:
                chosen.log.write_text(log, encoding="utf-8")
        problems += [*telegram.refused, *slack.refused]
        for marker in ("Traceback", "ERROR"):
            print(f"{marker} in the log: {log.count(marker)}")
    print("\n".join(problems) or "nothing was lost, doubled, out of order or grew")
    sys.exit(bool(problems))


async def _soak(url: str, server: Running, faults: Faults, port: int, visitors: int, apps: list[AppVisitor]) -> list[str]:
    tally, began, seconds = Tally(), time.monotonic(), faults.seconds
    until = began + seconds
    assert server.process
    chaos = asyncio.ensure_future(_chaos(server.process.pid, faults))
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
            *(come_and_go(http) for _ in range(visitors)),
            *(rest_visitor(http, url, tally, until) for _ in range(2)),
            *(app.write(tally, until) for app in apps),
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
    problems += _unlike(tally.sent, _kept(port))
    print(f"{dict(tally.sent)} messages in {seconds / 60:.0f} min; on the web of {len(everybody)} visitors")
    for where, waits in (("web", sorted(tally.waits)), ("apps", sorted(tally.app_waits))):
        half, most = waits[len(waits) // 2], waits[int(len(waits) * 0.95)]
        print(f"{where}: half answered within {half:.2f} s, 95 % within {most:.2f} s, all within {waits[-1]:.1f} s")
    print(f"told to try again, or cut off: {dict(tally.excuses)}")
    return problems + _growth(memory)


def _stored(port: int, names: list[str]) -> int:
    """How many of these messages the database itself has."""
    ((number,),) = _rows(port, "SELECT count(*) FROM turns WHERE message = ANY(%s)", names)
    return int(number)


def _kept(port: int) -> dict[str, int]:
    """How many turns of each channel the database has."""
    return dict(_rows(port, "SELECT channel, count(*) FROM turns GROUP BY channel"))


def _rows(port: int, query: str, *values: object) -> list[tuple[Any, ...]]:
    import psycopg2

    with psycopg2.connect(f"postgresql://rls@127.0.0.1:{port}/postgres") as connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _unlike(sent: Counter[str], kept: dict[str, int]) -> list[str]:
    """Where the log holds less than was answered, or more than was sent; REST may have been cut off after it was kept."""
    print(f"kept: {kept}")
    return [
        f"{channel}: {number} messages, {kept.get(channel, 0)} in the log"
        for channel, number in sent.items()
        if kept.get(channel, 0) < number or (channel != "rest" and kept[channel] > number)
    ]


async def _chaos(pid: int, faults: Faults) -> None:
    """Kill workers and restart servers when it is time."""
    began = time.monotonic()
    for at, server in faults.plan():
        await asyncio.sleep(max(0.0, began + at - time.monotonic()))
        if server:
            print(f"{at:6.0f} s: restart of {server.log.stem}", flush=True)
            await asyncio.to_thread(_restart, server)
            continue
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
        # A worker that lived for minutes only is still warming up, and opens its connections as it needs them.
        if len(samples) <= 60:
            continue
        if growth > 0.05:
            problems.append(f"worker {worker} grew by {growth:.1%}")
        if last[1] > first[1] * 1.5 + 10:
            problems.append(f"worker {worker} holds {last[1]} files, {first[1]} after warm-up")
    return problems


if __name__ == "__main__":
    main()
