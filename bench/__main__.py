"""Side by side with stock Rasa: throughput, waits, long conversations, start, training, memory, accuracy.

Run as `make bench`, which takes a quarter of an hour, and longer the first time, when stock Rasa is trained. Both answer the
same messages over the same REST channel with an SQL tracker store, on the same machine in the same run. Where there is no such
time at a stretch, `python -m bench --stage ours` and so on measure one after the other; what the others gave last is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from bench import page, stock
from bench.load import Address, around, long_conversation, measure
from bench.processes import Running, answers, free_port, installed, postgres, redis, timed
from bot.settings import ROOT

TOKEN = "bench"
CLIENTS = (1, 16, 64)
EARLY = 5
MESSAGES = sorted((ROOT / "tests" / "data").glob("*_own.jsonl"))
# In this order; "workers" is ours with two of them.
STAGES = ("floor", "ours", "workers", "stock", "accuracy")
# Measured apart, so that this process need not load anything.
FLOOR = """
import statistics, time
from bench.load import MESSAGES
from bot.nlu.encoder import SentenceEncoder
encoder, waits = SentenceEncoder(), []
for _ in range(40):
    for text in MESSAGES:
        started = time.perf_counter(); encoder.encode([text]); waits.append((time.perf_counter() - started) * 1000)
print(statistics.median(waits[len(MESSAGES):]))
"""


def main() -> None:
    """Measure, print, write docs/benchmarks.md."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=15, help="how long each number of clients writes")
    options.add_argument("--turns", type=int, default=500, help="length of the long conversation")
    options.add_argument("--messages", type=Path, nargs="*", default=MESSAGES, help="labelled messages to score both on")
    options.add_argument("--stage", choices=STAGES, action="append", help="measure only this, which may be named several times")
    options.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md")
    chosen = options.parse_args()
    stock.KEPT.mkdir(parents=True, exist_ok=True)
    for stage in chosen.stage or STAGES:
        print(f"{stage} …", file=sys.stderr, flush=True)
        try:
            found = _found(stage, chosen)
        except Skipped as reason:
            print(f"{stage}: left out, {reason}", file=sys.stderr)
            found = None
        _kept(stage).write_text(json.dumps(found), encoding="utf-8")
    missing = [stage for stage in STAGES if not _kept(stage).exists()]
    if missing:
        sys.exit(f"no page is written yet: {', '.join(missing)} is still to be measured")
    parts = {stage: json.loads(_kept(stage).read_text(encoding="utf-8")) for stage in STAGES}
    result = {
        "at": datetime.now(timezone.utc).strftime("%d %B %Y"),
        "cores": os.cpu_count(),
        "floor": parts["floor"],
        "turns": chosen.turns,
        "epochs": stock.EPOCHS,
        "examples": stock.EXAMPLES,
        "rows": {"ours": parts["ours"], "ours, 2 workers": parts["workers"], "stock": parts["stock"]},
        "accuracy": parts["accuracy"],
    }
    print(page.table(result))
    page.write(result, chosen.page)


class Skipped(RuntimeError):
    """A measurement needs what this machine has not."""


def _kept(stage: str) -> Path:
    return stock.KEPT / f"{stage}.json"


def _found(stage: str, chosen: argparse.Namespace) -> Any:
    """What a stage measures.

    Raises:
        Skipped: it can't be measured here.
    """
    if stage == "floor":
        return _floor()
    if stage == "accuracy":
        return _accuracy(chosen.messages)
    with tempfile.TemporaryDirectory(prefix="rls-bench-") as scratch:
        folder = Path(scratch)
        if stage == "workers":
            with _ours(folder, 2) as (address, running):
                return _measure(address, running, chosen.seconds, 0)
        if stage == "ours":
            training, served = _train_ours(), _ours(folder, 1)
        else:
            project = stock.project()
            training, served = project.training, _stock(folder, project)
        with served as (address, running):
            return {"training": training, **_measure(address, running, chosen.seconds, chosen.turns)}


