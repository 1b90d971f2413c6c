"""Rasa's REST channel behind the API token, since it lets whoever calls it speak for anybody."""

from __future__ import annotations

import secrets
from typing import Any, Awaitable, Callable, Optional

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse


class GuardedRest(RestInput):
    """Takes messages only from those who know the token, as `?token=` or `Authorization: Bearer`.

    Args:
        token: of Rasa's own API.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    @classmethod
    def name(cls) -> str:
        """The stock channel's name, and so its path."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The stock routes behind the token."""
        blueprint = super().blueprint(on_new_message)

        async def guard(request: Request) -> Optional[HTTPResponse]:
            given = request.args.get("token") or request.token or ""
            if secrets.compare_digest(given.encode(), self._token.encode()):
                return None
            return response.json({"error": {"code": "token", "message": "The API token is missing or wrong."}}, status=401)

        blueprint.middleware(guard, "request")
        return blueprint
