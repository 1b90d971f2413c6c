"""Hands out the widget and the demo page. Every file is read, joined and packed once, when the server starts."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

FOLDER = Path(__file__).parent
# In this order: each part uses those before it.
PARTS = ("storage", "markdown", "outbox", "view", "transcript", "element")

SCRIPT = "text/javascript; charset=utf-8"
STYLE = "text/css; charset=utf-8"
JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"

# A change reaches every site within five minutes; until then nothing is asked for again.
CACHE = "public, max-age=300"
# The demo page lives under the strictest policy that the widget promises to work under.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    content: bytes
    packed: bytes
    kind: str
    tag: str

    @classmethod
    def of(cls, text: str, kind: str) -> File:
        content = text.encode()
        # Without a time inside, the same content has the same bytes.
        return cls(content, gzip.compress(content, 9, mtime=0), kind, f'"{hashlib.sha256(content).hexdigest()[:16]}"')

    def response(self, request: Request) -> HTTPResponse:
        """The response to a request; packed, or only a word that nothing changed, where the browser knows how."""
        headers = {"ETag": self.tag, "Cache-Control": CACHE, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
        if self.kind == HTML:
            headers |= {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
        else:
            # Any site may show the widget's files; what it may say to the server is the channel's affair.
            headers["Access-Control-Allow-Origin"] = "*"
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if self.tag in request.headers.get("if-none-match", ""):
            return HTTPResponse(status=304, headers=headers)
        if _takes_gzip(request.headers.get("accept-encoding", "")):
            return HTTPResponse(self.packed, headers={**headers, "Content-Encoding": "gzip"}, content_type=self.kind)
        return HTTPResponse(self.content, headers=headers, content_type=self.kind)


def _takes_gzip(accepted: str) -> bool:
    # "gzip;q=0" is how one says that it is not taken.
    offers = (offer.partition(";q=") for offer in accepted.replace(" ", "").lower().split(","))
    return any(name == "gzip" and (weight or "1").strip("0.") for name, _, weight in offers)


def files(country: str) -> dict[str, File]:
    """Every file by its path.

    Args:
        country: whose emergency numbers come first, where the page does not say.
    """
    found = {
        "/": File.of((FOLDER / "page.html").read_text(encoding="utf-8"), HTML),
        "/site.css": File.of((FOLDER / "site.css").read_text(encoding="utf-8"), STYLE),
        "/site.js": File.of((FOLDER / "site.js").read_text(encoding="utf-8"), SCRIPT),
        "/widget.css": File.of(_lean((FOLDER / "widget.css").read_text(encoding="utf-8")), STYLE),
        "/widget.js": File.of(script(country), SCRIPT),
    }
    for texts in sorted((FOLDER / "texts").glob("*.json")):
        # Without the spaces that are there for people.
        lean = json.dumps(json.loads(texts.read_text(encoding="utf-8")), ensure_ascii=False, separators=(",", ":"))
        found[f"/texts/{texts.name}"] = File.of(lean, JSON)
    return found


def script(country: str) -> str:
    """The parts as one script that leaves no name behind on the page."""
    parts = "".join(_lean((FOLDER / "parts" / f"{part}.js").read_text(encoding="utf-8")) for part in PARTS)
    return f'(() => {{\n"use strict";\nconst COUNTRY = {json.dumps(country)};\n{parts}}})();\n'


def site(served: dict[str, File]) -> Blueprint:
    """Routes for all files but the page at the root, which Rasa has a route for."""
    blueprint = Blueprint("site")
    for path, file in served.items():
        if path != "/":
            blueprint.add_route(_handler(file), path, methods=["GET", "HEAD"], name=path.strip("/").replace("/", "_"))
    return blueprint


def _handler(file: File) -> Callable[[Request], Awaitable[HTTPResponse]]:
    async def handler(request: Request) -> HTTPResponse:
        return file.response(request)

    return handler


def _lean(code: str) -> str:
    # Indentation and lines that are only a comment; nothing else, so that an error's line still reads like its source.
    lines = (line.strip() for line in code.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith(("//", "/* ")))
