"""One of several workers: run by `bot.supervisor`, which hands it a listening socket."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable

from bot.supervisor import READY


def main(serve: Callable[[socket.socket, Callable[[], None]], None] | None = None) -> None:
    """Serve on a socket that was inherited.

    Args:
        serve: serves on a socket and calls back when it is ready; by default the bot.
    """
    listening, says, life = (int(number) for number in sys.argv[1:4])
    if serve is None:
        from bot.lightness import leave_tensorflow_out
        from bot.logs import set_up

        set_up()
        leave_tensorflow_out()
        from bot.server import serve_on

        serve = serve_on
    threading.Thread(target=_end_with, args=(life,), daemon=True).start()
    serve(socket.socket(fileno=listening), lambda: _say_ready(says))


def _say_ready(says: int) -> None:
    os.write(says, READY)
    os.close(says)


def _end_with(life: int) -> None:
    """End when the supervisor is gone, however it went."""
    os.read(life, 1)
    os.kill(os.getpid(), 15)


if __name__ == "__main__":
    main()
