"""Meta as its documents describe it: what it delivers, what it takes, and what it answers.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-reply-buttons-messages
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from bot.channels.messaging.app import Request
from tests.channels.messaging.standin import Call, StandIn

SECRET, WORD, TOKEN = "meta-app-secret", "our own word", "meta-access-token"
NUMBER, PERSON, STRANGER = "106540352242922", "16505551234", "US.13491208655302741918"
PAGE, PSID = "682498302938465", "1254477777772919"
WHATSAPP_SETTINGS = {
    "whatsapp_number_id": NUMBER, "whatsapp_token": TOKEN, "whatsapp_app_secret": SECRET, "whatsapp_verify_token": WORD,
}  # fmt: skip
MESSENGER_SETTINGS = {"messenger_page_token": TOKEN, "messenger_app_secret": SECRET, "messenger_verify_token": WORD}


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed(delivery: Any, channel: str = "whatsapp") -> Request:
    """A delivery as Meta posts it: other letters than ASCII are escaped, and the signature is that of the escaped text."""
    body = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
    url = f"https://guide.example/webhooks/{channel}/webhook"
    return Request("POST", url, {"x-hub-signature-256": signature(body), "content-type": "application/json"}, {}, body)


def asks(query: dict[str, str], channel: str = "whatsapp") -> Request:
    return Request("GET", f"https://guide.example/webhooks/{channel}/webhook", {}, query, b"")


def whatsapp_message(
    kind: str, content: Any = None, name: str = "wamid.1", at: str = "1739321024", **more: Any
) -> dict[str, Any]:
    message = {"from": PERSON, "from_user_id": STRANGER, "id": name, "timestamp": at, "type": kind, **more}
    return message if content is None else {**message, kind: content}


def whatsapp_text(text: str, name: str = "wamid.1", at: str = "1739321024", **more: Any) -> dict[str, Any]:
    return whatsapp_message("text", {"body": text}, name, at, **more)


def whatsapp_delivery(*messages: dict[str, Any], number: str = NUMBER, **value: Any) -> dict[str, Any]:
    held = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Sheena Nelson"}, "wa_id": PERSON, "user_id": STRANGER}],
        **({"messages": list(messages)} if messages else {}),
        **value,
    }
    entry = {"id": "102290129340398", "changes": [{"value": held, "field": "messages"}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def messenger_event(content: dict[str, Any], at: int = 1458692752478, person: str = PSID) -> dict[str, Any]:
    return {"sender": {"id": person}, "recipient": {"id": PAGE}, "timestamp": at, **content}


def messenger_text(text: str, name: str = "m_1", at: int = 1458692752478, **more: Any) -> dict[str, Any]:
    return messenger_event({"message": {"mid": name, "text": text, **more}}, at)


def messenger_delivery(*events: dict[str, Any]) -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": PAGE, "time": 1458692752478, "messaging": list(events)}]}


def text(most: int, least: int = 1) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": r"\S"}


def exactly(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object with these properties and no other."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def array(items: dict[str, Any], most: int, least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


REPLY_BUTTONS = exactly({
    "type": {"const": "button"},
    "body": exactly({"text": text(1024)}),
    "action": exactly({
        "buttons": array(exactly({"type": {"const": "reply"}, "reply": exactly({"id": text(256), "title": text(20)})}), 3)
    }),
})  # fmt: skip
ROWS = array(exactly({"id": text(200), "title": text(24)}, description=text(72)), 10)
# The pages disagree on the longest body of a list, 1024 or 4096; this is the lower.
LIST = exactly({
    "type": {"const": "list"},
    "body": exactly({"text": text(1024)}),
    "action": exactly({"button": text(20), "sections": array(exactly({"title": text(24), "rows": ROWS}), 10)}),
})  # fmt: skip
CONTENTS = {
    "text": exactly({"body": text(4096), "preview_url": {"const": False}}),
    "interactive": {"oneOf": [REPLY_BUTTONS, LIST]},
    "image": exactly({"id": text(100)}, caption=text(1024)),
}
_TO = {"to": {"type": "string", "pattern": r"^\d{6,15}$"}}
_RECIPIENT = {"recipient": {"type": "string", "pattern": r"^[A-Z]{2}\.[A-Za-z0-9.]{1,128}$"}}
WHATSAPP_MESSAGE = {
    "oneOf": [
        exactly({
            "messaging_product": {"const": "whatsapp"},
            "recipient_type": {"const": "individual"},
            "type": {"const": kind},
            kind: content,
            **whom,
        })
        for kind, content in CONTENTS.items()
        for whom in (_TO, _RECIPIENT)
    ]
}  # fmt: skip
WHATSAPP_MEDIA = exactly({"messaging_product": {"const": "whatsapp"}, "type": {"enum": ["image/png", "image/jpeg"]}})
QUICK_REPLY = exactly({"content_type": {"const": "text"}, "title": text(20), "payload": text(1000)})
MESSENGER_TEXT = exactly({
    "recipient": exactly({"id": {"type": "string", "pattern": r"^\d+$"}}),
    "messaging_type": {"const": "RESPONSE"},
    "message": exactly({"text": text(2000)}, quick_replies=array(QUICK_REPLY, 13)),
})  # fmt: skip
# With a file the fields are a form's, and their JSON is text.
MESSENGER_PICTURE = exactly({
    "recipient": {"type": "string", "pattern": r'^{"id": "\d+"}$'},
    "messaging_type": {"const": "RESPONSE"},
    "message": {"const": json.dumps({"attachment": {"type": "image", "payload": {"is_reusable": False}}})},
})  # fmt: skip


class MetaStandIn(StandIn):
    """What both of Meta's APIs do alike."""

    def check(self, call: Call) -> None:
        assert call.headers.get("Authorization") == f"Bearer {TOKEN}", "no access token"

    def refusal(self, why: str) -> tuple[int, Any]:
        return 400, meta_error(100, why)


