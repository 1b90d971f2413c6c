"""Workers behind one port: started, watched, replaced, ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.processes import free_port
from bot.settings import ROOT, Settings
from bot.supervisor import Unfit, check, listen

# A worker that says its process id; "/slow" takes a second, "/die" kills it.
WORKER = """
import os, signal, socket, sys, threading, time
listening, says, life = (int(number) for number in sys.argv[1:4])
if os.path.exists(os.environ["BROKEN"]):
    sys.exit(3)
threading.Thread(target=lambda: (os.read(life, 1), os._exit(0)), daemon=True).start()
stopping = False
def stop(*_):
    global stopping
    stopping = True
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGUSR1, lambda *_: open(os.environ["TOLD"], "a").write("told\\n"))
server = socket.socket(fileno=listening)
server.setblocking(False)
os.write(says, b"ready\\n"); os.close(says)
while not stopping:
    try:
        connection, _ = server.accept()
    except BlockingIOError:
        time.sleep(0.01); continue
    connection.setblocking(True)
    asked = connection.recv(1000).decode().split()[1]
    if asked == "/slow":
        time.sleep(1)
    if asked == "/die":
        os.kill(os.getpid(), 9)
    said = str(os.getpid()).encode()
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(said), said))
    connection.close()
"""
MAIN = """
import sys
from bot.settings import settings
from bot.supervisor import Supervisor, listen
Supervisor(settings(), listen(settings()), command=[sys.executable, sys.argv[1]]).run()
"""


class Supervised:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        (folder / "worker.py").write_text(WORKER)
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "RLS_PORT": str(self.port),
            "RLS_WORKERS": "2",
            "RLS_PID_FILE": str(folder / "pid"),
            "RLS_DRAIN_SECONDS": "5",
            "BROKEN": str(folder / "broken"),
            "TOLD": str(folder / "told"),
        }
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", MAIN, str(folder / "worker.py")], env=environment, stdout=log, stderr=log, cwd=folder
            )
        self.wait_for(lambda: len(self.pids()) == 2)

    def get(self, path: str = "/") -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def pids(self) -> set[str]:
        """The workers that answer."""
        found = set()
        for _ in range(12):
            try:
                found.add(self.get())
            except OSError:
                time.sleep(0.05)
        return found

    def wait_for(self, true: object, within: float = 15.0) -> None:
        until = time.monotonic() + within
        while not true():  # type: ignore[operator]
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.05)

    def log(self) -> str:
        return (self.folder / "log").read_text()


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    running = Supervised(tmp_path)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


def test_it_works(supervised: Supervised) -> None:
    assert (supervised.folder / "pid").read_text() == f"{supervised.process.pid}\n"
    with socket.create_connection(("127.0.0.1", supervised.port)) as slow:
        slow.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
        time.sleep(0.3)
        supervised.process.terminate()
        # What was under way is finished.
        assert slow.recv(1000).startswith(b"HTTP/1.1 200 OK")
    assert supervised.process.wait(15) == 0
    assert not (supervised.folder / "pid").exists()


def test_a_worker_that_dies_is_started_again(supervised: Supervised) -> None:
    before = supervised.pids()
    with pytest.raises(OSError):  # noqa: PT011  which of them depends on the moment
        supervised.get("/die")
    supervised.wait_for(lambda: len(supervised.pids()) == 2 and supervised.pids() != before)
    assert "another starts in 0.5 s" in supervised.log()


def test_a_rolling_restart_replaces_all_and_loses_nothing(supervised: Supervised) -> None:
    before = supervised.pids()
    supervised.process.send_signal(signal.SIGHUP)
    answered = 0
    until = time.monotonic() + 15
    while time.monotonic() < until and "all workers were replaced" not in supervised.log():
        supervised.get()
        answered += 1
    assert answered > 3
    assert not supervised.pids() & before


def test_workers_that_do_not_come_up_leave_the_old_ones(supervised: Supervised) -> None:
    before = supervised.pids()
    (supervised.folder / "broken").touch()
    supervised.process.send_signal(signal.SIGHUP)
    supervised.wait_for(lambda: "the others stay" in supervised.log())
    assert supervised.pids() == before


def test_all_workers_are_told_to_read_the_knowledge_again(supervised: Supervised) -> None:
    supervised.process.send_signal(signal.SIGUSR1)
    told = supervised.folder / "told"
    supervised.wait_for(lambda: told.exists() and told.read_text() == "told\n" * 2)


def test_workers_end_with_a_supervisor_that_is_killed(supervised: Supervised) -> None:
    supervised.process.kill()
    supervised.process.wait()
    with pytest.raises(OSError):  # noqa: PT012, PT011
        for _ in range(50):
            supervised.get()
            time.sleep(0.1)


def test_several_workers_need_redis() -> None:
    with pytest.raises(Unfit, match="RLS_REDIS"):
        check(Settings(workers=2, conversations="postgresql://db/rls"))


def test_several_workers_need_postgresql() -> None:
    with pytest.raises(Unfit, match="PostgreSQL"):
        check(Settings(workers=2, redis="redis://r", conversations="sqlite:///x.db"))


def test_one_worker_needs_nothing() -> None:
    check(Settings(workers=1, conversations="sqlite:///x.db"))


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unfit, match=f":{port} can't be listened on"):
            listen(Settings(host="127.0.0.1", port=port))
