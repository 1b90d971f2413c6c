"""What staff read of a turn, made from Rasa's events."""

from __future__ import annotations

import json
from typing import Any

Event = dict[str, Any]

# Kinds of reply that did not answer.
UNCLEAR = ("clarify", "out_of_scope", "error")
NO_REPLY = "error"
UNKNOWN_CHANNEL = "unknown"


def rows(
    conversation: str,
    events: list[Event],
    titles: dict[str, str],
    knowledge: str | None = None,
    milliseconds: float | None = None,
) -> list[dict[str, Any]]:
    """Rows of the table `turns`: one for each message of the visitor, with the replies that follow it.

    Args:
        events: redacted.
        titles: the words on buttons, by payload.
        milliseconds: how long the last turn took.
    """
    found: list[dict[str, Any]] = []
    message: Event | None = None
    replies: list[Event] = []
    for event in events:
        if event["event"] == "user" and event.get("text"):
            if message:
                found.append(_row(conversation, message, replies, titles, knowledge))
            message, replies = event, []
        elif event["event"] == "bot" and message:
            replies.append(event)
    if message:
        found.append({**_row(conversation, message, replies, titles, knowledge), "milliseconds": milliseconds})
    return found


def shown(event: Event) -> dict[str, Any]:
    """A message of the bot as a channel gets it: `text`, `buttons` and the whole reply as data."""
    buttons = (event.get("data") or {}).get("buttons") or ()
    return {
        "text": event.get("text") or "",
        "buttons": [{"title": button["title"], "payload": button["payload"]} for button in buttons],
        "reply": (event.get("metadata") or {}).get("reply"),
    }


def _row(
    conversation: str, message: Event, replies: list[Event], titles: dict[str, str], knowledge: str | None
) -> dict[str, Any]:
    parsed = message.get("parse_data") or {}
    understanding = parsed.get("understanding") or {}
    danger = understanding.get("safety") or {}
    said = [shown(reply) for reply in replies]
    data = [message["reply"] for message in said if message["reply"]]
    # A form may add its question behind the reply; the reply is what the message got.
    first: dict[str, Any] = data[0] if data else {}
    kind = first.get("kind") or NO_REPLY
    answers = [answer for reply in data for answer in reply.get("answers") or ()]
    groups = [answer["group"] for answer in answers] or list(first.get("topics") or ())
    entities = [
        {"entity": e["entity"], "value": e["value"]} for e in parsed.get("entities") or () if "entity" in e and "value" in e
    ]
    return {
        "conversation": conversation,
        "channel": (message.get("input_channel") or UNKNOWN_CHANNEL)[:32],
        "at": message["timestamp"],
        "answered": replies[-1]["timestamp"] if replies else None,
        "message": (message.get("message_id") or None) and message["message_id"][:64],
        "said": titles.get(message["text"], message["text"]),
        "language": (understanding.get("language") or "en")[:8],
        "intent": ((parsed.get("intent") or {}).get("name") or "")[:64] or None,
        "kind": kind,
        "topic": answers[0]["topic"] if answers else None,
        "group": groups[0] if groups else None,
        "topics": json.dumps([answer["topic"] for answer in answers]),
        "confidence": float(understanding.get("confidence", first.get("confidence", 0.0))),
        "entities": json.dumps(entities, ensure_ascii=False),
        "safety": first.get("safety") or danger.get("category"),
        "rule": (danger.get("rule") or None) and danger["rule"][:64],
        "unclear": kind in UNCLEAR,
        "milliseconds": None,
        "reply": json.dumps(said, ensure_ascii=False),
        "replied": "\n\n".join(message["text"] for message in said),
        "knowledge": knowledge,
    }
