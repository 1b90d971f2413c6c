"""Requests to providers over HTTP."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any, Dict, Optional, Tuple

import aiohttp

from bot.channels.messaging.app import App, Later, Outgoing, Result, Sent

CONNECT_WITHIN = 5.0
ANSWER_WITHIN = 15.0
MOST_BYTES = 2**20
# Repeated requests carry the same, for providers that look at it and for whoever reads their logs.
KEY = "Idempotency-Key"
# Waits grow from the first to the last of these, in seconds.
FIRST_WAIT = 1.0
LONGEST_WAIT = 900.0


class Sender:
    """Sends requests, each once; whether it is tried again is for others to decide."""

    def __init__(self) -> None:
        self._session: Optional[aiohttp.ClientSession] = None

    async def start(self) -> None:
        """Be ready to send."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN, sock_connect=CONNECT_WITHIN)
        self._session = aiohttp.ClientSession(timeout=timeout)

    async def stop(self) -> None:
        """Close connections."""
        if self._session:
            await self._session.close()

    async def send(self, app: App, request: Outgoing, key: str) -> Tuple[Result, Optional[Outgoing]]:
        """What became of a request, and the one that follows on it."""
        assert self._session
        url = request.path if "://" in request.path else app.address.rstrip("/") + "/" + request.path.lstrip("/")
        headers = {**app.headers(request), KEY: key}
        try:
            async with self._session.post(url, headers=headers, allow_redirects=False, **_content(request)) as answer:
                body = await _body(answer)
                status, told = answer.status, answer.headers
        except asyncio.TimeoutError:
            return Later("no answer in time"), None
        except (aiohttp.ClientError, OSError) as error:
            # Not its text: it names the address, which for some providers holds the token.
            return Later(f"no connection ({type(error).__name__})"), None
        try:
            result = app.result(status, told, body)
            return result, app.follow(request, body) if isinstance(result, Sent) else None
        except (ValueError, KeyError, TypeError):
            return Later(f"an answer that is not documented ({status})"), None


def wait(attempts: int, asked: Optional[float], chance: random.Random) -> float:
    """Seconds until a request is sent again after so many attempts: what the provider asks for, or longer each time.

    The part left to chance keeps requests that failed together from coming back together.
    """
    grown = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts, 20))
    return max(asked or 0.0, grown / 2) + chance.uniform(0, grown / 2)


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    """What an answer says, all of it: it may come in pieces, and half of it would be taken for a failure."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) >= MOST_BYTES:
            break
    return bytes(body)


def _content(request: Outgoing) -> Dict[str, Any]:
    if request.file:
        field, kind, content = request.file
        form = aiohttp.FormData()
        for name, value in _fields(request.body).items():
            form.add_field(name, value)
        form.add_field(field, content, filename=f"chart.{kind.rpartition('/')[2]}", content_type=kind)
        return {"data": form}
    return {"data": _fields(request.body)} if request.form else {"json": request.body}


def _fields(body: Dict[str, Any]) -> Dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
