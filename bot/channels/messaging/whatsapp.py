"""WhatsApp by Meta's Cloud API.

https://developers.facebook.com/documentation/business-messaging/whatsapp tells what comes and what may be sent.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from pydantic import SecretStr

from bot.channels.messaging import country
from bot.channels.messaging.app import Incoming, Outgoing, Request, What
from bot.channels.messaging.meta import MetaApp, moment, named, objects, part, unmarked, words
from bot.channels.messaging.numbers import numbered
from bot.channels.messaging.received import answered
from bot.channels.messaging.split import split
from bot.channels.messaging.words import chat_word

LONGEST_TEXT = 4096
# Of a message with buttons or with a list.
LONGEST_BODY = 1024
MOST_BUTTONS = 3
LONGEST_TITLE = 20
MOST_ROWS = 10
LONGEST_ROW = 24
LONGEST_DESCRIPTION = 72
LONGEST_CAPTION = 1024
OPEN_LIST = "Choose"
WHAT_NEXT = "What would you like to know next?"
PNG = "image/png"
# To one person one message in six seconds in the long run; this is the pause that the document names.
PAIR_PAUSE = 6.0
# Silence is the right answer to these: a thumb under a message, a changed number.
SILENT = frozenset({"reaction", "system"})
KINDS = {
    "audio": What.VOICE,
    "voice": What.VOICE,
    "image": What.PICTURE,
    "video": What.PICTURE,
    "document": What.FILE,
    "location": What.LOCATION,
    "sticker": What.STICKER,
}


class WhatsApp(MetaApp):
    """A number of the WhatsApp Business Platform."""

    name = "whatsapp"
    needs = ("whatsapp_number_id", "whatsapp_token", "whatsapp_app_secret", "whatsapp_verify_token")
    of = "whatsapp_business_account"
    pictures = True
    # Of a row; a button may have 256.
    longest_payload = 200
    # Rate of the number, of spam, of one person; service away, maintenance, server away, unknown.
    passing = {
        130429: None,
        131048: None,
        131056: PAIR_PAUSE,
        131016: None,
        131057: None,
        133004: None,
        131000: None,
        80007: None,
    }
    # A permission that is missing comes with a status of the server's own failures.
    lasting = frozenset({3, 131047})

    @property
    def address(self) -> str:
        return self._options.whatsapp_api

    @property
    def credentials(self) -> Tuple[Optional[SecretStr], Optional[SecretStr], Optional[SecretStr]]:
        options = self._options
        return options.whatsapp_app_secret, options.whatsapp_verify_token, options.whatsapp_token

    def sent_id(self, answer: Dict[str, Any]) -> str:
        taken = answer.get("messages")
        return words(taken[0], "id") if isinstance(taken, list) and taken and isinstance(taken[0], dict) else ""

    def parse(self, request: Request) -> List[Incoming]:
        found = []
        for entry in self.entries(request):
            for change in objects(entry.get("changes")):
                value = part(change, "value")
                # The same account may have numbers that are somebody else's business.
                ours = words(part(value, "metadata"), "phone_number_id") == self._options.whatsapp_number_id
                if change.get("field") == "messages" and ours:
                    found += [_incoming(message) for message in objects(value.get("messages", []))]
        return [incoming for incoming in found if incoming]

    def render(self, messages: List[Dict[str, Any]], incoming: Incoming) -> List[Outgoing]:
        return [outgoing for message in messages for outgoing in self._message(message, incoming)]

    def follow(self, outgoing: Outgoing, body: bytes) -> Optional[Outgoing]:
        if outgoing.file is None:
            return None
        uploaded = words(answered(body), "id")
        if not uploaded:
            # The numbers are in the text as well.
            return None
        picture = {"id": uploaded, **({"caption": outgoing.about["caption"]} if outgoing.about["caption"] else {})}
        return self._outgoing(outgoing.about["to"], "image", picture, outgoing.words)

    def _message(self, message: Dict[str, Any], incoming: Incoming) -> List[Outgoing]:
        requests = []
        body, ending, buttons = unmarked(message["body"]), unmarked(message["ending"]), message["buttons"]
        if message.get("picture"):
            requests.append(self._upload(message["picture"], incoming))
        choices = _choices(buttons)
        if choices is None:
            text = "\n\n".join(filter(None, (body, unmarked(numbered(buttons)))))
            return requests + [self._text(part, incoming) for part in split(text, ending, LONGEST_TEXT)]
        whole = "\n\n".join(filter(None, (body, ending)))
        if not 0 < len(whole) <= LONGEST_BODY:
            # The choices hang under the disclaimer, so that it stays the last that is said.
            hangs = 0 < len(ending) <= LONGEST_BODY
            whole = ending if hangs else WHAT_NEXT
            requests += [self._text(part, incoming) for part in split(body, "" if hangs else ending, LONGEST_TEXT)]
        return [*requests, self._outgoing(incoming.address, "interactive", {"body": {"text": whole}, **choices}, whole)]

    def _upload(self, picture: Dict[str, Any], incoming: Incoming) -> Outgoing:
        caption = unmarked(picture["alt"])
        caption = caption if len(caption) <= LONGEST_CAPTION else ""
        return Outgoing(
            f"/{self._options.whatsapp_number_id}/media",
            {"messaging_product": "whatsapp", "type": PNG},
            file=("file", PNG, picture["png"]),
            words=picture["alt"],
            about={"to": incoming.address, "caption": caption},
        )

    def _text(self, text: str, incoming: Incoming) -> Outgoing:
        return self._outgoing(incoming.address, "text", {"body": text, "preview_url": False}, text)

    def _outgoing(self, address: str, kind: str, content: Dict[str, Any], said: str) -> Outgoing:
        # Who hides their number has a name that only this business knows, such as "US.13491208655302741918".
        whom = "to" if address.isdecimal() else "recipient"
        body = {"messaging_product": "whatsapp", "recipient_type": "individual", whom: address, "type": kind, kind: content}
        return Outgoing(f"/{self._options.whatsapp_number_id}/messages", body, words=said)


def _incoming(message: Dict[str, Any]) -> Optional[Incoming]:
    kind = words(message, "type")
    if kind in SILENT:
        return None
    address = words(message, "from") or named(message, "from_user_id")
    what, text, payload = _content(kind, message)
    if message.get("group_id"):
        what = What.GROUP
    region = country.of_number(address) if address.isdecimal() else country.of_region(address[:2])
    return Incoming(named(message, "id"), address, what, moment(message), text, payload, country=region)


def _content(kind: str, message: Dict[str, Any]) -> Tuple[What, str, Optional[str]]:
    held = part(message, kind)
    if kind == "text":
        text = words(held, "body")
        return chat_word(text), text, None
    if kind == "button":
        return What.BUTTON, words(held, "text"), words(held, "payload")
    if kind == "interactive":
        pressed = part(held, words(held, "type"))
        if words(pressed, "id"):
            # A row's title may be cut; its description is whole.
            return What.BUTTON, words(pressed, "description") or words(pressed, "title"), words(pressed, "id")
    return KINDS.get(kind, What.OTHER), words(held, "caption"), None


def _choices(buttons: List[Dict[str, Any]]) -> Optional[Dict[str, Any]]:
    """The choices as buttons or as a list; None where WhatsApp can show them as neither."""
    titles = [unmarked(" ".join(button["title"].split())) for button in buttons]
    payloads = [button["payload"] for button in buttons]
    if not buttons or len(set(titles)) < len(titles) or len(set(payloads)) < len(payloads):
        return None
    if not all(payload == payload.strip() and len(payload) <= WhatsApp.longest_payload for payload in payloads):
        return None
    pairs = list(zip(payloads, titles, strict=True))
    if len(pairs) <= MOST_BUTTONS and all(len(title) <= LONGEST_TITLE for title in titles):
        replies = [{"type": "reply", "reply": {"id": payload, "title": title}} for payload, title in pairs]
        return {"type": "button", "action": {"buttons": replies}}
    if len(pairs) <= MOST_ROWS and all(len(title) <= LONGEST_DESCRIPTION for title in titles):
        rows = [{"id": payload, **_row(title)} for payload, title in pairs]
        return {"type": "list", "action": {"button": OPEN_LIST, "sections": [{"title": OPEN_LIST, "rows": rows}]}}
    return None


def _row(title: str) -> Dict[str, str]:
    if len(title) <= LONGEST_ROW:
        return {"title": title}
    short = title[:LONGEST_ROW].rpartition(" ")[0].rstrip(" ,;:") or title[: LONGEST_ROW - 1]
    return {"title": f"{short[: LONGEST_ROW - 1]}…", "description": title}
