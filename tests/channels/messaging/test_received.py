"""Reading what a provider sends, and what cannot be read of it."""

from __future__ import annotations

import pytest

from bot.channels.messaging.app import Refused
from bot.channels.messaging.received import answered, json_object, retry_after, same


def test_it_works() -> None:
    assert json_object('{"text": "é"}'.encode()) == {"text": "é"} == answered('{"text": "é"}'.encode())


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "it is not JSON"),
        (b"{", "it is not JSON"),
        (b"\xff", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[]", "it is not a JSON object"),
        (b"null", "it is not a JSON object"),
        (b'"text"', "it is not a JSON object"),
    ],
)
def test_what_is_no_object_is_refused_and_as_an_answer_it_is_empty(body: bytes, why: str) -> None:
    with pytest.raises(Refused) as refused:
        json_object(body)
    assert (refused.value.status, refused.value.why) == (400, why)
    assert answered(body) == {}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30.0),
        ({"RETRY-AFTER": " 7 "}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
    ],
)
def test_a_wait_is_read_where_it_is_in_seconds(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("given", "is_same"),
    [("sécret", True), ("secret", False), ("sécret ", False), ("", False), (None, False), ("\udcff", False), ("SÉCRET", False)],
)
def test_a_secret_is_the_same_or_not(given: str | None, is_same: bool) -> None:
    assert same(given, "sécret") is is_same