def _measure(address: Address, running: list[Running], seconds: float, turns: int) -> dict[str, Any]:
    """What one bot is like; the first of what runs is its server."""
    for each in running:
        each.settle()
    row: dict[str, Any] = {"start": max(each.started_in for each in running), "load": os.getloadavg()[0], "clients": {}}
    for clients in CLIENTS:
        before = [each.processor for each in running]
        seen = measure(address, clients, seconds)
        spent = [each.processor - so_far for each, so_far in zip(running, before, strict=True)]
        row["clients"][str(clients)] = {
            "processor": {each.log.stem: 1000 * taken / len(seen.waits) for each, taken in zip(running, spent, strict=True)},
            "per_second": seen.per_second,
            "p50": seen.quantile(0.5),
            "p95": seen.quantile(0.95),
            "p99": seen.quantile(0.99),
            "failed": seen.failed,
        }
    row["memory"] = sum(each.memory for each in running if each.log.stem not in ("redis", "postgres"))
    if turns:
        waits = long_conversation(address, turns)
        row["early"], row["late"] = around(waits, EARLY), around(waits, turns - 5)
        row["waits"] = waits[:: max(1, turns // 100)]
    return row


@contextmanager
def _ours(folder: Path, workers: int) -> Iterator[tuple[Address, list[Running]]]:
    port, home = free_port(), folder / f"ours-{workers}"
    home.mkdir()
    environment = {
        "RLS_PORT": str(port),
        "RLS_CONVERSATIONS": f"sqlite:///{home / 'conversations.db'}",
        "RLS_SECRET_FILE": str(home / "secret"),
        "RLS_RASA_API_TOKEN": TOKEN,
        "RLS_SPOOL": str(home / "spool"),
        "RLS_PID_FILE": str(home / "pid"),
        "RLS_CONSOLE": "false",
    }
    with ExitStack() as stack:
        beside: list[Running] = []
        if workers > 1:
            if not installed("redis-server", "postgres"):
                raise Skipped("redis-server or PostgreSQL is not installed")
            redis_port, sql_port = free_port(), free_port()
            beside = [stack.enter_context(redis(home, redis_port))]
            home.chmod(0o755)
            folder.chmod(0o755)
            beside.append(stack.enter_context(postgres(home, sql_port)))
            environment |= {
                "RLS_WORKERS": str(workers),
                "RLS_REDIS": f"redis://127.0.0.1:{redis_port}/0",
                "RLS_SECRET": "s" * 64,
                "RLS_CONVERSATIONS": f"postgresql://rls@127.0.0.1:{sql_port}/postgres",
            }
        command = [sys.executable, "-m", "bot.cli", "serve"]
        server = Running(command, home, answers(f"http://127.0.0.1:{port}/ready"), "ours", ROOT, environment)
        stack.enter_context(server)
        yield Address(f"http://127.0.0.1:{port}/webhooks/rest/webhook", {"token": TOKEN}), [server, *beside]


@contextmanager
def _stock(folder: Path, project: stock.Project) -> Iterator[tuple[Address, list[Running]]]:
    port, actions, home = free_port(), free_port(), folder / "stock"
    home.mkdir()
    (home / "endpoints.yml").write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n"
        f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {home / 'conversations.db'}\n",
        encoding="utf-8",
    )
    environment = {"RASA_TELEMETRY_ENABLED": "false"}
    rasa = stock.BIN / "rasa"
    run = [rasa, "run", "-m", project.model, "--port", str(port), "--endpoints", home / "endpoints.yml", "--credentials",
           project.folder / "credentials.yml"]  # fmt: skip
    act = [rasa, "run", "actions", "--port", str(actions), "--actions", "actions.actions"]
    with (
        Running(act, home, answers(f"http://127.0.0.1:{actions}/health"), "actions", project.folder, environment) as acting,
        Running(run, home, answers(f"http://127.0.0.1:{port}/"), "stock", project.folder, environment) as server,
    ):
        address = Address(f"http://127.0.0.1:{port}/webhooks/rest/webhook", {})
        # Stock Rasa answers at its root before its model is loaded; the first message waits for it.
        started = time.perf_counter()
        while not measure(address, 1, 0.1).waits:
            time.sleep(0.1)
        server.started_in += time.perf_counter() - started
        yield address, [server, acting]


def _floor() -> float:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FLOOR], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _train_ours() -> dict[str, float]:
    """The seconds that our training takes from nothing; kept with the content that was trained."""
    from bot.training import model_path

    wanted = model_path()
    kept = stock.KEPT / f"{wanted.stem}.json"
    if not (kept.exists() and wanted.exists()):
        print("training ours …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as fresh:
            command, log = [sys.executable, "-m", "bot.cli", "train"], stock.KEPT / "ours-training.log"
            kept.write_text(json.dumps(timed(command, ROOT, {"RLS_MODELS": fresh}, log)), encoding="utf-8")
            if not wanted.exists():
                shutil.copy(Path(fresh) / wanted.name, wanted)
    taken: dict[str, float] = json.loads(kept.read_text(encoding="utf-8"))
    return taken


def _accuracy(messages: list[Path]) -> str:
    """A table of what both make of labelled messages; in a process of its own, which keeps quiet."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.accuracy", *map(str, messages)]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
