"""Charts for providers that fetch pictures instead of taking them.

A link holds the chart itself, sealed: nothing is stored, nobody can make one or read what is in it, and it ends by itself.
"""

from __future__ import annotations

import asyncio
import base64
import zlib
from functools import lru_cache
from typing import Optional

from cryptography.fernet import Fernet, InvalidToken
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.web.problem import Problem
from bot.knowledge.drawing import Drawing
from bot.knowledge.picture import painted
from bot.secret import derived

PATH = "/webhooks/charts"
# Longer than a reply is tried to be delivered.
LIFETIME = 6 * 3600
# What Twilio allows an address to have where it says so.
LONGEST_LINK = 4000
# A provider may fetch a picture more than once.
KEPT = 16


class ChartLinks:
    """Makes links, and serves what they stand for.

    Args:
        secret: the installation's.
        public_url: the server's address as providers know it; without it there are no links.
    """

    def __init__(self, secret: str, public_url: Optional[str]) -> None:
        self._seal = Fernet(base64.urlsafe_b64encode(derived(secret, "charts")))
        self._base = (public_url or "").rstrip("/")
        self._painted = lru_cache(KEPT)(_painted)

    def link(self, svg: str) -> Optional[str]:
        """The address of a chart as a picture; None where there can be none."""
        if not self._base or not _ours(svg):
            return None
        address = f"{self._base}{PATH}/{self._seal.encrypt(zlib.compress(svg.encode(), 9)).decode()}.png"
        return address if len(address) <= LONGEST_LINK else None

    def blueprint(self) -> Blueprint:
        """The route of the pictures."""
        blueprint = Blueprint("charts")

        async def chart(request: Request, name: str) -> HTTPResponse:
            return await self._serve(name)

        # A function, since sanic writes on what it is given.
        blueprint.add_route(chart, f"{PATH}/<name>", methods=["GET", "HEAD"])
        return blueprint

    async def _serve(self, name: str) -> HTTPResponse:
        try:
            sealed = name.removesuffix(".png").encode("ascii")
            svg = zlib.decompress(self._seal.decrypt(sealed, ttl=LIFETIME)).decode()
        except (InvalidToken, ValueError, zlib.error):
            return Problem(404, "not_found", "There is no picture at this address.").response()
        png = await asyncio.get_running_loop().run_in_executor(None, self._painted, svg)
        headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
        return HTTPResponse(png, headers=headers, content_type="image/png")


def _ours(svg: str) -> bool:
    try:
        Drawing.read(svg)
    except ValueError:
        return False
    return True


def _painted(svg: str) -> bytes:
    drawing = Drawing.read(svg)
    return painted(drawing, drawing.title, drawing.description)
