"""When a visitor has confirmed that the conversation shall be deleted, and what they get for it."""

from __future__ import annotations

import datetime

from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversations.erasure import KIND, Receipt
from bot.dialogue.choice import place, titled
from bot.dialogue.reply import Button, Kind, Reply

YES = "#delete:yes"
AFFIRM = "affirm"


def confirmed(tracker: DialogueStateTracker) -> bool:
    """Whether the message is a yes to the question that the bot asked last, pressed or in words."""
    message = tracker.latest_message
    buttons = _last_buttons(tracker)
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


def _last_buttons(tracker: DialogueStateTracker) -> list[Button]:
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered):
            return [Button(**button) for button in (event.metadata.get("reply") or {}).get("buttons") or ()]
    return []
