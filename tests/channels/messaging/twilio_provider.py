"""Twilio as its documents describe it: what it delivers, what it takes, and what it answers.

https://www.twilio.com/docs/messaging/guides/webhook-request
https://www.twilio.com/docs/messaging/api/message-resource
https://www.twilio.com/docs/usage/webhooks/webhooks-security
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

from bot.channels.messaging.app import Request
from bot.channels.messaging.segments import segments
from tests.channels.messaging.meta_provider import exactly, text
from tests.channels.messaging.standin import Call, StandIn

PUBLIC = "https://guide.example"
ACCOUNT, TOKEN = "AC" + "0" * 32, "twilio-auth-token"
OURS, PERSON = "+15550783881", "+14165550199"
SETTINGS = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN}
SMS_SETTINGS = {**SETTINGS, "twilio_sms_sender": OURS}
WHATSAPP_SETTINGS = {**SETTINGS, "twilio_whatsapp_sender": OURS}


def signature(url: str, fields: dict[str, str], token: str = TOKEN) -> str:
    """As the security page tells it: the address, then each field with its value, sorted by name."""
    told = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()


def sms(body: str, sid: str = "SM" + "1" * 32, **more: str) -> dict[str, str]:
    return {
        "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": ACCOUNT, "From": PERSON, "To": OURS, "Body": body,
        "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received", "ApiVersion": "2010-04-01", "FromCountry": "CA",
        **more,
    }  # fmt: skip


def whatsapp(body: str, sid: str = "SM" + "1" * 32, **more: str) -> dict[str, str]:
    fields = {
        **sms(body, sid),
        "From": f"whatsapp:{PERSON}",
        "To": f"whatsapp:{OURS}",
        "ProfileName": "Sheena",
        "WaId": PERSON[1:],
    }
    return {**fields, "MessageType": "text", **more}


def media(kind: str, fields: dict[str, str]) -> dict[str, str]:
    where = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"
    return {**fields, "NumMedia": "1", "MediaContentType0": kind, "MediaUrl0": where}


def signed(fields: dict[str, str], channel: str = "twilio_sms", base: str = PUBLIC) -> Request:
    url = f"{base}/webhooks/{channel}/webhook"
    headers = {"x-twilio-signature": signature(url, fields), "content-type": "application/x-www-form-urlencoded"}
    return Request("POST", url, headers, {}, urlencode(fields).encode())


_FROM = {"From": {"const": OURS}}
_SERVICE = {"MessagingServiceSid": {"type": "string", "pattern": "^MG[0-9a-f]{32}$"}}
SMS = {
    "oneOf": [
        exactly({"To": {"type": "string", "pattern": r"^\+\d{6,15}$"}, "Body": text(1600), **who}) for who in (_FROM, _SERVICE)
    ]
}  # fmt: skip
WHATSAPP = exactly(
    {"To": {"type": "string", "pattern": r"^whatsapp:\+\d{6,15}$"}, "From": {"const": f"whatsapp:{OURS}"}},
    Body=text(1600),
    MediaUrl={"type": "string", "pattern": "^https://.{1,2000}$"},
)
# A message has words or a picture.
WHATSAPP["anyOf"] = [{"required": ["Body"]}, {"required": ["MediaUrl"]}]


class TwilioStandIn(StandIn):
    """The Messages resource."""

    def schemas(self, call: Call) -> dict[str, Any] | None:
        if (call.method, call.path) != ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"):
            return None
        return WHATSAPP if str(call.body.get("To")).startswith("whatsapp:") else SMS

    def check(self, call: Call) -> None:
        pair = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        assert call.headers.get("Authorization") == f"Basic {pair}", "wrong credentials"
        assert call.headers["Content-Type"].startswith("application/x-www-form-urlencoded"), "not a form"

    def answer(self, call: Call) -> tuple[int, Any]:
        count = segments(call.body.get("Body", ""))
        sid = f"SM{len(self.taken):032x}"
        return 201, {"sid": sid, "status": "queued", "num_segments": str(count), "error_code": None, "error_message": None}

    def refusal(self, why: str) -> tuple[int, Any]:
        return 400, twilio_error(21602, why)


def twilio_error(code: int, message: str = "", status: int = 400) -> dict[str, Any]:
    return {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}
