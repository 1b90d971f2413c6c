"""Deleting a conversation for good, with a receipt."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import BotUttered, UserUttered

# Letters and digits that can't be taken for one another when read aloud.
RECEIPT_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"

# The type of a look-up that tells of a deletion.
KIND = "deletion"


@dataclass(frozen=True)
class Receipt:
    """Proof that a conversation was deleted: a code, when, and how many messages it had."""

    receipt: str
    at: float
    messages: int

    @classmethod
    def issue(cls, messages: int, at: float | None = None) -> Receipt:
        """A new receipt."""
        code = "".join(secrets.choice(RECEIPT_LETTERS) for _ in range(8))
        return cls(f"{code[:4]}-{code[4:]}", time.time() if at is None else at, messages)

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return asdict(self)


def receipt(message: dict[str, Any]) -> Receipt | None:
    """The receipt that a message of the bot holds."""
    lookup = (message.get("reply") or {}).get("lookup") or {}
    if lookup.get("type") != KIND:
        return None
    return Receipt(lookup["receipt"], lookup["at"], lookup["messages"])


async def delete(store: TrackerStore, sender: str) -> int:
    """Delete a conversation; returns how many messages it had.

    Raises:
        NotImplementedError: conversations are kept in a way that this does not know.
    """
    tracker = await store.retrieve_full_tracker(sender)
    events = list(tracker.events) if tracker else []
    for place in _places(store):
        if hasattr(place, "session_scope"):
            with place.session_scope() as session:
                session.query(place.SQLEvent).filter(place.SQLEvent.sender_id == sender).delete()
                session.commit()
        elif hasattr(place, "store"):
            place.store.pop(sender, None)
        else:
            raise NotImplementedError(f"conversations in {type(place).__name__} can't be deleted")
    return sum(isinstance(event, (UserUttered, BotUttered)) for event in events)


def _places(store: Any) -> Iterator[Any]:
    """Where events lie: Rasa wraps a store in one that falls back on memory."""
    inner = getattr(store, "_tracker_store", None)
    if inner is None:
        yield store
        return
    yield from _places(inner)
    fallback = getattr(store, "_fallback_tracker_store", None)
    if fallback is not None:
        yield from _places(fallback)
