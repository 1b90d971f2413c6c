"""Slack: its Events API and its buttons by webhook, and its Web API.

https://docs.slack.dev/apis/events-api, https://docs.slack.dev/interactivity, https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from typing import Any, Dict, List, Mapping, Optional
from urllib.parse import parse_qs, urlsplit

from bot.channels.messaging.app import App, Failed, Incoming, Later, Outgoing, Refused, Request, Result, Sent, What
from bot.channels.messaging.received import json_object, same
from bot.channels.messaging.split import split

SIGNATURE, TIMESTAMP = "x-slack-signature", "x-slack-request-timestamp"
# Seconds; an older request, or one from a clock so far ahead, is taken for a replay.
WINDOW = 300
LONGEST_SECTION = 3000
SECTIONS = 10
LONGEST_BUTTON = 75
LONGEST_ALT = 1000
BUTTONS_A_ROW = 5
# What a visitor says: a plain message, one with files, one that a thread shows in the chat as well, and one that begins "/me".
SAID = (None, "file_share", "thread_broadcast", "me_message")
# Errors that pass, or that the operator must mend; all others tell of the message or its reader.
PASSING = frozenset({
    "accesslimited", "account_inactive", "fatal_error", "internal_error", "invalid_auth", "missing_scope", "not_authed",
    "rate_limited", "ratelimited", "request_timeout", "service_unavailable", "team_access_not_granted", "team_added_to_org",
    "token_expired", "token_revoked",
})  # fmt: skip
# <https://example.org|words>, <@U123>, <#C123|name>, <!here>, <mailto:…|words>
_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


class Slack(App):
    """A bot of one workspace, in direct messages."""

    name = "slack"
    needs = ("slack_token", "slack_signing_secret")
    pictures = True
    longest_payload = 2000

    def verify(self, request: Request) -> None:
        """Slack signs the time and the body; what is older than five minutes is a replay."""
        assert self._options.slack_signing_secret
        stamp = request.headers.get(TIMESTAMP, "")
        if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(time.time() - int(stamp)) > WINDOW:
            raise Refused(401, "the time of the request is missing or too far from now")
        key = self._options.slack_signing_secret.get_secret_value().encode()
        signed = hmac.new(key, f"v0:{stamp}:".encode() + request.body, hashlib.sha256).hexdigest()
        if not same(request.headers.get(SIGNATURE), f"v0={signed}"):
            raise Refused(401, "the signature is missing or wrong")

    def challenge(self, request: Request) -> Optional[str]:
        """The word that Slack asks back when the address is entered."""
        if request.method != "POST" or _is_form(request):
            return None
        told = json_object(request.body)
        return str(told.get("challenge", "")) if told.get("type") == "url_verification" else None

    def parse(self, request: Request) -> List[Incoming]:
        """An event, or a pressed button."""
        try:
            if _is_form(request):
                fields = parse_qs(request.body.decode("utf-8"))
                return _pressed(json_object(fields["payload"][0].encode()))
            told = json_object(request.body)
            return _event(told["event"]) if told["type"] == "event_callback" else []
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise Refused(400, "it is no event of Slack's") from None

    def render(self, messages: List[Dict[str, Any]], incoming: Incoming) -> List[Outgoing]:
        """Sections of plain text, which Slack does not format, and buttons below."""
        requests: List[Outgoing] = []
        where = {"channel": incoming.address}
        if "thread" in incoming.about:
            where["thread_ts"] = incoming.about["thread"]
        for message in messages:
            if "picture" in message:
                requests.append(_upload(message["picture"], where))
            parts = split(message["body"], message["ending"], LONGEST_SECTION, lambda text: len(escaped(text)))
            for start in range(0, len(parts), SECTIONS):
                few = parts[start : start + SECTIONS]
                body = {
                    **where,
                    # What a notification and a screen reader say.
                    "text": escaped("\n\n".join(few)),
                    "blocks": [{"type": "section", "text": _plain(part)} for part in few],
                    "unfurl_links": False,
                    "unfurl_media": False,
                }
                requests.append(Outgoing("chat.postMessage", body, words="\n\n".join(few)))
            requests[-1].body["blocks"] += _rows(message["buttons"])
        return requests

    def headers(self, outgoing: Outgoing) -> Dict[str, str]:
        """The bot's token, for Slack's own API only."""
        assert self._options.slack_token
        # The address of an upload is a secret of its own.
        if "://" in outgoing.path:
            return {}
        return {"Authorization": f"Bearer {self._options.slack_token.get_secret_value()}"}

    @property
    def address(self) -> str:
        """The Web API."""
        return self._options.slack_api

    def result(self, status: int, headers: Mapping[str, str], body: bytes) -> Result:
        """Slack says what is wrong in `error` of a 200; an upload is answered in plain words."""
        if status == 200 and body.startswith(b"OK"):
            return Sent()
        try:
            told = json.loads(body)
            error = str(told.get("error") or "")
        except (ValueError, AttributeError):
            told, error = {}, ""
        if status == 200 and told.get("ok"):
            return Sent(str(told.get("ts") or ""))
        why = f"Slack answered {status} {error}".strip()
        if status == 429 or status >= 500 or error in PASSING or (status == 200 and not error):
            asked = headers.get("Retry-After", "")
            return Later(why, float(asked) if asked.isdigit() else None)
        return Failed(why)

    def follow(self, outgoing: Outgoing, body: bytes) -> Optional[Outgoing]:
        """A picture takes three requests: for an address, to that address, and to show it in the chat."""
        about = outgoing.about
        if about.get("next") == "upload":
            told = json.loads(body)
            address = str(told["upload_url"])
            if not self._is_slacks(address):
                raise ValueError("an upload would go elsewhere")
            picture = base64.b64decode(about["png"])
            following = {**about, "next": "show", "id": str(told["file_id"]), "png": ""}
            return Outgoing(address, {}, file=("filename", "image/png", picture), words=outgoing.words, about=following)
        if about.get("next") == "show":
            where = {"channel_id": about["where"]["channel"]}
            if "thread_ts" in about["where"]:
                where["thread_ts"] = about["where"]["thread_ts"]
            shown = {"files": [{"id": about["id"], "title": about["title"]}], **where}
            return Outgoing("files.completeUploadExternal", shown, words=outgoing.words)
        return None

    def _is_slacks(self, address: str) -> bool:
        target, ours = urlsplit(address), urlsplit(self.address)
        if target.netloc == ours.netloc:
            return True
        return target.scheme == "https" and (target.hostname or "").endswith(".slack.com")


def escaped(text: str) -> str:
    """A text in which Slack sees no control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(text: str) -> str:
    """What somebody typed, without Slack's marks for links and people."""
    bare = _LINK.sub(lambda found: found[2] or ("" if found[1][:1] in "@#!" else found[1]), text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _event(event: Dict[str, Any]) -> List[Incoming]:
    kind, channel = event["type"], str(event["channel"]) if "channel" in event else ""
    if kind == "app_mention":
        return [Incoming(f"{channel}:{event['ts']}", channel, What.GROUP, float(event["ts"]))]
    # In channels only what is addressed to the bot concerns it, and that comes as a mention.
    if kind != "message" or event.get("channel_type") != "im" or event.get("bot_id"):
        return []
    if event.get("subtype") == "message_changed":
        return _edited(event, channel)
    if event.get("subtype") not in SAID or "user" not in event:
        return []
    text = typed(str(event.get("text") or ""))
    what = _file(event["files"][0]) if event.get("files") else What.TEXT
    return [Incoming(f"{channel}:{event['ts']}", channel, what, float(event["ts"]), text, about=_thread(event))]


def _edited(event: Dict[str, Any], channel: str) -> List[Incoming]:
    message, before = event["message"], event.get("previous_message") or {}
    # A link that Slack unfolds changes a message too; and the bot's own are none of a visitor's.
    if message.get("bot_id") or "edited" not in message or message.get("text") == before.get("text"):
        return []
    text = typed(str(message.get("text") or ""))
    original = f"{channel}:{message['ts']}"
    stamp = str(message["edited"]["ts"])
    return [
        Incoming(f"{original}:{stamp}", channel, What.EDITED, float(event["ts"]), text, edits=original, about=_thread(message))
    ]


def _pressed(payload: Dict[str, Any]) -> List[Incoming]:
    if payload["type"] != "block_actions":
        return []
    channel, action = str(payload["channel"]["id"]), payload["actions"][0]
    identifier = f"action:{channel}:{action['action_ts']}:{action['action_id']}"
    order = float(action["action_ts"])
    if not channel.startswith("D"):
        return [Incoming(identifier, channel, What.GROUP, order)]
    title = typed(str((action.get("text") or {}).get("text") or ""))
    about = _thread(payload.get("message") or {})
    return [Incoming(identifier, channel, What.BUTTON, order, title, str(action["value"]), about=about)]


def _thread(event: Dict[str, Any]) -> Dict[str, str]:
    return {"thread": str(event["thread_ts"])} if event.get("thread_ts") else {}


def _file(file: Dict[str, Any]) -> What:
    kind = str(file.get("mimetype") or "").partition("/")[0]
    if kind == "audio" or file.get("subtype") == "slack_audio":
        return What.VOICE
    return What.PICTURE if kind in ("image", "video") else What.FILE


def _plain(text: str) -> Dict[str, Any]:
    return {"type": "plain_text", "text": escaped(text), "emoji": False}


def _rows(buttons: List[Dict[str, str]]) -> List[Dict[str, Any]]:
    rows = []
    for start in range(0, len(buttons), BUTTONS_A_ROW):
        elements = [
            {"type": "button", "text": _plain(_fitting(b["title"])), "action_id": f"choice-{number}", "value": b["payload"]}
            for number, b in enumerate(buttons[start : start + BUTTONS_A_ROW], start)
        ]
        rows.append({"type": "actions", "elements": elements})
    return rows


def _fitting(title: str) -> str:
    while len(escaped(title)) > LONGEST_BUTTON:
        title = f"{title[:-2].rstrip()}…"
    return title


def _upload(picture: Dict[str, Any], where: Dict[str, str]) -> Outgoing:
    alt, png = picture["alt"], picture["png"]
    asked = {"filename": "chart.png", "length": str(len(png)), "alt_txt": alt[:LONGEST_ALT]}
    about = {
        "next": "upload",
        "png": base64.b64encode(png).decode(),
        "title": alt.partition(". ")[0],
        "where": where,
    }
    return Outgoing("files.getUploadURLExternal", asked, form=True, words=alt, about=about)
