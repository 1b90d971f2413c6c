"""What this process remembers of conversations, for the time in which the database is away."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.conversations import state
from bot.conversations.batch import Batch
from bot.conversations.naming import digest
from bot.conversations.state import State

# Conversations that are remembered, and for how long after their last turn, in seconds.
MOST = 256
LONGEST = 3600.0

Event = dict[str, Any]


@dataclass(frozen=True)
class _Remembered:
    """A state with its events; `began` is since when without a break, `last` when its last turn was."""

    began: float
    last: float
    state: State
    events: list[Event]


class Memory:
    """The last turns of the conversations that were last kept; those that other processes erase it forgets once it is told."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Remembered] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, batch: Batch) -> None:
        """Remember a turn."""
        now = time.time()
        with self._lock:
            before = self._known.pop(batch.conversation, None)
            said = [*(before.events if before else ()), *batch.events]
            needed = state.events_needed(batch.state)
            began = before.began if before else now
            self._known[batch.conversation] = _Remembered(began, now, batch.state, last(said, needed))
            while len(self._known) > MOST:
                self._known.popitem(last=False)

    def of(self, conversation: str) -> tuple[State, list[Event]] | None:
        """The state of a conversation and the events of its last turns; None where nothing is remembered."""
        with self._lock:
            known = self._known.get(conversation)
        return (known.state, known.events) if known and time.time() - known.last < LONGEST else None

    def forget(self, conversation: str) -> None:
        """Remember nothing of a conversation."""
        with self._lock:
            self._known.pop(conversation, None)

    def heed(self, erased: Iterable[tuple[str, float]]) -> None:
        """Forget what was erased since it began to be remembered: digests of names, each with when that was."""
        times = dict(erased)
        if not times:
            return
        with self._lock:
            gone = [name for name, known in self._known.items() if times.get(digest(name), 0.0) >= known.began]
            for name in gone:
                del self._known[name]


def last(said: list[Event], count: int) -> list[Event]:
    """The last so many."""
    return said[-count:] if count else []
