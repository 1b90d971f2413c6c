"""A real server in a process of its own, which a test may kill and start again."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import requests

from tests.forked import Forked

READY_WITHIN = 90.0


class RunningServer:
    """The fake server on a free port.

    Args:
        folder: where it keeps what it keeps.
        settings: further settings, without their prefix.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
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
            "FAKE_MARKS": str(self.folder),
            **{f"RLS_{name.upper()}": value for name, value in self._settings.items()},
        }
        self._process = Forked("tests.e2e.fake_server", environment, self.folder / "log")
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                if requests.get(f"{self.url}/ready", timeout=5).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text()[-4000:])

    @property
    def died(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def wait_until_dead(self) -> None:
        assert self._process
        self._process.wait(30)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process:
            if self._process.poll() is None:
                self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def restart(self) -> None:
        self.stop(signal.SIGKILL)
        self.start()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
