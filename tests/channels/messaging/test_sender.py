"""Requests to a provider that answers in odd ways: a small server on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from aiohttp import web

from bot.channels.messaging.app import App, Failed, Incoming, Later, Outgoing, Request, Result, Sent
from bot.channels.messaging.received import answered
from bot.channels.messaging.sender import MOST_BYTES, Sender
from bot.settings import Settings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECRET = "token-that-nobody-may-read"


class OfTests(App):
    """An app whose provider answers with an object that has an `id`."""

    name = "tests"
    needs = ()
    base = ""

    def verify(self, request: Request) -> None:
        pass

    def parse(self, request: Request) -> list[Incoming]:
        return []

    def render(self, messages: list[dict[str, Any]], incoming: Incoming) -> list[Outgoing]:
        return []

    def headers(self, outgoing: Outgoing) -> dict[str, str]:
        return {"Authorization": f"Bearer {SECRET}"}

    @property
    def address(self) -> str:
        return self.base

    def result(self, status: int, headers: Mapping[str, str], body: bytes) -> Result:
        if status != 200:
            return Failed(str(status))
        given = answered(body)
        return Sent(str(given["id"])) if given else Later("an answer that can't be read")

    def follow(self, outgoing: Outgoing, body: bytes) -> Outgoing | None:
        return Outgoing(answered(body)["next"], {}) if "follow" in outgoing.about else None


def sent(handler: Handler, request: Outgoing, base: str = "") -> tuple[Result, Outgoing | None]:
    """What becomes of a request to a server that answers so."""

    async def run() -> tuple[Result, Outgoing | None]:
        served = web.Application(client_max_size=2**23)
        served.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(served, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        (address,) = runner.addresses
        app, sender = OfTests(Settings()), Sender()
        app.base = base or f"http://127.0.0.1:{address[1]}/api/"
        await sender.start()
        try:
            return await sender.send(app, request, "key-1")
        finally:
            await sender.stop()
            await runner.cleanup()

    return asyncio.run(run())


def test_a_request_goes_to_the_apps_address_with_its_key_and_authorisation() -> None:
    seen: list[tuple[str, str, str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        headers = request.headers
        seen.append((request.path, headers["Idempotency-Key"], headers["Authorization"], await request.json()))
        return web.json_response({"id": 7})

    assert sent(answer, Outgoing("/send", {"text": "wörds"})) == (Sent("7"), None)
    assert seen == [("/api/send", "key-1", f"Bearer {SECRET}", {"text": "wörds"})]


@pytest.mark.parametrize("size", [1, 7, 30])
def test_an_answer_that_comes_in_pieces_is_read_whole(size: int) -> None:
    """Half an answer would be no answer, and the visitor would get the same message again."""
    body = b'{"id": "m-1", "more": "and more"}'

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for start in range(0, len(body), size):
            await response.write(body[start : start + size])
            await asyncio.sleep(0.01)
        return response

    assert sent(answer, Outgoing("send", {})) == (Sent("m-1"), None)


def test_an_answer_without_an_end_is_not_read_to_its_end() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        written = 0
        while written < 8 * MOST_BYTES:
            await response.write(b"x" * 65536)
            written += 65536
        return response

    assert sent(answer, Outgoing("send", {})) == (Later("an answer that can't be read"), None)


def test_a_redirect_is_not_followed_so_that_the_token_goes_nowhere_else() -> None:
    paths = []

    async def answer(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    assert sent(answer, Outgoing("send", {})) == (Failed("307"), None)
    assert paths == ["/api/send"]


@pytest.mark.parametrize("base", ["http://127.0.0.1:9/bot-token", "http://no-such-host.invalid/bot-token"])
def test_a_provider_that_is_not_there_is_tried_again_and_its_address_is_not_told(base: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response()

    result, following = sent(answer, Outgoing("send", {}), base)
    assert isinstance(result, Later) and following is None
    assert "token" not in result.why and "no connection" in result.why


def test_a_connection_that_is_cut_is_tried_again() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.transport
        request.transport.close()
        return web.Response()

    result, _ = sent(answer, Outgoing("send", {}))
    assert isinstance(result, Later)


def test_a_provider_that_takes_too_long_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    monkeypatch.setattr("bot.channels.messaging.sender.ANSWER_WITHIN", 0.2)
    assert sent(answer, Outgoing("send", {})) == (Later("no answer in time"), None)


def test_what_follows_on_an_answer_is_asked_for_only_where_it_was_taken() -> None:
    async def taken(request: web.Request) -> web.Response:
        return web.json_response({"id": 1, "next": "show"})

    async def refused(request: web.Request) -> web.Response:
        return web.json_response({"id": 1, "next": "show"}, status=400)

    about = {"follow": True}
    assert sent(taken, Outgoing("upload", {}, about=about)) == (Sent("1"), Outgoing("show", {}))
    assert sent(refused, Outgoing("upload", {}, about=about)) == (Failed("400"), None)


@pytest.mark.parametrize("body", ['{"other": 1}', '{"id": 1}'])
def test_an_answer_that_is_not_documented_is_tried_again_and_stops_nothing(body: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=body)

    expected = Later("an answer that is not documented (200)")
    assert sent(answer, Outgoing("upload", {}, about={"follow": True})) == (expected, None)


def test_a_form_and_a_file_go_as_such() -> None:
    seen: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        fields = {}
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                with value.file as part:
                    fields[name] = (value.filename, value.content_type, part.read())
            else:
                fields[name] = value
        seen.append({"kind": request.content_type, **fields})
        return web.json_response({"id": 1})

    sent(answer, Outgoing("form", {"To": "+1 514", "list": [1, 2]}, form=True))
    sent(answer, Outgoing("file", {"chat_id": 7, "caption": "é"}, file=("photo", "image/png", b"\x89PNG\x00")))
    assert seen == [
        {"kind": "application/x-www-form-urlencoded", "To": "+1 514", "list": "[1, 2]"},
        {
            "kind": "multipart/form-data",
            "chat_id": "7",
            "caption": "é",
            "photo": ("chart.png", "image/png", b"\x89PNG\x00"),
        },
    ]


def test_a_whole_address_is_taken_as_it_is() -> None:
    paths = []

    async def answer(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.json_response({"id": 1})

    async def run() -> None:
        served = web.Application()
        served.router.add_post("/upload", answer)
        runner = web.AppRunner(served, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        (address,) = runner.addresses
        app, sender = OfTests(Settings()), Sender()
        app.base = "http://127.0.0.1:9/never"
        await sender.start()
        await sender.send(app, Outgoing(f"http://127.0.0.1:{address[1]}/upload", {}), "key")
        await sender.stop()
        await runner.cleanup()

    asyncio.run(run())
    assert paths == ["/upload"]
