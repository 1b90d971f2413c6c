"""SMS and WhatsApp by Twilio.

https://www.twilio.com/docs/messaging/guides/webhook-request and https://www.twilio.com/docs/messaging/api/message-resource tell
what comes and what may be sent.
"""

from __future__ import annotations

import base64
import time
from abc import abstractmethod
from typing import Any, Dict, List, Mapping, Optional, Tuple
from urllib.parse import parse_qsl, urlparse

from multidict import MultiDict
from twilio.request_validator import RequestValidator, add_port, remove_port

from bot.channels.messaging import country, words
from bot.channels.messaging.app import App, Failed, Incoming, Later, Outgoing, Refused, Request, Result, Sent, What
from bot.channels.messaging.chart_link import ChartLinks
from bot.channels.messaging.meta import unmarked
from bot.channels.messaging.numbers import numbered
from bot.channels.messaging.received import ASK_AGAIN, SERVER_ERROR, answered, retry_after, same
from bot.channels.messaging.segments import plain, room, segments
from bot.channels.messaging.split import PARAGRAPH, split
from bot.safety.rules import URGENT
from bot.secret import signing_key
from bot.settings import Settings

SIGNATURE = "x-twilio-signature"
WHATSAPP = "whatsapp:"
LONGEST_TEXT = 1600
MOST_FIELDS = 200
MOST_SEGMENTS = 3
MORE = "Reply MORE for the rest."
# Room that is left to the text of a part, whatever else must stand in it.
LEAST_TEXT = 60
OPTED = {"STOP": What.STOP, "START": What.START}
MEDIA = {"audio": What.VOICE, "image": What.PICTURE, "video": What.PICTURE}
# Wrong credentials, too many requests, service away; the rate of WhatsApp and of one number.
PASSING = frozenset({20003, 20429, 20503, 14107, 63018})


class TwilioApp(App):
    """A number at Twilio."""

    @property
    def address(self) -> str:
        return self._options.twilio_api

    @property
    @abstractmethod
    def sender(self) -> str:
        """The number that answers, or the id of a messaging service ("MG…")."""

    def verify(self, request: Request) -> None:
        given = request.headers.get(SIGNATURE)
        if not given:
            raise Refused(401, "not signed")
        fields = MultiDict(_fields(request))
        validator = RequestValidator(self._token())
        url = urlparse(request.url)
        # Twilio names the port in some requests and leaves it out in others.
        if not any(same(given, validator.compute_signature(port(url), fields)) for port in (remove_port, add_port)):
            raise Refused(403, "wrongly signed")
        if fields.get("AccountSid") != self._options.twilio_account_sid:
            raise Refused(403, "another account")

    def parse(self, request: Request) -> List[Incoming]:
        fields = dict(_fields(request))
        # What became of our own messages, and a thumb under one of them.
        if "MessageStatus" in fields or fields.get("MessageType") == "reaction":
            return []
        name, address = fields.get("MessageSid"), fields.get("From")
        if not name or not address:
            raise Refused(400, "without MessageSid or From")
        if not self.ours(address):
            raise Refused(400, "of another channel")
        what, text, payload = self._content(fields)
        about = {"confirmed": what is What.STOP and self.confirms(fields), "lets_in": self.lets_in(text)}
        # Twilio does not tell when a message was sent.
        return [Incoming(name, address, what, time.time(), text, payload, country=_country(address), about=about)]

    def acknowledgement(self) -> Tuple[str, str]:
        return '<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml"

    def headers(self, outgoing: Outgoing) -> Dict[str, str]:
        pair = f"{self._options.twilio_account_sid}:{self._token()}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def result(self, status: int, headers: Mapping[str, str], body: bytes) -> Result:
        answer = answered(body)
        if 200 <= status < 300:
            return Sent(str(answer.get("sid", "")))
        code = answer.get("code")
        why = f"{status}, error {code}" if isinstance(code, int) else str(status)
        if code in PASSING or status in ASK_AGAIN or status >= SERVER_ERROR:
            return Later(why, retry_after(headers))
        return Failed(why)

    @abstractmethod
    def ours(self, address: str) -> bool:
        """Whether a message from there came by this channel."""

    @abstractmethod
    def word(self, text: str) -> What:
        """Whether a text is one of the words that govern what is sent."""

    @abstractmethod
    def confirms(self, fields: Mapping[str, str]) -> bool:
        """Whether Twilio itself answers a "stop"."""

    def lets_in(self, text: str) -> bool:
        """Whether Twilio takes a text for a "start" where the visitor wanted to be left alone."""
        return False

    def request(self, incoming: Incoming, content: Dict[str, Any], said: str, held: bool = False) -> Outgoing:
        """A request for one message."""
        whose = "MessagingServiceSid" if self.sender.startswith("MG") else "From"
        body = {"To": incoming.address, whose: self.sender, **content}
        path = f"/2010-04-01/Accounts/{self._options.twilio_account_sid}/Messages.json"
        return Outgoing(path, body, form=True, words=said, held=held)

    def _content(self, fields: Mapping[str, str]) -> Tuple[What, str, Optional[str]]:
        text = fields.get("Body", "")
        if fields.get("ButtonPayload"):
            return What.BUTTON, fields.get("ButtonText") or text, fields["ButtonPayload"]
        if fields.get("NumMedia", "0").strip("0"):
            return _media(fields), text, None
        if fields.get("Latitude"):
            return What.LOCATION, text, None
        if not text.strip():
            return What.OTHER, "", None
        # Words that the operator chose at Twilio are known there, as what they mean.
        return OPTED.get(fields.get("OptOutType", "")) or self.word(text), text, None

    def _token(self) -> str:
        token = self._options.twilio_auth_token
        return token.get_secret_value() if token else ""


