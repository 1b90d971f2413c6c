"""Reading what a provider sends."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any

from bot.channels.messaging.app import Refused

# Statuses by which a provider asks to try again.
SERVER_ERROR = 500
ASK_AGAIN = frozenset({408, 425, 429})


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


def answered(body: bytes) -> dict[str, Any]:
    """A provider's answer as an object; empty where it is none."""
    try:
        return json_object(body)
    except Refused:
        return {}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait; None where it names none."""
    given = next((value for key, value in headers.items() if key.lower() == "retry-after"), "").strip()
    return float(given) if given.isdecimal() else None


def same(given: str | None, expected: str) -> bool:
    """Whether a secret is the right one, told in the same time however much of it is."""
    return hmac.compare_digest((given or "").encode("utf-8", "surrogateescape"), expected.encode())
