"""What stands before every page: which hosts are served, and the headers that each answer carries."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Refuses other hosts, and adds the headers.

    Args:
        app: what it stands before.
        hosts: names by which the console may be called, beside those of this machine.
        https: whether staff reach it by HTTPS only.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), https: bool = False) -> None:
        self._app = app
        self._hosts = {*LOOPBACK, *hosts}
        self._headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                # Pages stay out of every cache; style and script are asked for anew, and sent only when they changed.
                headers["Cache-Control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
            await send(message)

        if _host(scope) not in self._hosts:
            refused = PlainTextResponse("The console is not served under this name; see RLS_CONSOLE_URL.", 421)
            await refused(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def _host(scope: Scope) -> str:
    value = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    host, colon, port = value.rpartition(":")
    if not colon or not port.isdigit():
        host = value
    return host.strip("[]").lower()
