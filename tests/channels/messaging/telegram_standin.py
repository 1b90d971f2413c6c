"""Telegram's Bot API, from https://core.telegram.org/bots/api (sendMessage, sendPhoto, answerCallbackQuery, making requests),
and the updates that it sends (https://core.telegram.org/bots/api#update, with the examples of
https://core.telegram.org/bots/webhooks#testing-your-bot-with-updates)."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import requests

from tests.channels.messaging.standin import Call, StandIn

TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"
SECRET = "telegram_secret-0123456789"

CHAT = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^@"}]}
KEYBOARD = {
    "type": "object",
    "required": ["inline_keyboard"],
    "additionalProperties": False,
    "properties": {
        "inline_keyboard": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": 8,
                "items": {
                    "type": "object",
                    "required": ["text", "callback_data"],
                    "additionalProperties": False,
                    "properties": {
                        "text": {"type": "string", "minLength": 1},
                        "callback_data": {"type": "string", "minLength": 1},
                    },
                },
            },
        }
    },
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "sendMessage": {
        "type": "object",
        "required": ["chat_id", "text"],
        "additionalProperties": False,
        "properties": {
            "chat_id": CHAT,
            "text": {"type": "string", "minLength": 1},
            "link_preview_options": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"is_disabled": {"type": "boolean"}},
            },
            "reply_markup": KEYBOARD,
        },
    },
    # As multipart, so every value is a string; the picture is a part of its own.
    "sendPhoto": {
        "type": "object",
        "required": ["chat_id"],
        "additionalProperties": False,
        "properties": {"chat_id": {"type": "string", "pattern": "^-?[0-9]+$"}, "caption": {"type": "string"}},
    },
    "answerCallbackQuery": {
        "type": "object",
        "required": ["callback_query_id"],
        "additionalProperties": False,
        "properties": {"callback_query_id": {"type": "string"}, "text": {"type": "string", "maxLength": 200}},
    },
}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class TelegramStandIn(StandIn):
    """The Bot API of one bot."""

    settings = {"telegram_token": TOKEN, "telegram_secret": SECRET}

    def method(self, call: Call) -> str:
        return call.path.rpartition("/")[2]

    def schemas(self, call: Call) -> dict[str, Any] | None:
        return SCHEMAS.get(self.method(call))

    def check(self, call: Call) -> None:
        assert call.path.startswith(f"/bot{TOKEN}/"), "401 Unauthorized"
        assert units(call.body.get("text", "")) <= 4096, "message is too long"
        assert units(call.body.get("caption", "")) <= 1024, "message caption is too long"
        for row in (call.body.get("reply_markup") or {}).get("inline_keyboard", ()):
            assert all(len(button["callback_data"].encode()) <= 64 for button in row), "BUTTON_DATA_INVALID"
        if self.method(call) == "sendPhoto":
            assert call.files["photo"].startswith(b"\x89PNG"), "PHOTO_INVALID_DIMENSIONS"

    def answer(self, call: Call) -> tuple[int, Any]:
        if self.method(call) == "answerCallbackQuery":
            return 200, {"ok": True, "result": True}
        return 200, {"ok": True, "result": {"message_id": len(self.taken), "date": int(time.time())}}

    def refusal(self, why: str) -> tuple[int, Any]:
        return 400, {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"}

    @property
    def texts(self) -> list[str]:
        """What was said, in order."""
        return [call.body["text"] for call in self.taken if self.method(call) == "sendMessage"]


class TelegramUser:
    """Somebody in a private chat, and Telegram which tells the bot of it."""

    numbers = itertools.count(1)
    updates = itertools.count(500_000_000)

    def __init__(self, server: str, chat: int | None = None) -> None:
        self.server = server
        self.chat = chat or 1_000_000 + next(self.numbers)
        self._messages = itertools.count(1)

    def post(self, update: Any, secret: str | None = SECRET) -> requests.Response:
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        return requests.post(f"{self.server}/webhooks/telegram/webhook", data=body, headers=headers, timeout=15)

    def update(self, **parts: Any) -> dict[str, Any]:
        return {"update_id": next(self.updates), **parts}

    def message(self, **parts: Any) -> dict[str, Any]:
        return {
            "message_id": next(self._messages),
            "date": int(time.time()),
            "chat": {"id": self.chat, "type": "private", "first_name": "Test", "last_name": "Lastname"},
            "from": {"id": self.chat, "is_bot": False, "first_name": "Test", "language_code": "en"},
            **parts,
        }

    def text(self, text: str, **parts: Any) -> dict[str, Any]:
        return self.update(message=self.message(text=text, **parts))

    def say(self, text: str) -> dict[str, Any]:
        """Write; the update."""
        update = self.text(text)
        answer = self.post(update)
        assert answer.status_code == 200, answer.text
        return update

    def button(self, call: Call, number: int) -> dict[str, Any]:
        """The update for a button under a message of the bot, from 0."""
        markup = call.body["reply_markup"]
        query = {
            "id": str(4382_000_000 + next(self.numbers)),
            "from": {"id": self.chat, "is_bot": False, "first_name": "Test"},
            "message": self.message(text=call.body["text"], reply_markup=markup),
            "chat_instance": "-3745",
            "data": markup["inline_keyboard"][number][0]["callback_data"],
        }
        return self.update(callback_query=query)
