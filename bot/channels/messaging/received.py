"""Reading what a provider sends."""

from __future__ import annotations

import hmac
import json
from typing import Any

from bot.channels.messaging.app import Refused


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body.

    Raises:
        Refused: with 400, it is none.
    """
    try:
        given = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refused(400, "it is not JSON") from None
    if not isinstance(given, dict):
        raise Refused(400, "it is not a JSON object")
    return given


def same(given: str | None, expected: str) -> bool:
    """Whether a secret is the right one, told in the same time however much of it is."""
    return hmac.compare_digest((given or "").encode("utf-8", "surrogateescape"), expected.encode())
