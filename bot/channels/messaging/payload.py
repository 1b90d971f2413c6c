"""What a button stands for, where an app gives it little room."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

# No payload of the bot's own starts so.
_MARK = "~"
_DIGITS = 16


def short(payload: str, longest: int) -> str:
    """A payload that fits: itself, or a name for it."""
    return payload if len(payload.encode()) <= longest else _name(payload)


def meant(payload: str, offered: Iterable[dict[str, Any]]) -> str | None:
    """The payload that was pressed; None where no button of the conversation has it."""
    payloads = {button["payload"] for button in offered}
    if payload in payloads:
        return payload
    return next((known for known in payloads if _name(known) == payload), None)


def _name(payload: str) -> str:
    return _MARK + hashlib.sha256(payload.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
