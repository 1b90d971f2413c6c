"""What WhatsApp and Messenger share, since both are Meta's: the signature, the question whose address it is, and its errors."""

from __future__ import annotations

import hashlib
import hmac
import re
from abc import abstractmethod
from typing import Any, ClassVar, Dict, FrozenSet, Iterator, List, Mapping, Optional, Tuple

from pydantic import SecretStr

from bot.channels.messaging.app import App, Failed, Later, Outgoing, Refused, Request, Result, Sent
from bot.channels.messaging.received import ASK_AGAIN, SERVER_ERROR, answered, json_object, retry_after, same

SIGNATURE = "x-hub-signature-256"
METHOD = "sha256="
# An access token that has run out: a new one mends it, and then the answer can still go.
TOKEN = frozenset({0, 190})
# Of the Graph API: unknown, service, too many calls of the app, of the user.
PASSING = frozenset({1, 2, 4, 17, 32, 613})
# What Meta's apps take for bold, italic, struck out and code, and signs that look the same and mean nothing.
MARKS = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}
_MARK = re.compile(r"(?<![^\W_])[*_~`]+|[*_~`]+(?![^\W_])")
# At the start of a line it would be a quotation, and "> 300 mg" would lose its sign.
_QUOTE = re.compile(r"^>", re.M)
# How a reply may stress a word.
_STRESSED = re.compile(r"\*\*(\S(?:.*?\S)?)\*\*")
_ADDRESS = re.compile(r"https?://\S+")


class MetaApp(App):
    """An app whose messages come and go through Meta's Graph API."""

    # The `object` that its deliveries name.
    of: ClassVar[str]
    # Error codes beside the Graph API's own that pass by themselves, each with the seconds that its document names.
    passing: ClassVar[Mapping[int, Optional[float]]] = {}
    # Error codes that stay what they are, whatever the status says.
    lasting: ClassVar[FrozenSet[int]] = frozenset()

    @property
    @abstractmethod
    def credentials(self) -> Tuple[Optional[SecretStr], Optional[SecretStr], Optional[SecretStr]]:
        """The app's secret, our word for the verification, the access token."""

    def verify(self, request: Request) -> None:
        given = request.headers.get(SIGNATURE)
        if not given:
            raise Refused(401, "not signed")
        if not same(given, METHOD + hmac.new(self._secret(0).encode(), request.body, hashlib.sha256).hexdigest()):
            raise Refused(403, "wrongly signed")

    def challenge(self, request: Request) -> Optional[str]:
        if request.method != "GET":
            return None
        if request.query.get("hub.mode") != "subscribe":
            raise Refused(403, "not a verification")
        if not same(request.query.get("hub.verify_token"), self._secret(1)):
            raise Refused(403, "not our word for the verification")
        return request.query.get("hub.challenge", "")

    def headers(self, outgoing: Outgoing) -> Dict[str, str]:
        return {"Authorization": f"Bearer {self._secret(2)}"}

    def result(self, status: int, headers: Mapping[str, str], body: bytes) -> Result:
        answer = answered(body)
        if 200 <= status < 300:
            return Sent(self.sent_id(answer))
        error = answer.get("error")
        given = error.get("code") if isinstance(error, dict) else None
        code = given if isinstance(given, int) else -1
        why = f"{status}, error {code}" if code >= 0 else str(status)
        if code in self.lasting:
            return Failed(why)
        after = retry_after(headers)
        if code in self.passing:
            return Later(why, after if after is not None else self.passing[code])
        if code in TOKEN or code in PASSING or status in ASK_AGAIN or status >= SERVER_ERROR:
            return Later(why, after)
        return Failed(why)

    @abstractmethod
    def sent_id(self, answer: Dict[str, Any]) -> str:
        """The provider's name for a message that it took."""

    def entries(self, request: Request) -> Iterator[Dict[str, Any]]:
        """The entries of a delivery; none where it is about something else.

        Raises:
            Refused: with 400, it is no delivery.
        """
        delivery = json_object(request.body)
        entries = delivery.get("entry")
        if not isinstance(delivery.get("object"), str) or not isinstance(entries, list):
            raise Refused(400, "not a delivery")
        if delivery["object"] == self.of:
            yield from objects(entries)

    def _secret(self, which: int) -> str:
        secret = self.credentials[which]
        return secret.get_secret_value() if secret else ""


def objects(given: Any) -> List[Dict[str, Any]]:
    """The objects of a list.

    Raises:
        Refused: with 400, it is not a list of objects.
    """
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Refused(400, "not a list of objects")
    return given


def part(given: Dict[str, Any], name: str) -> Dict[str, Any]:
    """An object within another one; empty where it is not there."""
    found = given.get(name)
    return found if isinstance(found, dict) else {}


def words(given: Dict[str, Any], name: str) -> str:
    """A text within an object; empty where it is not there."""
    found = given.get(name)
    return found if isinstance(found, str) else ""


def named(given: Dict[str, Any], name: str) -> str:
    """A text that must be there.

    Raises:
        Refused: with 400, it is not.
    """
    found = words(given, name)
    if not found:
        raise Refused(400, f"without {name}")
    return found


def moment(given: Dict[str, Any]) -> float:
    """The time of a message, in the provider's unit.

    Raises:
        Refused: with 400, it is not a number.
    """
    found = given.get("timestamp")
    if isinstance(found, bool) or not isinstance(found, (str, int)) or not re.fullmatch(r"\d{1,15}", str(found), re.A):
        raise Refused(400, "without a time")
    return float(found)


def unmarked(text: str) -> str:
    """A text whose signs Meta's apps show as they are.

    The apps have no escape. What would start or end bold, italic, struck out or code becomes a sign that looks the same;
    within a word, a number or an address it means nothing and stays.
    """
    pieces, start = [], 0
    for address in _ADDRESS.finditer(text):
        pieces += [_plain(text[start : address.start()]), address.group()]
        start = address.end()
    return _QUOTE.sub("＞", "".join([*pieces, _plain(text[start:])]))


def _plain(text: str) -> str:
    unstressed = _STRESSED.sub(r"\1", text)
    return _MARK.sub(lambda found: "".join(MARKS[sign] for sign in found.group()), unstressed)
