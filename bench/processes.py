"""Servers that are started for a measurement or a test: a process, its port, its log, its memory."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

POSTGRES = Path("/usr/lib/postgresql/15/bin")
STARTS_WITHIN = 300.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Running:
    """A process that runs until the block ends.

    Args:
        command: what to run.
        folder: where its log is kept.
        ready: returns whether it answers.
        name: of its log.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        folder: Path,
        ready: Callable[[], bool],
        name: str,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command = [str(word) for word in command]
        self._cwd = cwd or folder
        self._environment = {**os.environ, **(environment or {})}
        self._ready = ready
        self.log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.started_in = 0.0

    def __enter__(self) -> Running:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and wait until it answers.

        Raises:
            RuntimeError: it ended, or did not answer in time; with the end of its log.
        """
        began = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, cwd=self._cwd, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        while time.perf_counter() - began < STARTS_WITHIN:
            if self._ready():
                self.started_in = time.perf_counter() - began
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        end = self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
        self.stop(signal.SIGKILL)
        raise RuntimeError(f"{self._command[0]} did not come up: {end}")

    def settle(self) -> None:
        """Wait until it and its children do nothing more, such as workers that start behind the first."""
        before, until = -1.0, time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until and self.processor - before > 0.1:
            before = self.processor
            time.sleep(1)

    def stop(self, how: signal.Signals = signal.SIGTERM, within: float = 30.0) -> int | None:
        """End it and all that it started; its exit code."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return process.returncode

    @property
    def processor(self) -> float:
        """Seconds of processor time that it and its children have taken."""
        assert self.process
        return sum(_ticks(pid) for pid in family(self.process.pid)) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> float:
        """Megabytes that it and its children hold, shared pages counted once."""
        assert self.process
        return sum(_proportional(pid) for pid in family(self.process.pid)) / 1024


def timed(command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str], log: Path) -> dict[str, float]:
    """Run a program to its end: its seconds by the clock, and those of the processor, which others' work does not change.

    Raises:
        CalledProcessError: it failed; the log says why.
    """
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with log.open("wb") as said:
        words = [str(word) for word in command]
        subprocess.run(words, cwd=cwd, env={**os.environ, **environment}, stdout=said, stderr=said, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": time.perf_counter() - began, "processor": spent}


def answers(url: str) -> Callable[[], bool]:
    """Whether an address answers with success."""

    def ready() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return ready


def listens(port: int) -> Callable[[], bool]:
    """Whether somebody listens on a port."""

    def ready() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ready


def redis(folder: Path, port: int) -> Running:
    """A Redis server that keeps nothing."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    return Running(command, folder, listens(port), "redis")


def postgres(folder: Path, port: int) -> Running:
    """A PostgreSQL server with a user and a database `rls`; it refuses to run as root, so it runs as its own user then."""
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    data = folder / "postgres"
    if not data.exists():
        data.mkdir()
        if as_user:
            shutil.chown(data, "postgres", "postgres")
        make = [*as_user, POSTGRES / "initdb", "-D", data, "-U", "rls", "-A", "trust", "--no-sync"]
        subprocess.run([str(word) for word in make], check=True, capture_output=True, cwd="/")
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    server = [*as_user, POSTGRES / "postgres", "-D", data, *options.replace("''", "").split()]
    return Running(server, folder, _accepts(port), "postgres", cwd=Path("/"))


def _accepts(port: int) -> Callable[[], bool]:
    import psycopg2

    def ready() -> bool:
        try:
            connection = psycopg2.connect(host="127.0.0.1", port=port, user="rls", dbname="postgres", connect_timeout=2)
        except psycopg2.OperationalError:
            return False
        connection.close()
        return True

    return ready


def installed(*programs: str) -> bool:
    """Whether all of these servers are there."""
    return all(shutil.which(program) or (POSTGRES / program).exists() for program in programs)


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _ticks(pid: int) -> int:
    try:
        # In user and system mode, of the process and of its children that have ended.
        taken = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, taken))


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
