"""What a page may send: read within a limit, then checked."""

from __future__ import annotations

import json
import re
from typing import Optional, Type, TypeVar

from pydantic import BaseModel, ConstrainedStr, StrictBool, StrictStr, ValidationError, validator
from sanic.request import Request

from bot.channels.typed import readable
from bot.channels.web.problem import Problem

# A character takes at most twelve bytes of JSON, as two escapes of six.
BYTES_A_CHARACTER = 12
ENVELOPE = 4096

Checked = TypeVar("Checked", bound=BaseModel)


class Id(ConstrainedStr):
    """A name that a page gives to a message."""

    strict = True
    regex = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")


class Country(ConstrainedStr):
    """A country whose emergency numbers are known."""

    strict = True
    regex = re.compile(r"(CA|US|UK|IE|AU|NZ|EU|OTHER)\Z")


class Word(ConstrainedStr):
    """A short remark."""

    strict = True
    max_length = 1000


class Sent(BaseModel):
    """Something that a page sent."""

    class Config:
        extra = "forbid"


class Message(Sent):
    """A message; the page names it, so that a resend is known as one."""

    id: Id
    text: StrictStr
    country: Optional[Country] = None

    @validator("text")
    def readable(cls, text: str) -> str:
        cleaned = readable(text)
        if not cleaned:
            raise ValueError("is empty")
        return cleaned


class Opening(Sent):
    """A wish for a session, perhaps the one that there was."""

    renewal: Optional[StrictStr] = None


class Feedback(Sent):
    """Thumbs up or down for an answer, perhaps with a word on why."""

    id: Id
    helpful: StrictBool
    word: Word = Word("")

    @validator("word")
    def readable(cls, word: Word) -> Word:
        return Word(readable(word))


async def read(request: Request, model: Type[Checked], most_characters: int) -> Checked:
    """The checked body of a request.

    Raises:
        Problem: 413, too long; 400, not what was asked for.
    """
    raw = await _bytes(request, most_characters * BYTES_A_CHARACTER + ENVELOPE, most_characters)
    try:
        given = json.loads(raw.decode("utf-8")) if raw else {}
    except (ValueError, RecursionError):
        raise Problem(400, "not_json", "The body is not JSON in UTF-8.") from None
    if not isinstance(given, dict):
        raise Problem(400, "not_object", "The body must be a JSON object.")
    try:
        return model.parse_obj(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Problem(400, "invalid", f"{where}: {first['msg']}") from None


def fitting(text: str, most_characters: int) -> str:
    """The text itself.

    Raises:
        Problem: 413, it is too long.
    """
    if len(text) > most_characters:
        raise _too_long(most_characters)
    return text


async def _bytes(request: Request, most: int, most_characters: int) -> bytes:
    if not request.stream or not request.stream.request_body:
        return bytes(request.body or b"")
    if int(request.headers.get("content-length") or 0) > most:
        raise _too_long(most_characters)
    raw = bytearray()
    # A body sent in chunks does not say its length before.
    async for chunk in request.stream:
        raw += chunk
        if len(raw) > most:
            raise _too_long(most_characters)
    return bytes(raw)


def _too_long(most_characters: int) -> Problem:
    sentence = f"This message is longer than {most_characters:,} characters. Please send it in parts."
    return Problem(413, "too_long", sentence, limit=most_characters)
