"""A visitor's conversation: begun anew, and its messages as the page gets them."""

from __future__ import annotations

from typing import Any, Dict

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, Restarted, SessionStarted


async def begin_anew(store: TrackerStore, sender: str) -> None:
    """Let a new session start: what was said before is kept, and no longer the context."""
    tracker = await store.get_or_create_tracker(sender)
    for event in (
        Restarted(),
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        ActionExecuted(ACTION_LISTEN_NAME),
    ):
        tracker.update(event)
    await store.save(tracker)


def shown(message: Dict[str, Any]) -> Dict[str, Any]:
    """A message of the bot as the page gets it."""
    return {
        "text": message.get("text") or "",
        "buttons": [{"title": b["title"], "payload": b["payload"]} for b in message.get("buttons") or ()],
        "reply": message.get("reply"),
    }
