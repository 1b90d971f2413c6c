from __future__ import annotations

import jwt
import pytest

from bot.channels.web.problem import Problem
from bot.channels.web.session import Sessions

KEY = "k" * 64


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_it_works() -> None:
    sessions = Sessions(KEY, 60, 600)
    tokens = sessions.open()
    assert sessions.sender(tokens.session) == tokens.sender
    assert tokens.sender.startswith("web-")
    assert tokens.expires_in == 60


def test_a_session_ends_and_is_renewed() -> None:
    clock = Clock()
    sessions = Sessions(KEY, 60, 600, clock)
    tokens = sessions.open()
    clock.now += 59
    assert sessions.sender(tokens.session) == tokens.sender
    clock.now += 1
    with pytest.raises(Problem, match="ended"):
        sessions.sender(tokens.session)
    renewed = sessions.renew(tokens.renewal)
    assert sessions.sender(renewed.session) == tokens.sender
    clock.now += 540
    with pytest.raises(Problem, match="ended"):
        sessions.renew(tokens.renewal)
    assert sessions.renew(renewed.renewal).sender == tokens.sender


@pytest.mark.parametrize("missing", ["sub", "aud", "exp"])
def test_a_claim_is_missing(missing: str) -> None:
    claims = {"sub": "web-1", "aud": "rls-guide/session", "exp": 2_000_000_000}
    del claims[missing]
    with pytest.raises(Problem) as refusal:
        Sessions(KEY, 60, 600).sender(jwt.encode(claims, KEY))
    assert refusal.value.status == 401


def test_another_key() -> None:
    tokens = Sessions("x" * 64, 60, 600).open()
    with pytest.raises(Problem, match="not issued here"):
        Sessions(KEY, 60, 600).sender(tokens.session)
