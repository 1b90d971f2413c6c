"""Which sites' pages may talk to the channel."""

from __future__ import annotations

import re
from typing import Dict, Iterable, Optional
from urllib.parse import urlsplit

from sanic import Sanic

from bot.channels.web.problem import Problem

ANY = "*"
METHODS = "GET, POST, DELETE, OPTIONS"
HEADERS = "Authorization, Content-Type"


class Origins:
    """The server's own pages and those of the sites that were named.

    Args:
        allowed: origins such as `https://clinic.example`, or `*` for every site.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = {origin.rstrip("/").lower() for origin in allowed}

    def headers(self, origin: Optional[str], host: str) -> Dict[str, str]:
        """The response headers for a page of an origin; none where the request came from no page.

        Raises:
            Problem: 403, that site was not allowed.
        """
        if origin is None:
            return {"Vary": "Origin"}
        if ANY not in self._allowed and origin.lower() not in self._allowed and not _is_of(origin, host):
            raise Problem(403, "origin", "This website is not allowed to use this chat. Its owner can ask for it.")
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Retry-After",
            "Vary": "Origin",
        }

    @staticmethod
    def preflight() -> Dict[str, str]:
        """What a browser is told before it sends."""
        return {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": HEADERS,
            "Access-Control-Max-Age": "600",
        }


def _is_of(origin: str, host: str) -> bool:
    """Whether an origin is the server's own; what names no host is nobody's."""
    try:
        named = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return bool(named) and named == host.lower()


def leave_origins_to_us(app: Sanic, prefix: str) -> None:
    """Take a path out of what Rasa's own rule for origins covers, which would answer for us."""
    rule = getattr(app.ctx, "sanic_cors", None)
    if rule is not None:
        elsewhere = re.compile(f"(?!{re.escape(prefix)}).*")
        rule.resources = [(elsewhere, options) for _, options in rule.resources]
