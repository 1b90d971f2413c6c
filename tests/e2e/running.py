"""A real server in a process of its own, which a test may kill and start again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from bench.processes import free_port
from tests.forked import Forked

READY_WITHIN = 90.0
FAKE = ("tests.e2e.fake_server",)
BOT = ("bot.cli", "serve")


class RunningServer:
    """A server on a free port: the one with a fake agent, or the bot itself.

    Args:
        folder: where it keeps what it keeps.
        command: the module that is run, and what follows on its command line.
        settings: further settings, without their prefix.
    """

    def __init__(self, folder: Path, command: Sequence[str] = FAKE, **settings: str) -> None:
        self.folder = folder
        self._command = command
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._settings = settings
        self._process: Forked | None = None

    @property
    def database(self) -> Path:
        return self.folder / "conversations.db"

    def start(self) -> None:
        environment = {
            **os.environ,
            "RLS_PORT": str(self.port),
            "RLS_CONVERSATIONS": f"sqlite:///{self.database}",
            "RLS_SPOOL": str(self.folder / "spool"),
            "RLS_SECRET_FILE": str(self.folder / "secret"),
            "RLS_PID_FILE": str(self.folder / "pid"),
            "FAKE_MARKS": str(self.folder),
            **{f"RLS_{name.upper()}": value for name, value in self._settings.items()},
        }
        self._process = Forked(self._command[0], environment, self.folder / "log", self._command[1:])
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                if requests.get(f"{self.url}/ready", timeout=5).ok:
                    return
            # It answers nobody while it loads.
            except requests.RequestException:
                pass
            time.sleep(0.05)
        self.stop(signal.SIGKILL)
        raise RuntimeError((self.folder / "log").read_text()[-4000:])

    @property
    def died(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def wait_until_dead(self) -> None:
        assert self._process
        self._process.wait(30)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int | None:
        """Its exit code, if it ran."""
        process, self._process = self._process, None
        if not process:
            return None
        process.send_signal(how)
        return process.wait(40)

    def restart(self) -> None:
        self.stop(signal.SIGKILL)
        self.start()
