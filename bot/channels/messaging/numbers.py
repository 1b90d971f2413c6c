"""Choices as numbered lines, for apps without buttons; the dialogue takes "2" and "two" for the second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def numbered(buttons: Sequence[dict[str, Any]]) -> str:
    """The choices, a line each, below what to do with them; empty where there are none."""
    if not buttons:
        return ""
    names = [str(number) for number in range(1, len(buttons) + 1)]
    which = " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    lines = [f"{number}. {button['title']}" for number, button in zip(names, buttons, strict=True)]
    return "\n".join((f"Reply {which}:", *lines))
