"""A provider's HTTP API on this machine: checks every request by what the provider documents, and fails when it is told to.

A provider's stand-in is a subclass that names the schemas of its requests (`schemas`), what else it checks (`check`), and what
it answers (`answer`).
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jsonschema
from aiohttp import web

from bench.processes import free_port


@dataclass(frozen=True)
class Call:
    """A request as it came: `body` is JSON or a form's fields, `files` the parts with a file's name."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    raw: bytes = b""
    at: float = field(default_factory=time.time)

    @property
    def key(self) -> str:
        """What tells a repeated request from a new one."""
        return self.headers.get("Idempotency-Key", "")


@dataclass(frozen=True)
class Fault:
    """An answer instead of the ordinary one. A status of 0 cuts the connection after the request was taken."""

    status: int
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)
    # Whether the provider has taken the request all the same, as one that fails behind the door does.
    taken: bool = False


class StandIn:
    """Runs in a thread of its own.

    Attributes:
        taken: the requests that the provider took, in order.
        refused: what was wrong with the others; a test that expects none must say so.
        faults: given one a request, before anything else.
        fault: decides for each request, where `faults` is empty.
        delay: seconds that each answer takes.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.calls: list[Call] = []
        self.taken: list[Call] = []
        self.refused: list[str] = []
        self.faults: deque[Fault] = deque()
        self.fault: Callable[[Call], Fault | None] = lambda call: None
        self.delay = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner: web.AppRunner | None = None
        self._changed = threading.Condition()
        self.up()

    # For tests.

    def up(self) -> None:
        """Be there."""
        self._run(self._start())

    def down(self) -> None:
        """Be gone: connections are refused."""
        self._run(self._stop())

    def close(self) -> None:
        """Give everything back."""
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def forget(self) -> None:
        """Start anew for the next test."""
        self.calls.clear()
        self.taken.clear()
        self.refused.clear()
        self.faults.clear()
        self.fault = lambda call: None
        self.delay = 0.0

    def wait(self, until: Callable[[], Any], seconds: float = 15.0) -> Any:
        """Wait until something holds; what it holds."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                held = until()
                if held:
                    return held
                left = deadline - time.monotonic()
                assert left > 0, f"not within {seconds} s; taken: {len(self.taken)}, refused: {self.refused}"
                self._changed.wait(min(left, 0.05))

    # For a provider.

    def schemas(self, call: Call) -> dict[str, Any] | None:
        """The JSON schema of a request's body; None where the provider has no such request."""
        raise NotImplementedError

    def check(self, call: Call) -> None:
        """What a schema can't say, such as the authorisation.

        Raises:
            AssertionError: with what is wrong.
        """

    def answer(self, call: Call) -> tuple[int, Any]:
        """Status and JSON (or text) of the answer to a request that was taken."""
        raise NotImplementedError

    def refusal(self, why: str) -> tuple[int, Any]:
        """Status and JSON of the answer to a request that does not fit."""
        return 400, {"error": why}

    # The server.

    def _run(self, task: Any) -> None:
        asyncio.run_coroutine_threadsafe(task, self._loop).result(15)

    async def _start(self) -> None:
        if self._runner is None:
            app = web.Application(client_max_size=64 * 2**20)
            app.router.add_route("*", "/{path:.*}", self._handle)
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()

    async def _stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = await _read(request)
        self.calls.append(call)
        fault = self.faults.popleft() if self.faults else self.fault(call)
        if self.delay:
            await asyncio.sleep(self.delay)
        try:
            schema = self.schemas(call)
            assert schema is not None, f"there is no {call.method} {call.path}"
            # Without a look at the schema itself: for that jsonschema fetches its parts, not safely from several threads.
            jsonschema.Draft202012Validator(schema).validate(call.body)
            self.check(call)
        except (AssertionError, jsonschema.ValidationError) as error:
            why = f"{call.path}: {getattr(error, 'message', error)}"
            self.refused.append(why)
            return _response(*self.refusal(why))
        if fault is None or fault.taken:
            with self._changed:
                self.taken.append(call)
                self._changed.notify_all()
        if fault is None:
            return _response(*self.answer(call))
        if fault.status == 0:
            assert request.transport
            request.transport.close()
        return _response(fault.status or 500, fault.body, fault.headers)


async def _read(request: web.Request) -> Call:
    body: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    raw = b""
    kind = request.content_type
    if kind == "application/json":
        raw = await request.read()
        body = json.loads(raw)
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                with value.file as part:
                    files[name] = part.read()
            elif name in body:
                held = body[name]
                body[name] = [*(held if isinstance(held, list) else [held]), value]
            else:
                body[name] = value
    else:
        raw = await request.read()
    return Call(request.method, request.path_qs, dict(request.headers), body, files, raw)


def _response(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    if isinstance(body, str):
        return web.Response(status=status, text=body, headers=headers)
    return web.json_response(body, status=status, headers=headers)
