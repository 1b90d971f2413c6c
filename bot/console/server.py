"""The console's own server, alone or beside the bot's."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import uvicorn

from bot.console.app import make_app
from bot.console.database import archive
from bot.settings import Settings, settings

# Set for a console that runs beside the bot: it ends when its standard input does, however the bot's process died.
BESIDE = "RLS_CONSOLE_BESIDE"


def run(given: Settings | None = None) -> None:
    """Serve until stopped.

    Raises:
        ValueError: a setting can't be taken.
    """
    chosen = given or settings()
    app = make_app(archive(chosen), chosen)
    config = uvicorn.Config(
        app,
        host=chosen.console_host,
        port=chosen.console_port,
        log_level="warning",
        access_log=False,
        server_header=False,
        # The console has none, and Rasa holds the library for it too old for this server.
        ws="none",
        # Proxies are believed by our own setting.
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    if os.environ.get(BESIDE):
        threading.Thread(target=_end_with_input, args=(server,), daemon=True).start()
    shown = chosen.console_url or f"http://{chosen.console_host}:{chosen.console_port}/"
    print(f"The staff console is at {shown}", flush=True)
    server.run()


@contextlib.contextmanager
def beside() -> Iterator[None]:
    """Run the console in a process of its own for as long as the bot's server runs, unless it is switched off.

    A process of its own, so that a large export never delays a visitor; in the same group, so that what stops the one
    stops the other.
    """
    if not settings().console or os.environ.get(BESIDE):
        yield
        return
    child = subprocess.Popen(
        [sys.executable, "-m", "bot.console"], stdin=subprocess.PIPE, env={**os.environ, BESIDE: "1"}, close_fds=True
    )
    try:
        yield
    finally:
        assert child.stdin
        with contextlib.suppress(OSError):
            child.stdin.close()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _end_with_input(server: uvicorn.Server) -> None:
    with contextlib.suppress(OSError, ValueError):
        while os.read(0, 1024):
            pass
    server.should_exit = True
