"""Several workers behind one port: one process that answers nothing itself, starts them, watches them and replaces them.

- A worker that dies is started again, after a pause that grows while it goes on dying.
- SIGHUP replaces the workers one after another: a new one is ready before an old one stops, so that no turn is lost.
- SIGUSR1 lets every worker read the knowledge base again.
- SIGTERM lets every worker finish what is under way, and ends.
"""

from __future__ import annotations

import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings

logger = logging.getLogger(__name__)

WORKER = (sys.executable, "-m", "bot.worker")
READY = b"ready\n"
# A worker loads a model before it is ready, which takes half a minute on a busy machine.
READY_WITHIN = 300.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# Whoever lived this long has not died of how it was started.
STEADY = 60.0
BACKLOG = 1024
METRICS = "PROMETHEUS_MULTIPROC_DIR"


class Unfit(RuntimeError):
    """The settings don't fit several workers; the message says how to mend them."""


class StartFailed(RuntimeError):
    """No worker came up; its own words are in the log."""


def check(options: Settings) -> None:
    """Refuse what several workers can't share.

    Raises:
        Unfit: a setting is missing or names what only one process can use.
    """
    if options.workers < 2:
        return
    if not options.redis:
        raise Unfit(f"RLS_WORKERS={options.workers} needs RLS_REDIS, in which workers keep the order of messages")
    if options.conversations.startswith("sqlite"):
        raise Unfit(
            f"RLS_WORKERS={options.workers} needs PostgreSQL: set RLS_CONVERSATIONS to postgresql://…; SQLite is for one"
        )


def listen(options: Settings) -> socket.socket:
    """The socket that all workers take connections from.

    Raises:
        Unfit: the address can't be had.
    """
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((options.host, options.port))
    except OSError as error:
        listening.close()
        raise Unfit(f"{options.host}:{options.port} can't be listened on ({error.strerror}); set RLS_PORT") from None
    listening.listen(BACKLOG)
    listening.setblocking(False)
    return listening


@dataclass
class Worker:
    """A worker process.

    Attributes:
        said: reads what it says of itself: that it is ready.
        started: when, by the monotonic clock.
    """

    process: subprocess.Popen[bytes]
    said: int
    started: float
    ready: bool = False

    def close(self) -> None:
        """Forget what it says."""
        os.close(self.said)


class Supervisor:
    """Keeps a number of workers running.

    Args:
        options: the settings.
        listening: the socket that workers take connections from.
        renew: called before workers are replaced, such as to train; raises to leave them as they are.
        command: what a worker is; it gets the numbers of three open files: the socket, one to say on that it is ready, and one
            that ends when the supervisor does.
    """

    def __init__(
        self,
        options: Settings,
        listening: socket.socket,
        renew: Callable[[], None] = lambda: None,
        command: Sequence[str] = WORKER,
    ) -> None:
        self._options = options
        self._listening = listening
        self._renew = renew
        self._command = tuple(command)
        self._workers: list[Worker] = []
        self._failures = 0
        self._next_start = 0.0
        self._signals: list[signal.Signals] = []
        self._life, self._alive = os.pipe()
        self._wakes, self._wake = socket.socketpair()

    def run(self) -> None:
        """Run until SIGTERM or SIGINT.

        Raises:
            StartFailed: the first worker ended before it was ready.
        """
        self._wakes.setblocking(False)
        self._wake.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGCHLD):
            signal.signal(number, lambda given, _: self._signals.append(signal.Signals(given)))
        metrics = tempfile.mkdtemp(prefix="rls-metrics-")
        os.environ[METRICS] = metrics
        self._options.pid_file.parent.mkdir(parents=True, exist_ok=True)
        self._options.pid_file.write_text(f"{os.getpid()}\n", encoding="utf-8")
        try:
            self._first()
            while self._step():
                pass
        finally:
            self._stop(self._workers)
            self._options.pid_file.unlink(missing_ok=True)
            shutil.rmtree(metrics, ignore_errors=True)

    def _first(self) -> None:
        # One alone first: what stops it would stop each.
        worker = self._start()
        if not self._wait_ready(worker):
            raise StartFailed("no worker came up; what is wrong stands above")
        print(f"RLS Guide answers at http://{self._options.host}:{self._options.port}/", flush=True)

    def _step(self) -> bool:
        """One round; False when it is time to end."""
        pause = 1.0 if len(self._workers) == self._options.workers else max(0.05, self._next_start - time.monotonic())
        readable, _, _ = select.select([self._wakes, *(w.said for w in self._workers if not w.ready)], [], [], min(pause, 1.0))
        if self._wakes in readable:
            self._wakes.recv(4096)
        for worker in self._workers:
            if worker.said in readable:
                worker.ready = os.read(worker.said, len(READY)) == READY or worker.ready
        while self._signals:
            given = self._signals.pop(0)
            if given in (signal.SIGTERM, signal.SIGINT):
                return False
            if given is signal.SIGHUP:
                self._replace()
            elif given is signal.SIGUSR1:
                for worker in self._workers:
                    worker.process.send_signal(signal.SIGUSR1)
        self._bury()
        if len(self._workers) < self._options.workers and time.monotonic() >= self._next_start:
            self._start()
        return True

    def _start(self) -> Worker:
        said, says = os.pipe()
        given = (self._listening.fileno(), says, self._life)
        process = subprocess.Popen([*self._command, *map(str, given)], pass_fds=given, stdin=subprocess.DEVNULL)
        os.close(says)
        worker = Worker(process, said, time.monotonic())
        self._workers.append(worker)
        return worker

    def _wait_ready(self, worker: Worker) -> bool:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until and worker.process.poll() is None:
            if any(given in (signal.SIGTERM, signal.SIGINT) for given in self._signals):
                break
            readable, _, _ = select.select([worker.said], [], [], 0.2)
            if readable:
                worker.ready = os.read(worker.said, len(READY)) == READY
                return worker.ready
        return False

    def _bury(self) -> None:
        for worker in [each for each in self._workers if each.process.poll() is not None]:
            self._workers.remove(worker)
            worker.close()
            forget_metrics(worker.process.pid)
            lived = time.monotonic() - worker.started
            self._failures = 1 if worker.ready and lived > STEADY else self._failures + 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self._failures - 1))
            self._next_start = time.monotonic() + pause
            logger.error(
                "worker %d ended with %s; another starts in %.1f s", worker.process.pid, worker.process.returncode, pause
            )

    def _replace(self) -> None:
        """New workers for old, one at a time."""
        try:
            self._renew()
        except Exception as error:
            logger.error("workers stay as they are: %s", error)
            return
        for old in list(self._workers):
            new = self._start()
            if not self._wait_ready(new):
                logger.error("a new worker did not come up; the others stay as they are")
                self._stop([new])
                return
            self._stop([old])
        logger.warning("all workers were replaced")

    def _stop(self, workers: Sequence[Worker]) -> None:
        for worker in workers:
            if worker.process.poll() is None:
                worker.process.terminate()
        until = time.monotonic() + self._options.drain_seconds + 5
        for worker in list(workers):
            try:
                worker.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
            if worker in self._workers:
                self._workers.remove(worker)
            worker.close()
            forget_metrics(worker.process.pid)


def forget_metrics(pid: int) -> None:
    """Drop the gauges of a worker that is gone; what it counted stays counted."""
    folder = os.environ.get(METRICS)
    if folder:
        for path in Path(folder).glob(f"gauge_live*_{pid}.db"):
            path.unlink(missing_ok=True)
