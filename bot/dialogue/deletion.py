"""When a visitor has confirmed that the conversation shall be deleted, the deletion, and what they get for it."""

from __future__ import annotations

import datetime
from typing import Any, Iterator

from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversations.erasure import KIND, Receipt
from bot.dialogue.choice import place, titled
from bot.dialogue.delete_choice import BUTTONS, YES
from bot.dialogue.pick_policy import on_screen
from bot.dialogue.reply import Kind, Reply
from bot.dialogue.tracker_store import GuideTrackerStore

AFFIRM = "affirm"
NOT_NOW = "I can't delete the conversation just now: where it is kept does not answer. Please try again in a few minutes."


def confirmed(tracker: DialogueStateTracker) -> bool:
    """Whether the message is a yes to the question that the bot asked last, pressed or in words."""
    message = tracker.latest_message
    buttons = on_screen(tracker)
    if message is None or not message.text or YES not in {button.payload for button in buttons}:
        return False
    if message.text == YES or message.intent.get("name") == AFFIRM:
        return True
    typed = titled(message.text, buttons)
    if typed is None and message.intent.get("name") == "pick":
        number = place(message.text, len(buttons))
        typed = None if number is None else buttons[number]
    return typed is not None and typed.payload == YES


def receipt(proof: Receipt) -> Reply:
    """The last message of a conversation that is gone."""
    when = datetime.datetime.fromtimestamp(proof.at, datetime.timezone.utc)
    return Reply(
        kind=Kind.SMALLTALK,
        text=(
            f"Deleted: {proof.messages} messages, on {when:%d %B %Y at %H:%M} UTC. Your receipt is {proof.receipt}. "
            "You can start a new conversation at any time."
        ),
        lookup={"type": KIND, **proof.as_dict()},
    )


def not_now() -> Reply:
    """What is said where the database does not answer."""
    return Reply(kind=Kind.SMALLTALK, text=NOT_NOW, buttons=BUTTONS)


async def erase(store: TrackerStore, sender: str) -> Receipt:
    """Delete a conversation wherever the store keeps it.

    Raises:
        Away: the database does not answer; nothing was deleted.
        NotImplementedError: conversations are kept in a way that this does not know.
    """
    proof = None
    for kept_in in _places(store):
        if isinstance(kept_in, GuideTrackerStore):
            proof = await kept_in.erase(sender)
        elif isinstance(kept_in, InMemoryTrackerStore):
            kept = await kept_in.retrieve_full_tracker(sender)
            kept_in.store.pop(sender, None)
            messages = sum(isinstance(event, (UserUttered, BotUttered)) for event in kept.events) if kept else 0
            proof = proof or Receipt.issue(messages, rows={"memory": 1})
        else:
            raise NotImplementedError(f"conversations in {type(kept_in).__name__} can't be deleted")
    assert proof, "a store is a place"
    return proof


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
