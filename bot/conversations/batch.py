"""What one turn adds to a conversation: its events, its row for staff, and the state after it. All of it is redacted."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

# How many digits of a key say when it was made.
_TIME = 16


@dataclass(frozen=True)
class Batch:
    """What is stored together or not at all.

    Attributes:
        key: its name, by which it is stored once; later ones sort after earlier ones.
        events: Rasa's events as dictionaries, in order.
        turns: rows of the table `turns`.
        state: of the dialogue afterwards; see `bot.conversations.state`.
    """

    key: str
    conversation: str
    events: list[dict[str, Any]]
    turns: list[dict[str, Any]]
    state: dict[str, Any]

    @property
    def at(self) -> float:
        """When it was made, in seconds since 1970."""
        return int(self.key[:_TIME], 16) / 1e9

    def as_line(self) -> bytes:
        """As a line of JSON."""
        return json.dumps(self.__dict__, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Batch:
        """What `as_line` wrote.

        Raises:
            ValueError: the line is not whole.
        """
        try:
            return cls(**json.loads(line))
        except TypeError as error:
            raise ValueError(str(error)) from None


def new_key() -> str:
    """A name for a batch; made in the order of time, so that an index of them grows at its end."""
    return f"{time.time_ns():0{_TIME}x}{secrets.token_hex(8)}"
