"""Somebody on each app, whose provider tells the bot of what they do, and hands them what the bot says."""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import urlencode

import requests

from tests.channels.messaging import meta_provider as meta
from tests.channels.messaging import twilio_provider as twilio
from tests.channels.messaging.standin import Call, StandIn

Providers = dict[str, StandIn]
NUMBERS = itertools.count(1)


class Person:
    """Somebody new.

    Args:
        server: the bot's address.
        provider: what stands in for the app's provider.
    """

    channel = ""
    # The code with which the provider says that it is too much, and with which it says that this will never do.
    too_much: Any
    never: Any

    def __init__(self, server: str, provider: StandIn) -> None:
        self.url = f"{server}/webhooks/{self.channel}/webhook"
        self.provider = provider
        self.number = next(NUMBERS)

    # What they do.

    def say(self, text: str, **more: Any) -> Any:
        """Write; the delivery."""
        delivery = self.text(text, **more)
        answer = self.post(delivery)
        assert answer.status_code == 200, answer.text
        return delivery

    def post(self, delivery: Any, signature: str | None = "good") -> requests.Response:
        """Deliver, signed well, wrongly ("wrong") or not at all (None)."""
        body, headers = self.signed(delivery)
        name = next(name for name in headers if name.endswith(("Signature", "256")))
        if signature is None:
            del headers[name]
        elif signature != "good":
            headers[name] = signature
        return requests.post(self.url, data=body, headers=headers, timeout=15)

    def name(self) -> str:
        """A name for a message that no other one has."""
        return f"{self.number}.{next(NUMBERS)}"

    # What they see.

    @property
    def calls(self) -> list[Call]:
        """What the provider took for them, in order."""
        return [call for call in self.provider.taken if self.is_mine(call)]

    @property
    def texts(self) -> list[str]:
        """What they read."""
        return [words for words in map(self.words, self.calls) if words]

    def hears(self, count: int = 1, seconds: float = 20.0) -> list[str]:
        """Wait for so many texts."""
        self.provider.wait(lambda: len(self.texts) >= count, seconds)
        return self.texts

    # How the app does it.

    def signed(self, delivery: Any) -> tuple[bytes, dict[str, str]]:
        raise NotImplementedError

    def text(self, text: str, name: str | None = None, at: int = 1739321024) -> Any:
        raise NotImplementedError

    def picture(self, caption: str = "") -> Any:
        raise NotImplementedError

    def press(self, call: Call, number: int) -> Any:
        """The delivery of a button of a message, from 0."""
        raise NotImplementedError

    def is_mine(self, call: Call) -> bool:
        raise NotImplementedError

    def words(self, call: Call) -> str:
        raise NotImplementedError


class OfMeta(Person):
    too_much = meta.meta_error(4, "Too many calls")

    def signed(self, delivery: Any) -> tuple[bytes, dict[str, str]]:
        body = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
        return body, {"X-Hub-Signature-256": meta.signature(body), "Content-Type": "application/json"}


class OfWhatsApp(OfMeta):
    channel = "whatsapp"
    never = meta.meta_error(131047, "Re-engagement message")

    @property
    def address(self) -> str:
        return f"1416555{self.number:04}"

    def deliver(self, *messages: dict[str, Any]) -> dict[str, Any]:
        return meta.whatsapp_delivery(*({**message, "from": self.address} for message in messages))

    def text(self, text: str, name: str | None = None, at: int = 1739321024) -> Any:
        return self.deliver(meta.whatsapp_text(text, name or self.name(), str(at)))

    def picture(self, caption: str = "") -> Any:
        content = {"mime_type": "image/jpeg", "id": "2754859441498128", **({"caption": caption} if caption else {})}
        return self.deliver(meta.whatsapp_message("image", content, self.name()))

    def press(self, call: Call, number: int) -> Any:
        reply = call.body["interactive"]["action"]["buttons"][number]["reply"]
        return self.deliver(meta.whatsapp_message("interactive", {"type": "button_reply", "button_reply": reply}, self.name()))

    def is_mine(self, call: Call) -> bool:
        return call.body.get("to") == self.address

    def words(self, call: Call) -> str:
        kind = call.body["type"]
        content = call.body[kind]
        return content["body"] if kind == "text" else content.get("body", {}).get("text", "")


class OfMessenger(OfMeta):
    channel = "messenger"
    never = meta.meta_error(551, "This person isn't available right now")

    @property
    def address(self) -> str:
        return f"1254477777{self.number}"

    def text(self, text: str, name: str | None = None, at: int = 1739321024) -> Any:
        event = meta.messenger_text(text, name or self.name(), at * 1000)
        return meta.messenger_delivery({**event, "sender": {"id": self.address}})

    def picture(self, caption: str = "") -> Any:
        attachment = {"type": "image", "payload": {"url": "https://example.org/1"}}
        message = {"mid": self.name(), "attachments": [attachment], **({"text": caption} if caption else {})}
        return meta.messenger_delivery(meta.messenger_event({"message": message}, person=self.address))

    def press(self, call: Call, number: int) -> Any:
        reply = call.body["message"]["quick_replies"][number]
        message = {"mid": self.name(), "text": reply["title"], "quick_reply": {"payload": reply["payload"]}}
        return meta.messenger_delivery(meta.messenger_event({"message": message}, 1739321025000, self.address))

    def is_mine(self, call: Call) -> bool:
        recipient = call.body["recipient"]
        return (json.loads(recipient) if isinstance(recipient, str) else recipient)["id"] == self.address

    def words(self, call: Call) -> str:
        return "" if call.files else call.body["message"]["text"]


class OfTwilio(Person):
    too_much = twilio.twilio_error(20429, "Too many requests", 429)
    never = twilio.twilio_error(21610, "Attempt to send to unsubscribed recipient")

    def signed(self, delivery: Any) -> tuple[bytes, dict[str, str]]:
        if isinstance(delivery, bytes):
            fields: dict[str, str] = {}
            body = delivery
        else:
            fields, body = delivery, urlencode(delivery).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url = f"{twilio.PUBLIC}/webhooks/{self.channel}/webhook"
        return body, {**headers, "X-Twilio-Signature": twilio.signature(url, fields)}

    def press(self, call: Call, number: int) -> Any:
        return self.text(str(number + 1))

    def is_mine(self, call: Call) -> bool:
        return call.body["To"] == self.address

    def words(self, call: Call) -> str:
        return call.body.get("Body", "")

    @property
    def address(self) -> str:
        return f"+1416555{self.number:04}"


class OfSms(OfTwilio):
    channel = "twilio_sms"

    def text(self, text: str, name: str | None = None, at: int = 0) -> Any:
        return twilio.sms(text, name or f"SM{next(NUMBERS):032x}", From=self.address)

    def picture(self, caption: str = "") -> Any:
        return twilio.media("image/jpeg", self.text(caption))


class OfTwilioWhatsApp(OfTwilio):
    channel = "twilio_whatsapp"

    @property
    def address(self) -> str:
        return f"whatsapp:{super().address}"

    def text(self, text: str, name: str | None = None, at: int = 0) -> Any:
        return twilio.whatsapp(text, name or f"SM{next(NUMBERS):032x}", From=self.address)

    def picture(self, caption: str = "") -> Any:
        return twilio.media("image/jpeg", {**self.text(caption), "MessageType": "image"})


PEOPLE = (OfWhatsApp, OfMessenger, OfSms, OfTwilioWhatsApp)
