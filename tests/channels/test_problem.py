"""What the channel refuses, as a page gets it."""

from __future__ import annotations

import json
import math

import pytest

from bot.channels.web.problem import Problem


def test_it_works() -> None:
    answer = Problem(413, "too_long", "Too long.", limit=2000).response()
    assert answer.status == 413
    assert answer.content_type == "application/json"
    assert json.loads(answer.body) == {"error": {"code": "too_long", "message": "Too long.", "limit": 2000}}


def test_a_refusal_is_kept_in_no_cache() -> None:
    assert Problem(401, "deleted", "Gone.").response().headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("seconds", "said"), [(0, 1), (0.01, 1), (1, 1), (1.2, 2), (59.99, 60), (60, 60)])
def test_a_wait_is_in_whole_seconds_and_never_too_short(seconds: float, said: int) -> None:
    answer = Problem(429, "too_fast", "Wait.", seconds).response()
    assert answer.headers["Retry-After"] == str(said)
    assert json.loads(answer.body)["error"]["retry_after"] == said
    assert said >= math.ceil(seconds)


def test_where_waiting_does_not_help_nothing_is_said_of_it() -> None:
    answer = Problem(404, "not_found", "Nothing here.").response()
    assert "Retry-After" not in answer.headers
    assert "retry_after" not in json.loads(answer.body)["error"]


def test_it_says_the_sentence_where_it_is_logged() -> None:
    assert str(Problem(403, "origin", "Not this site.")) == "Not this site."


def test_half_a_character_in_a_fields_name_is_said_all_the_same() -> None:
    answer = Problem(400, "invalid", "\ud800: extra fields not permitted").response()
    assert "extra fields" in json.loads(answer.body)["error"]["message"]
