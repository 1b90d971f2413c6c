"""How a server stops: it takes nothing new, finishes what is under way, and closes."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from sanic.server.async_server import AsyncioServer
from sanic.server.protocols.http_protocol import HttpProtocol

LOOK_EVERY = 0.05
# Whoever has just connected is about to ask, and would be left without a word.
FIRST_WORD_WITHIN = 2.0


async def drain(server: AsyncioServer, seconds: float) -> None:
    """Stop a server that has started.

    Args:
        seconds: how long what is under way may take; then it is cut off.
    """
    closing = server.close()
    began = time.monotonic()
    await server.before_stop()
    while True:
        # Before the first look, so that what was accepted a moment ago is among the connections.
        await asyncio.sleep(LOOK_EVERY)
        waited = time.monotonic() - began
        for connection in list(server.connections):
            if _has_asked(connection) or waited > FIRST_WORD_WITHIN:
                # Whoever asks again on an open connection is to ask another worker.
                connection.keep_alive_timeout = 0
                connection.close_if_idle()
        if not server.connections or waited > seconds:
            break
    for connection in list(server.connections):
        connection.abort()
    if closing:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(closing, 1)
    await server.after_stop()
    server.app.shutdown_tasks(1)


def _has_asked(connection: HttpProtocol) -> bool:
    return bool(connection.state["requests_count"])
