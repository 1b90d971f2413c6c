"""Some of the server's routes, on a port of this machine, with a client that asks them."""

from __future__ import annotations

import itertools
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
from sanic import Blueprint, Sanic
from sanic.touchup.service import TouchUp

_numbers = itertools.count(1)


@contextmanager
def _sanic_again() -> Iterator[None]:
    """Sanic rewrites methods of its own for an application, from their source; the next one needs them as they were."""
    methods = [(owner, name, getattr(owner, name)) for owner, name in TouchUp._registry]
    try:
        yield
    finally:
        for owner, name, method in methods:
            setattr(owner, name, method)


@asynccontextmanager
async def asking(blueprint: Blueprint, prefix: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that has these routes only."""
    app = Sanic(f"asked-{next(_numbers)}", configure_logging=False)
    app.config.MOTD = False
    app.blueprint(blueprint, url_prefix=prefix)
    with _sanic_again(), socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        assert server
        await server.startup()
        await server.before_start()
        await server.after_start()
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                yield client
        finally:
            server.close()
            await server.wait_closed()