class WhatsAppStandIn(MetaStandIn):
    """The Cloud API."""

    def schemas(self, call: Call) -> dict[str, Any] | None:
        return {f"/{NUMBER}/messages": WHATSAPP_MESSAGE, f"/{NUMBER}/media": WHATSAPP_MEDIA}.get(call.path)

    def check(self, call: Call) -> None:
        super().check(call)
        if call.path.endswith("/media"):
            assert call.files["file"].startswith(b"\x89PNG"), "not a PNG"
            assert len(call.files["file"]) <= 5 * 2**20, "more than 5 MB"
        else:
            titles = [button["reply"]["title"] for button in _buttons(call.body)]
            assert len(set(titles)) == len(titles), "equal titles"

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path.endswith("/media"):
            return 200, {"id": "4490709327384033"}
        whom = call.body.get("to") or call.body["recipient"]
        names = [{"id": f"wamid.out{len(self.taken)}"}]
        return 200, {"messaging_product": "whatsapp", "contacts": [{"input": whom, "wa_id": whom}], "messages": names}


class MessengerStandIn(MetaStandIn):
    """The Send API."""

    def schemas(self, call: Call) -> dict[str, Any] | None:
        if call.path != "/me/messages":
            return None
        return MESSENGER_PICTURE if call.files else MESSENGER_TEXT

    def check(self, call: Call) -> None:
        super().check(call)
        if call.files:
            assert call.files["filedata"].startswith(b"\x89PNG"), "not a PNG"

    def answer(self, call: Call) -> tuple[int, Any]:
        return 200, {"recipient_id": "1", "message_id": f"m_out{len(self.taken)}"}


def meta_error(code: int, message: str = "", **more: Any) -> dict[str, Any]:
    error = {"message": message or f"(#{code})", "type": "OAuthException", "code": code, "fbtrace_id": "AbC", **more}
    return {"error": error}


def _buttons(body: dict[str, Any]) -> list[dict[str, Any]]:
    return body.get("interactive", {}).get("action", {}).get("buttons", [])
