"""Telegram: updates of the Bot API by webhook, and its methods.

https://core.telegram.org/bots/api
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional

from bot.channels.messaging import words
from bot.channels.messaging.app import App, Failed, Incoming, Later, Outgoing, Refused, Request, Result, Sent, What
from bot.channels.messaging.received import json_object, same
from bot.channels.messaging.split import split

SECRET_HEADER = "x-telegram-bot-api-secret-token"
LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
PRIVATE = "private"
GROUPS = ("group", "supergroup")
# The first field that a message has says what it is; a GIF is a document too, and a venue has a location.
KINDS = {
    "text": What.TEXT,
    "voice": What.VOICE,
    "audio": What.VOICE,
    "photo": What.PICTURE,
    "video": What.PICTURE,
    "video_note": What.PICTURE,
    "animation": What.PICTURE,
    "document": What.FILE,
    "location": What.LOCATION,
    "sticker": What.STICKER,
    "contact": What.OTHER,
    "poll": What.OTHER,
    "dice": What.OTHER,
    "game": What.OTHER,
    "story": What.OTHER,
}
# In Telegram these are commands; other words that mean "stop" elsewhere are ordinary words here.
COMMANDS = ("/stop", "stop", "/start", "start")


class Telegram(App):
    """A bot of Telegram's, in private chats."""

    name = "telegram"
    needs = ("telegram_token", "telegram_secret")
    pictures = True
    longest_payload = 64

    def verify(self, request: Request) -> None:
        """The secret that the webhook was set with comes back in a header."""
        assert self._options.telegram_secret
        if not same(request.headers.get(SECRET_HEADER), self._options.telegram_secret.get_secret_value()):
            raise Refused(401, "the secret token is missing or wrong")

    def parse(self, request: Request) -> List[Incoming]:
        """An update: a message, an edited one, or a button."""
        update = json_object(request.body)
        try:
            order = float(update["update_id"])
            if "message" in update:
                return _message(update["message"], order)
            if "edited_message" in update:
                return _edited(update["edited_message"], order)
            if "callback_query" in update:
                return _pressed(update["callback_query"], order)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Refused(400, "it is no update of Telegram's") from None
        return []

    def render(self, messages: List[Dict[str, Any]], incoming: Incoming) -> List[Outgoing]:
        """Plain text without any markup, so that nothing needs escaping; buttons as an inline keyboard."""
        requests: List[Outgoing] = []
        chat = {"chat_id": int(incoming.address)}
        if "callback" in incoming.about:
            # Stops the clock on the button; Telegram forgets the button after a while.
            requests.append(Outgoing("answerCallbackQuery", {"callback_query_id": incoming.about["callback"]}, optional=True))
        for message in messages:
            if "picture" in message:
                requests.append(_photo(message["picture"], chat))
            parts = split(message["body"], message["ending"], LONGEST_TEXT, units)
            for part in parts:
                body: Dict[str, Any] = {**chat, "text": part, "link_preview_options": {"is_disabled": True}}
                requests.append(Outgoing("sendMessage", body, words=part))
            if message["buttons"]:
                rows = [[{"text": b["title"], "callback_data": b["payload"]}] for b in message["buttons"]]
                requests[-1].body["reply_markup"] = {"inline_keyboard": rows}
        return requests

    def headers(self, outgoing: Outgoing) -> Dict[str, str]:
        """None: the token is in the address."""
        return {}

    @property
    def address(self) -> str:
        """The Bot API with the token, so never to be logged."""
        assert self._options.telegram_token
        return f"{self._options.telegram_api.rstrip('/')}/bot{self._options.telegram_token.get_secret_value()}"

    def result(self, status: int, headers: Mapping[str, str], body: bytes) -> Result:
        """Telegram answers in JSON: `ok`, and where it is not, `description` and perhaps `parameters.retry_after`."""
        try:
            said = json.loads(body)
            told = str(said.get("description") or "")[:100]
            asked = (said.get("parameters") or {}).get("retry_after")
        except (ValueError, AttributeError):
            said, told, asked = {}, "", None
        if status == 200 and said.get("ok"):
            sent = said.get("result")
            return Sent(str(sent.get("message_id", "")) if isinstance(sent, dict) else "")
        why = f"Telegram answered {status} {told}".strip()
        # A wrong token is for the operator to mend, and no fault of the message.
        if status in (401, 404, 429) or status >= 500 or status == 200:
            return Later(why, float(asked) if isinstance(asked, (int, float)) else None)
        return Failed(why)


def units(text: str) -> int:
    """A text's length as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _message(message: Dict[str, Any], order: float) -> List[Incoming]:
    what = next((kind for field, kind in KINDS.items() if field in message), None)
    chat, kind = message["chat"]["id"], message["chat"]["type"]
    # Somebody joined, a message was pinned: nobody said anything. Nor does a bot talk to bots.
    if what is None or (message.get("from") or {}).get("is_bot") or kind not in (PRIVATE, *GROUPS):
        return []
    identifier = f"{int(chat)}:{int(message['message_id'])}"
    text = str(message.get("text") or message.get("caption") or "")
    if kind != PRIVATE:
        return [Incoming(identifier, str(chat), What.GROUP, order)]
    if what is What.TEXT:
        command = text.strip().split(None, 1)[0].partition("@")[0].casefold() if text.strip() else ""
        if command.startswith("/") or text.strip().casefold() in COMMANDS:
            what = words.word(command) if command in COMMANDS else What.TEXT
    return [Incoming(identifier, str(chat), what, order, text)]


def _edited(message: Dict[str, Any], order: float) -> List[Incoming]:
    # Only the words of a message matter, and a group was told already.
    if message["chat"]["type"] != PRIVATE or "text" not in message:
        return []
    original = f"{int(message['chat']['id'])}:{int(message['message_id'])}"
    identifier = f"{original}:{int(message['edit_date'])}"
    return [Incoming(identifier, str(message["chat"]["id"]), What.EDITED, order, str(message["text"]), edits=original)]


def _pressed(query: Dict[str, Any], order: float) -> List[Incoming]:
    message: Optional[Dict[str, Any]] = query.get("message")
    # A button of a message that is not ours, such as a game.
    if message is None or "data" not in query:
        return []
    address, identifier, payload = str(int(message["chat"]["id"])), f"callback:{query['id']}", str(query["data"])
    if message["chat"]["type"] != PRIVATE:
        return [Incoming(identifier, address, What.GROUP, order)]
    rows = (message.get("reply_markup") or {}).get("inline_keyboard") or []
    title = next((b["text"] for row in rows for b in row if b.get("callback_data") == payload), "")
    about = {"callback": str(query["id"])}
    return [Incoming(identifier, address, What.BUTTON, order, str(title), payload, about=about)]


def _photo(picture: Dict[str, Any], chat: Dict[str, Any]) -> Outgoing:
    alt = picture["alt"]
    caption = alt if units(alt) <= LONGEST_CAPTION else alt.partition(". ")[0][: LONGEST_CAPTION // 2]
    return Outgoing("sendPhoto", {**chat, "caption": caption}, file=("photo", "image/png", picture["png"]), words=caption)
