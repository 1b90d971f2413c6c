"""A visitor's conversation as Rasa's tracker store keeps it: read, begun anew, deleted."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, Restarted, SessionStarted, UserUttered

MOST_TURNS = 200


async def history(store: TrackerStore, sender: str) -> List[Dict[str, Any]]:
    """The turns since the visitor last started over, the oldest first."""
    turns: List[Dict[str, Any]] = []
    titles: Dict[str, str] = {}
    for event in await _events(store, sender):
        if isinstance(event, Restarted):
            turns = []
        elif isinstance(event, UserUttered) and event.text:
            text = titles.get(event.text, event.text)
            turns.append({"id": event.message_id, "text": text, "received": event.timestamp, "messages": []})
        elif isinstance(event, BotUttered) and turns:
            message = event.message()
            # What was pressed is shown by the words that were on it.
            titles.update({button["payload"]: button["title"] for button in message.get("buttons") or ()})
            turns[-1]["messages"].append(shown(message))
            turns[-1]["answered"] = event.timestamp
    return turns[-MOST_TURNS:]


async def reply_to(store: TrackerStore, sender: str, message: str) -> Optional[List[Dict[str, Any]]]:
    """What the conversation holds as the reply to a message."""
    for turn in reversed(await history(store, sender)):
        if turn["id"] == message:
            return turn["messages"] or None
    return None


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


async def _events(store: TrackerStore, sender: str) -> List[Event]:
    tracker = await store.retrieve_full_tracker(sender)
    return list(tracker.events) if tracker else []
