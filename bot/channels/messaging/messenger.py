"""Facebook Messenger.

https://developers.facebook.com/documentation/business-messaging/messenger-platform tells what comes and what may be sent.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Tuple

from pydantic import SecretStr

from bot.channels.messaging.app import Incoming, Outgoing, Refused, Request, What
from bot.channels.messaging.meta import MetaApp, moment, named, objects, part, unmarked, words
from bot.channels.messaging.numbers import numbered
from bot.channels.messaging.split import split

LONGEST_TEXT = 2000
MOST_CHOICES = 13
LONGEST_TITLE = 20
PATH = "/me/messages"
# The payload of the button that a page shows before the first message.
GET_STARTED = "GET_STARTED"
KINDS = {
    "audio": What.VOICE,
    "image": What.PICTURE,
    "video": What.PICTURE,
    "reel": What.PICTURE,
    "ig_reel": What.PICTURE,
    "file": What.FILE,
    "location": What.LOCATION,
}


class Messenger(MetaApp):
    """A Facebook page."""

    name = "messenger"
    needs = ("messenger_page_token", "messenger_app_secret", "messenger_verify_token")
    of = "page"
    pictures = True
    longest_payload = 1000
    # A failure that passes; the rate of a page's messages.
    passing = {1200: None, 80006: None}
    # Not allowed, outside of 24 hours; the person can't be reached.
    lasting = frozenset({10, 551})

    @property
    def address(self) -> str:
        return self._options.messenger_api

    @property
    def credentials(self) -> Tuple[Optional[SecretStr], Optional[SecretStr], Optional[SecretStr]]:
        options = self._options
        return options.messenger_app_secret, options.messenger_verify_token, options.messenger_page_token

    def sent_id(self, answer: Dict[str, Any]) -> str:
        return words(answer, "message_id")

    def parse(self, request: Request) -> List[Incoming]:
        # What another app of the page is to answer comes under "standby".
        events = [event for entry in self.entries(request) for event in objects(entry.get("messaging", []))]
        return [incoming for incoming in map(_incoming, events) if incoming]

    def render(self, messages: List[Dict[str, Any]], incoming: Incoming) -> List[Outgoing]:
        return [outgoing for message in messages for outgoing in _message(message, incoming)]


def _incoming(event: Dict[str, Any]) -> Optional[Incoming]:
    message, postback = part(event, "message"), part(event, "postback")
    # Our own words come back as echoes; receipts and reactions have neither.
    if message.get("is_echo") or not (message or postback):
        return None
    # A person who writes from a website's plug-in without an account has no id to answer to.
    address = named(part(event, "sender"), "id")
    if not address.isdecimal():
        raise Refused(400, "not a person's id")
    if postback:
        # Older deliveries of a postback have no name of their own.
        name = words(postback, "mid") or f"{address} {event.get('timestamp')} {words(postback, 'payload')}"
        pressed = words(postback, "payload")
        begins = pressed == GET_STARTED
        what = What.START if begins else What.BUTTON
        return Incoming(name, address, what, moment(event), words(postback, "title"), None if begins else pressed)
    what, text, payload = _content(message)
    return Incoming(named(message, "mid"), address, what, moment(event), text, payload)


def _content(message: Dict[str, Any]) -> Tuple[What, str, Optional[str]]:
    text = words(message, "text")
    pressed = words(part(message, "quick_reply"), "payload")
    if pressed:
        return What.BUTTON, text, pressed
    attachments = objects(message.get("attachments", []))
    if not attachments:
        return (What.TEXT if text.strip() else What.OTHER), text, None
    first = attachments[0]
    # The thumb under the field, too, is a sticker.
    if "sticker_id" in part(first, "payload") or "sticker_id" in message:
        return What.STICKER, text, None
    kind = words(first, "type")
    # A link that was shared comes as "fallback" with the words that were written.
    if kind == "fallback" and text.strip():
        return What.TEXT, text, None
    return KINDS.get(kind, What.OTHER), text, None


def _message(message: Dict[str, Any], incoming: Incoming) -> List[Outgoing]:
    requests = []
    body, ending, buttons = unmarked(message["body"]), unmarked(message["ending"]), message["buttons"]
    if message.get("picture"):
        requests.append(_picture(message["picture"], incoming))
    titles = [unmarked(" ".join(button["title"].split())) for button in buttons]
    shown = len(buttons) <= MOST_CHOICES
    if not shown or any(len(title) > LONGEST_TITLE for title in titles):
        # A longer title would be cut: it stands in the text, and the reply is its number.
        body = "\n\n".join(filter(None, (body, unmarked(numbered(buttons)))))
        titles = [str(number) for number in range(1, len(buttons) + 1)]
    parts = split(body, ending, LONGEST_TEXT)
    requests += [_outgoing(text, {}, incoming) for text in parts[:-1]]
    replies = [
        {"content_type": "text", "title": title, "payload": button["payload"]}
        for title, button in zip(titles, buttons, strict=True)
    ]
    # They vanish with the next message, so they go with the last.
    return [*requests, _outgoing(parts[-1], {"quick_replies": replies} if replies and shown else {}, incoming)]


def _outgoing(text: str, more: Dict[str, Any], incoming: Incoming) -> Outgoing:
    body = {"recipient": {"id": incoming.address}, "messaging_type": "RESPONSE", "message": {"text": text, **more}}
    return Outgoing(PATH, body, words=text)


def _picture(picture: Dict[str, Any], incoming: Incoming) -> Outgoing:
    fields = {
        "recipient": json.dumps({"id": incoming.address}),
        "messaging_type": "RESPONSE",
        "message": json.dumps({"attachment": {"type": "image", "payload": {"is_reusable": False}}}),
    }
    return Outgoing(PATH, fields, file=("filedata", "image/png", picture["png"]), words=picture["alt"])
