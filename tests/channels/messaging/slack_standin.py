"""Slack's Web API (https://docs.slack.dev/reference/methods/chat.postMessage, …/files.getUploadURLExternal,
…/files.completeUploadExternal, https://docs.slack.dev/reference/block-kit) and the requests that Slack sends
(https://docs.slack.dev/reference/events/message.im, …/events/message/message_changed, …/events/app_mention,
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload,
https://docs.slack.dev/authentication/verifying-requests-from-slack)."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import time
from typing import Any
from urllib.parse import urlencode

import requests

from tests.channels.messaging.standin import Call, StandIn

TOKEN = "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def plain(longest: int) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "text"],
        "additionalProperties": False,
        "properties": {
            "type": {"const": "plain_text"},
            "text": {"type": "string", "minLength": 1, "maxLength": longest},
            "emoji": {"type": "boolean"},
        },
    }


SECTION = {
    "type": "object",
    "required": ["type", "text"],
    "additionalProperties": False,
    "properties": {"type": {"const": "section"}, "text": plain(3000)},
}
ACTIONS = {
    "type": "object",
    "required": ["type", "elements"],
    "additionalProperties": False,
    "properties": {
        "type": {"const": "actions"},
        "elements": {
            "type": "array",
            "minItems": 1,
            "maxItems": 25,
            "items": {
                "type": "object",
                "required": ["type", "text", "action_id"],
                "additionalProperties": False,
                "properties": {
                    "type": {"const": "button"},
                    "text": plain(75),
                    "action_id": {"type": "string", "minLength": 1, "maxLength": 255},
                    "value": {"type": "string", "maxLength": 2000},
                },
            },
        },
    },
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "/api/chat.postMessage": {
        "type": "object",
        "required": ["channel", "text"],
        "additionalProperties": False,
        "properties": {
            "channel": {"type": "string", "pattern": "^[CDG][A-Z0-9]+$"},
            "thread_ts": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+$"},
            "text": {"type": "string", "minLength": 1, "maxLength": 40000},
            "blocks": {"type": "array", "minItems": 1, "maxItems": 50, "items": {"anyOf": [SECTION, ACTIONS]}},
            "unfurl_links": {"type": "boolean"},
            "unfurl_media": {"type": "boolean"},
        },
    },
    # As a form, so every value is a string.
    "/api/files.getUploadURLExternal": {
        "type": "object",
        "required": ["filename", "length"],
        "additionalProperties": False,
        "properties": {
            "filename": {"type": "string", "minLength": 1},
            "length": {"type": "string", "pattern": "^[1-9][0-9]*$"},
            "alt_txt": {"type": "string", "maxLength": 1000},
        },
    },
    "/api/files.completeUploadExternal": {
        "type": "object",
        "required": ["files"],
        "additionalProperties": False,
        "properties": {
            "files": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["id"],
                    "additionalProperties": False,
                    "properties": {"id": {"type": "string"}, "title": {"type": "string"}},
                },
            },
            "channel_id": {"type": "string"},
            "thread_ts": {"type": "string"},
        },
    },
    "/upload": {"type": "object"},
}


class SlackStandIn(StandIn):
    """One workspace's Web API."""

    settings = {"slack_token": TOKEN, "slack_signing_secret": SIGNING_SECRET}

    def __init__(self) -> None:
        super().__init__()
        self.uploads: dict[str, bytes] = {}

    @property
    def api(self) -> str:
        return f"{self.url}/api"

    def schemas(self, call: Call) -> dict[str, Any] | None:
        return SCHEMAS["/upload"] if call.path.startswith("/upload/v1/") else SCHEMAS.get(call.path)

    def check(self, call: Call) -> None:
        if call.path.startswith("/upload/"):
            assert "Authorization" not in call.headers, "the token does not belong here"
            assert call.files["filename"].startswith(b"\x89PNG")
            return
        assert call.headers["Authorization"] == f"Bearer {TOKEN}", "invalid_auth"
        texts = [call.body.get("text", ""), *(block["text"]["text"] for block in self.sections(call))]
        for text in texts:
            assert not re.search(r"[<>]|&(?!(?:amp|lt|gt);)", text), "control characters are not escaped"
        for block in call.body.get("blocks", ()):
            names = [element["action_id"] for element in block.get("elements", ())]
            assert len(names) == len(set(names)), "invalid_blocks"
        for file in call.body.get("files", ()):
            assert file["id"] in self.uploads, "file_not_found"

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path.startswith("/upload/"):
            picture = call.files["filename"]
            self.uploads[call.path.rpartition("/")[2]] = picture
            return 200, f"OK - {len(picture)}"
        if call.path.endswith("getUploadURLExternal"):
            name = f"F{len(self.taken):08}"
            return 200, {"ok": True, "upload_url": f"{self.url}/upload/v1/{name}", "file_id": name}
        if call.path.endswith("completeUploadExternal"):
            return 200, {"ok": True, "files": call.body["files"]}
        return 200, {"ok": True, "channel": call.body["channel"], "ts": f"{time.time():.6f}", "message": {}}

    def refusal(self, why: str) -> tuple[int, Any]:
        return 200, {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": [why]}}

    @staticmethod
    def sections(call: Call) -> list[dict[str, Any]]:
        return [block for block in call.body.get("blocks", ()) if block["type"] == "section"]

    @property
    def posts(self) -> list[Call]:
        """The messages, in order."""
        return [call for call in self.taken if call.path == "/api/chat.postMessage"]

    @property
    def texts(self) -> list[str]:
        """What was said, in order."""
        return ["\n\n".join(block["text"]["text"] for block in self.sections(call)) for call in self.posts]


class SlackUser:
    """Somebody in a direct message, and Slack which tells the bot of it."""

    numbers = itertools.count(1)

    def __init__(self, server: str) -> None:
        self.server = server
        number = next(self.numbers)
        self.channel, self.user = f"D{number:08}", f"U{number:08}"

    def post(self, body: Any, *, stamp: int | None = None, secret: str = SIGNING_SECRET, **headers: str) -> requests.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        at = str(int(time.time()) if stamp is None else stamp)
        signed = hmac.new(secret.encode(), f"v0:{at}:".encode() + raw, hashlib.sha256).hexdigest()
        given = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": f"v0={signed}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return requests.post(f"{self.server}/webhooks/slack/webhook", data=raw, headers=given, timeout=15)

    def stamp(self) -> str:
        return f"{int(time.time())}.{next(self.numbers):06}"

    def envelope(self, event: dict[str, Any]) -> dict[str, Any]:
        return {
            "token": "one-long-verification-token",
            "team_id": "T061EG9R6",
            "api_app_id": "A0PNCHHK2",
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{next(self.numbers):08}",
            "event_time": int(time.time()),
            "authed_users": [self.user],
        }

    def message(self, text: str, **parts: Any) -> dict[str, Any]:
        return {
            "type": "message",
            "channel": self.channel,
            "channel_type": "im",
            "user": self.user,
            "text": text,
            "ts": self.stamp(),
            **parts,
        }

    def say(self, text: str, **parts: Any) -> dict[str, Any]:
        """Write; the message."""
        message = self.message(text, **parts)
        answer = self.post(self.envelope(message))
        assert answer.status_code == 200, answer.text
        return message

    def press(self, call: Call, number: int, channel: str | None = None) -> requests.Response:
        """Press a button under a message of the bot, from 0."""
        elements = [element for block in call.body["blocks"] for element in block.get("elements", ())]
        payload = {
            "type": "block_actions",
            "team": {"id": "T061EG9R6", "domain": "example"},
            "user": {"id": self.user, "username": "somebody"},
            "api_app_id": "A0PNCHHK2",
            "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
            "channel": {"id": channel or self.channel, "name": "directmessage"},
            "message": {"bot_id": "BAH5CA16Z", "type": "message", "text": call.body["text"], "ts": self.stamp()},
            "response_url": "https://hooks.slack.com/actions/x",
            "actions": [{**elements[number], "block_id": "=qXel", "action_ts": self.stamp()}],
        }
        form = urlencode({"payload": json.dumps(payload)}).encode()
        return self.post(form, Content_Type="application/x-www-form-urlencoded")