class TwilioSms(TwilioApp):
    """A telephone number that takes short messages."""

    name = "twilio_sms"
    needs = ("twilio_account_sid", "twilio_auth_token", "twilio_sms_sender")
    wording = "sms"

    @property
    def sender(self) -> str:
        return self._options.twilio_sms_sender or ""

    def ours(self, address: str) -> bool:
        return ":" not in address

    def word(self, text: str) -> What:
        return words.word(text)

    def lets_in(self, text: str) -> bool:
        return text.strip().casefold() == "yes"

    def confirms(self, fields: Mapping[str, str]) -> bool:
        # Only the word alone; "Stop." is for us to answer.
        return fields.get("OptOutType") == "STOP" or fields.get("Body", "").strip().casefold() in words.STOP

    def render(self, messages: List[Dict[str, Any]], incoming: Incoming) -> List[Outgoing]:
        if not messages or incoming.about.get("confirmed"):
            return []
        # One turn is one answer: the limit is on the whole of it.
        text = plain(PARAGRAPH.join(message["body"].replace("**", "") for message in messages if message["body"]))
        ending = plain(max((message["ending"] for message in messages), key=len))
        choices = plain(numbered(messages[-1]["buttons"]))
        if any((message.get("reply") or {}).get("safety") in URGENT for message in messages):
            # Nobody in danger has to ask for the rest.
            said = PARAGRAPH.join(filter(None, (text, choices)))
            return [self.request(incoming, {"Body": part}, part) for part in split(said, ending, LONGEST_TEXT)]
        parts = _parts(text, choices, ending)
        return [self.request(incoming, {"Body": part}, part, held=number > 0) for number, part in enumerate(parts)]


class TwilioWhatsApp(TwilioApp):
    """A WhatsApp number that Twilio serves."""

    name = "twilio_whatsapp"
    needs = ("twilio_account_sid", "twilio_auth_token", "twilio_whatsapp_sender")

    def __init__(self, options: Settings) -> None:
        super().__init__(options)
        self._charts = ChartLinks(signing_key(options.secret, options.secret_file), options.public_url)

    @property
    def sender(self) -> str:
        given = self._options.twilio_whatsapp_sender or ""
        return given if given.startswith(("MG", WHATSAPP)) else f"{WHATSAPP}{given}"

    def ours(self, address: str) -> bool:
        return address.startswith(WHATSAPP)

    def word(self, text: str) -> What:
        return words.chat_word(text)

    def confirms(self, fields: Mapping[str, str]) -> bool:
        return fields.get("OptOutType") == "STOP"

    def render(self, messages: List[Dict[str, Any]], incoming: Incoming) -> List[Outgoing]:
        if incoming.about.get("confirmed"):
            return []
        requests = []
        for message in messages:
            requests += self._chart(message, incoming)
            # Buttons would need templates that Meta approved beforehand.
            text = PARAGRAPH.join(filter(None, (message["body"], numbered(message["buttons"]))))
            parts = split(unmarked(text), unmarked(message["ending"]), LONGEST_TEXT)
            requests += [self.request(incoming, {"Body": part}, part) for part in parts]
        return requests

    def _chart(self, message: Dict[str, Any], incoming: Incoming) -> List[Outgoing]:
        lookup = (message.get("reply") or {}).get("lookup") or {}
        # Twilio fetches pictures; where it can't, the text has the numbers.
        link = self._charts.link(lookup["chart"]) if lookup.get("chart") else None
        return [self.request(incoming, {"MediaUrl": link}, lookup["alt"])] if link else []


def _parts(text: str, choices: str, ending: str) -> List[str]:
    """A text in short messages, each with the whole disclaimer, and all but the last with the way to the next.

    The answer goes first; the choices stand together in the last.
    """
    text = text.strip()
    size, most = room(PARAGRAPH.join((text, choices, ending)), MOST_SEGMENTS)
    after = _joined(MORE, ending)
    # A disclaimer so long that nothing fits beside it makes the message longer; it is never cut.
    left = max(most - size(PARAGRAPH + after), LEAST_TEXT)
    most = left + size(PARAGRAPH + after)
    if size(_joined(choices, ending)) > most:
        text, choices = _joined(text, choices), ""
    parts: List[str] = []
    while True:
        last = _joined(text, choices, ending)
        if segments(last) <= MOST_SEGMENTS or size(last) <= most:
            return [*parts, last]
        # A letter takes at least one place, so the first part is within twice as many; the others are not asked for.
        piece = split(text[: 2 * left + 2], "", left, size)[0]
        parts.append(_joined(piece, after))
        text = text[len(piece) :].strip()


def _joined(*texts: str) -> str:
    return PARAGRAPH.join(filter(None, texts))


def _fields(request: Request) -> List[Tuple[str, str]]:
    try:
        return parse_qsl(request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Refused(400, "not a form") from None


def _media(fields: Mapping[str, str]) -> What:
    if fields.get("MessageType") == "sticker":
        return What.STICKER
    kind = fields.get("MediaContentType0", "")
    # A contact's card comes as a file.
    if kind in ("text/vcard", "text/x-vcard"):
        return What.OTHER
    return MEDIA.get(kind.partition("/")[0], What.FILE)


def _country(address: str) -> Optional[str]:
    where = address.removeprefix(WHATSAPP)
    return country.of_number(where) if where.lstrip("+").isdecimal() else country.of_region(where[:2])
