"""A messaging app in three parts: verify and parse what came in, render a reply for it, say how its answers are to be read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar, Dict, List, Mapping, Optional, Tuple, Union

from bot.settings import Settings


class What(str, Enum):
    """What a visitor sent."""

    TEXT = "text"
    BUTTON = "button"
    VOICE = "voice"
    PICTURE = "picture"
    FILE = "file"
    LOCATION = "location"
    STICKER = "sticker"
    EDITED = "edited"
    # Where others read along: health is not talked about there.
    GROUP = "group"
    # The app's own words to be left alone and to be let in again.
    STOP = "stop"
    START = "start"
    # The visitor wants the requests that were held back; where there are none it is a text like another.
    MORE = "more"
    OTHER = "other"


@dataclass(frozen=True)
class Request:
    """A request of the provider, as it came."""

    method: str
    # As the provider knows it: proxies in front of the server change the one that is seen here.
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


class Refused(Exception):
    """A request that is not the provider's, or that no app sends. Its content is not logged."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True)
class Incoming:
    """One message of a visitor.

    Attributes:
        id: the provider's name for it, the same when it is delivered again.
        address: where the reply goes: a chat, a number, a page-scoped id. It leaves the channel only as a pseudonym.
        order: what orders the messages of one address, such as the provider's number or time.
        text: what was written; the title of a pressed button.
        payload: what a pressed button stands for.
        country: whose emergency numbers come first, where the address tells, such as a telephone number.
        edits: the `id` of the message that was changed, where it is an edited one.
        about: what the app needs to answer this very message, such as a callback's id; plain values for JSON. `lets_in` is
            true of a text that is a "start" where the visitor wanted to be left alone.
    """

    id: str
    address: str
    what: What
    order: float
    text: str = ""
    payload: Optional[str] = None
    country: Optional[str] = None
    edits: Optional[str] = None
    about: Dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outgoing:
    """One request to the provider.

    Attributes:
        path: below the app's address, or a whole address where the provider names one for an upload.
        body: sent as JSON, or as a form where `form` is set.
        file: the form's field, media type and bytes of a picture that goes with the body as multipart.
        words: what it says, for those who see that it could not be delivered.
        held: not sent until the visitor asks for more, one request each time; dropped when something else is said.
        optional: where the provider does not take it at once, nothing is lost, such as a sign that somebody types.
        about: what `App.follow` needs to make the next request of the provider's answer; plain values for JSON.
    """

    path: str
    body: Dict[str, Any]
    form: bool = False
    file: Optional[Tuple[str, str, bytes]] = None
    words: str = ""
    held: bool = False
    optional: bool = False
    about: Dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """The provider took it."""

    id: str = ""


@dataclass(frozen=True)
class Later:
    """The provider asks to try again, perhaps after so many seconds."""

    why: str
    after: Optional[float] = None


@dataclass(frozen=True)
class Failed:
    """The provider will never take it, such as one to a visitor who blocked the bot."""

    why: str


Result = Union[Sent, Later, Failed]


class App(ABC):
    """One messaging app with its credentials.

    Nothing here waits for the network: the channel receives, stores, orders, sends and retries the same way for all.
    """

    # Also the channel's path, and what the conversation's channel is called.
    name: ClassVar[str]
    # The settings that it needs, without their prefix; it is on when all are given.
    needs: ClassVar[Tuple[str, ...]]
    # Which wording of the disclaimer it takes; by default the one that is named like the app, if there is one.
    wording: ClassVar[str] = ""
    # Whether charts are drawn for it.
    pictures: ClassVar[bool] = False
    # How many bytes the payload of a button may have; the core puts a short name in the place of a longer one.
    longest_payload: ClassVar[int] = 200

    def __init__(self, options: Settings) -> None:
        self._options = options

    @abstractmethod
    def verify(self, request: Request) -> None:
        """Make sure that a request is the provider's.

        Raises:
            Refused: with 401 or 403.
        """

    @abstractmethod
    def parse(self, request: Request) -> List[Incoming]:
        """The messages of a verified request; none where it tells of something else, such as a receipt of reading.

        Raises:
            Refused: with 400, it is not what the provider documents.
        """

    def challenge(self, request: Request) -> Optional[str]:
        """The answer to the provider's question whether this address is ours; None where it asks nothing.

        Raises:
            Refused: with 403, it does not know our word.
        """
        return None

    def acknowledgement(self) -> Tuple[str, str]:
        """Body and media type of the 200 that every taken request gets at once."""
        return "", "text/plain"

    @abstractmethod
    def render(self, messages: List[Dict[str, Any]], incoming: Incoming) -> List[Outgoing]:
        """The bot's messages as requests of this app, in order.

        Args:
            messages: each with `text` (the whole reply, the disclaimer last), which is `body` and `ending` (the disclaimer
                with its advice), `buttons` (`title`, `payload`), `reply`, a finished reply as data, and, where the app
                takes pictures and there is a chart, `picture`: a dictionary of `png` (bytes) and `alt`.
            incoming: what they answer.

        Returns:
            The requests; none where nothing shall be said, such as after a "stop" that the provider itself confirms.
        """

    def follow(self, outgoing: Outgoing, body: bytes) -> Optional[Outgoing]:
        """The request that the provider's answer to one asks for, such as the message with a picture after its upload.

        It takes the place of the first in the order of sending. Called where `result` was `Sent`.
        """
        return None

    @abstractmethod
    def headers(self, outgoing: Outgoing) -> Dict[str, str]:
        """The headers that authorise a request."""

    @property
    @abstractmethod
    def address(self) -> str:
        """The provider's API, of which a setting may name another one."""

    @abstractmethod
    def result(self, status: int, headers: Mapping[str, str], body: bytes) -> Result:
        """What the provider's answer means."""
