from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

import pytest
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.touchup.service import TouchUp

from bot import drain as drains
from bot.drain import drain

ASK = b"GET /%s HTTP/1.1\r\nHost: here\r\n\r\n"
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
Stop = Callable[[], Awaitable[None]]


async def slow(request: Request) -> HTTPResponse:
    await asyncio.sleep(0.4)
    return response.text("at last")


async def never(request: Request) -> HTTPResponse:
    await asyncio.sleep(60)
    return response.text("too late")


@pytest.fixture(autouse=True)
def _sanic_again() -> Iterator[None]:
    """Sanic rewrites methods of its own for an application, from their source; the next one needs them as they were."""
    methods = [(owner, name, getattr(owner, name)) for owner, name in TouchUp._registry]
    yield
    for owner, name, method in methods:
        setattr(owner, name, method)


def with_server(visit: Callable[[Connect, Stop], Awaitable[None]], seconds: float = 5.0) -> None:
    """Call with what connects to a server, and with what stops it."""

    async def run() -> None:
        app = Sanic(f"drained-{time.monotonic_ns()}")
        app.config.MOTD = False
        app.add_route(slow, "/slow")
        app.add_route(never, "/never")
        listening = socket.create_server(("127.0.0.1", 0))
        address = listening.getsockname()
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        assert server
        await server.startup()
        await server.before_start()
        await server.after_start()
        writers = []

        async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            reader, writer = await asyncio.open_connection(*address)
            writers.append(writer)
            return reader, writer

        await visit(connect, lambda: drain(server, seconds))
        for writer in writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    asyncio.run(run())


def test_who_has_connected_and_not_asked_yet_is_answered() -> None:
    async def visit(connect: Connect, stop: Stop) -> None:
        reader, writer = await connect()
        stopping = asyncio.ensure_future(stop())
        await asyncio.sleep(0.3)
        writer.write(ASK % b"slow")
        assert b"at last" in await reader.read()
        await stopping

    with_server(visit)


def test_what_is_under_way_is_finished() -> None:
    async def visit(connect: Connect, stop: Stop) -> None:
        reader, writer = await connect()
        writer.write(ASK % b"slow")
        await asyncio.sleep(0.1)
        await stop()
        assert b"at last" in await reader.read()

    with_server(visit)


def test_who_was_answered_and_is_silent_is_let_go_at_once() -> None:
    async def visit(connect: Connect, stop: Stop) -> None:
        reader, writer = await connect()
        writer.write(ASK % b"slow")
        await reader.readuntil(b"at last")
        started = time.monotonic()
        await stop()
        assert time.monotonic() - started < drains.FIRST_WORD_WITHIN

    with_server(visit)


def test_who_connects_and_says_nothing_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drains, "FIRST_WORD_WITHIN", 0.2)

    async def visit(connect: Connect, stop: Stop) -> None:
        reader, _ = await connect()
        started = time.monotonic()
        await stop()
        assert time.monotonic() - started < 3
        assert await reader.read() == b""

    with_server(visit, seconds=60)


def test_what_takes_too_long_is_cut_off() -> None:
    async def visit(connect: Connect, stop: Stop) -> None:
        reader, writer = await connect()
        writer.write(ASK % b"never")
        await asyncio.sleep(0.1)
        await stop()
        assert b"too late" not in await _whatever_comes(reader)

    with_server(visit, seconds=0.3)


async def _whatever_comes(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""
