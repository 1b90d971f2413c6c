"""What a page sends: what is taken, and what is refused with which words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import BaseModel
from sanic.request import Request

from bot.channels.web.body import BYTES_A_CHARACTER, ENVELOPE, Feedback, Message, Opening, fitting, read
from bot.channels.web.problem import Problem

LONGEST = 10
MOST = LONGEST * BYTES_A_CHARACTER + ENVELOPE
GOOD = {"id": "message-1", "text": "hello"}


class Streamed:
    """A body that comes in pieces; counts those that were asked for."""

    request_body = True

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.read += 1
            yield piece


def request(*pieces: bytes, said: int | None = None) -> Any:
    headers = {} if said is None else {"content-length": str(said)}
    return SimpleNamespace(stream=Streamed(*pieces), headers=headers, body=b"")


def checked(given: Any, model: type[BaseModel] = Message) -> Any:
    body = given if isinstance(given, bytes) else json.dumps(given).encode()
    return asyncio.run(read(cast(Request, request(body)), model, LONGEST))


def refused(given: Any, model: type[BaseModel] = Message) -> Problem:
    with pytest.raises(Problem) as refusal:
        checked(given, model)
    return refusal.value


def test_it_works() -> None:
    message = checked({**GOOD, "country": "UK"})
    assert (message.id, message.text, message.country) == ("message-1", "hello", "UK")


def test_a_body_in_pieces_is_one_even_where_a_letter_is_cut() -> None:
    body = json.dumps({**GOOD, "text": "décidé 脚"}, ensure_ascii=False).encode()
    pieces = [body[place : place + 1] for place in range(len(body))]
    assert asyncio.run(read(request(*pieces), Message, LONGEST)).text == "décidé 脚"


def test_a_body_that_the_server_has_read_already_is_taken() -> None:
    raw = SimpleNamespace(stream=None, headers={}, body=json.dumps(GOOD).encode())
    assert asyncio.run(read(cast(Request, raw), Message, LONGEST)).text == "hello"


def test_no_body_is_a_wish_for_a_new_session() -> None:
    raw = SimpleNamespace(stream=None, headers={}, body=None)
    assert asyncio.run(read(cast(Request, raw), Opening, LONGEST)).renewal is None


def test_a_body_that_says_to_be_too_long_is_refused_before_it_is_read() -> None:
    long = request(b"x", said=MOST + 1)
    with pytest.raises(Problem, match="longer than 10 characters") as refusal:
        asyncio.run(read(long, Message, LONGEST))
    assert (refusal.value.status, refusal.value.details) == (413, {"limit": LONGEST})
    assert long.stream.read == 0


def test_a_body_that_does_not_say_how_long_it_is_is_refused_where_it_gets_too_long() -> None:
    long = request(*[b"x" * 1000] * 100)
    with pytest.raises(Problem, match="Please send it in parts"):
        asyncio.run(read(long, Message, LONGEST))
    assert long.stream.read == MOST // 1000 + 1


def test_a_body_of_exactly_the_most_is_read() -> None:
    body = json.dumps(GOOD).encode()
    raw = request(body + b" " * (MOST - len(body)), said=MOST)
    assert asyncio.run(read(raw, Message, LONGEST)).text == "hello"


def test_the_longest_message_has_room_however_its_letters_are_written() -> None:
    text = "\U0001f9b5" * LONGEST
    body = json.dumps({**GOOD, "id": "m" * 64, "text": text}).encode()
    assert b"\\ud83e\\uddb5" in body and len(body) <= MOST
    assert fitting(checked(body).text, LONGEST) == text


@pytest.mark.parametrize("body", [b"{", b"\xff", b"\xef\xbb\xbf{}", b"nul", b"[" * 4000, b"'a'", b"{}{}"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    problem = refused(body)
    assert (problem.status, problem.code, problem.message) == (400, "not_json", "The body is not JSON in UTF-8.")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"hello"', b"7", b"true"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    problem = refused(body)
    assert (problem.status, problem.code, problem.message) == (400, "not_object", "The body must be a JSON object.")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"id": "seven-7"}, "id: "),
        ({"id": "m" * 65}, "id: "),
        ({"id": "message 1"}, "id: "),
        ({"id": "messagé-1"}, "id: "),
        ({"id": "message-1\n"}, "id: "),
        ({"id": 12345678}, "id: "),
        ({"id": None}, "id: "),
        ({"text": None}, "text: "),
        ({"text": ["hello"]}, "text: "),
        ({"text": ""}, "text: is empty"),
        ({"text": " \t\r\n\u00a0 "}, "text: is empty"),
        ({"text": "\x00\x07"}, "text: is empty"),
        ({"text": "\ud800"}, "text: is empty"),
        ({"country": "ca"}, "country: "),
        ({"country": "FR"}, "country: "),
        ({"country": "CA\n"}, "country: "),
        ({"country": ""}, "country: "),
        ({"sender": "web-1"}, "sender: extra fields not permitted"),
        ({"metadata": {}}, "metadata: extra fields not permitted"),
    ],
)
def test_a_field_that_does_not_fit_is_named(change: dict[str, Any], where: str) -> None:
    problem = refused({**GOOD, **change})
    assert (problem.status, problem.code) == (400, "invalid")
    assert problem.message.startswith(where)


@pytest.mark.parametrize("missing", ["id", "text"])
def test_a_field_that_is_missing_is_named(missing: str) -> None:
    problem = refused({name: value for name, value in GOOD.items() if name != missing})
    assert problem.message == f"{missing}: field required"


@pytest.mark.parametrize("identifier", ["a" * 8, "Z" * 64, "0_-0_-0_", "3f0c6a1e-9d1e-4c55-8a1e-000000000000"])
def test_a_name_may_be_what_pages_make_of_chance(identifier: str) -> None:
    assert checked({**GOOD, "id": identifier}).id == identifier


def test_what_is_left_of_a_text_is_what_can_be_read() -> None:
    assert checked({**GOOD, "text": " a\x00\r\nb\ud800 "}).text == "a\nb"


@pytest.mark.parametrize("helpful", [1, 0, "true", None, []])
def test_a_thumb_is_up_or_down_and_nothing_else(helpful: Any) -> None:
    assert refused({"id": "message-1", "helpful": helpful}, Feedback).message.startswith("helpful: ")


def test_a_word_with_a_thumb_is_short_and_readable() -> None:
    assert checked({"id": "message-1", "helpful": True}, Feedback).word == ""
    assert checked({"id": "message-1", "helpful": False, "word": " no\x07t this "}, Feedback).word == "not this"
    assert len(checked({"id": "message-1", "helpful": False, "word": "x" * 1000}, Feedback).word) == 1000
    assert refused({"id": "message-1", "helpful": False, "word": "x" * 1001}, Feedback).message.startswith("word: ")


@pytest.mark.parametrize("given", [{"renewal": 7}, {"renewal": ["a"]}, {"session": "a"}])
def test_a_wish_for_a_session_chooses_nothing(given: dict[str, Any]) -> None:
    assert refused(given, Opening).status == 400


@pytest.mark.parametrize(("length", "fits"), [(0, True), (LONGEST, True), (LONGEST + 1, False)])
def test_a_text_is_measured_in_characters(length: int, fits: bool) -> None:
    text = "\U0001f9b5" * length
    if fits:
        assert fitting(text, LONGEST) == text
    else:
        with pytest.raises(Problem, match="longer than 10 characters") as refusal:
            fitting(text, LONGEST)
        assert (refusal.value.status, refusal.value.code) == (413, "too_long")


def test_a_long_limit_is_said_as_people_write_numbers() -> None:
    with pytest.raises(Problem, match="longer than 2,000 characters"):
        fitting("x" * 2001, 2000)
