"""Servers that are forked off a process which has loaded what they need, since to load it takes nearly all of a start.

They are processes of their own on ports of their own, which a test may kill like any other.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

LOADED = "tests.loaded"


class Forked:
    """A process that runs the `main` of a module, with as much of `subprocess.Popen` as tests use.

    Args:
        module: its name.
        environment: all of it; the knowledge base is that of the tests' own settings.
        log: the file that what it says is added to.
        words: what follows on its command line.
    """

    def __init__(self, module: str, environment: Mapping[str, str], log: Path, words: Sequence[str] = ()) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([LOADED])
        # A daemon ends with the tests, whatever they come to.
        self._process = context.Process(target=_run, args=(module, dict(environment), log, words), daemon=True)
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Its exit code, once it has ended.

        Raises:
            TimeoutExpired: it has not.
        """
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(str(self._process.name), timeout)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def _run(module: str, environment: dict[str, str], log: Path, words: Sequence[str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = [module, *words]
    signal.signal(signal.SIGINT, signal.default_int_handler)

    from bot.settings import settings

    settings.cache_clear()
    import_module(module).main()
