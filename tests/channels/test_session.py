from __future__ import annotations

import jwt
import pytest

from bot.channels.web.problem import Problem
from bot.channels.web.session import SESSION, Sessions

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


def payload(**more: object) -> dict[str, object]:
    return {"sub": "web-other", "aud": SESSION, "exp": 2_000_000_000, **more}


FORGED = {
    "nothing": "",
    "no token": "hello",
    "three parts of nothing": "..",
    "half a character": "\ud800",
    "letters of another alphabet": "\u00e9.\u00e9.\u00e9",
    "very long": "a" * 100_000,
    "not signed": jwt.encode(payload(), None, "none"),
    "with a longer hash": jwt.encode(payload(), KEY, "HS512"),
    "of another key": jwt.encode(payload(), "x" * 64),
    "for somebody else": jwt.encode(payload(aud="rls-guide/console"), KEY),
    "for nobody": jwt.encode({"sub": "web-other", "exp": 2_000_000_000}, KEY),
    "not yet good": jwt.encode(payload(nbf=4_000_000_000), KEY),
    "that ends in words": jwt.encode(payload(exp="soon"), KEY),
    "that ends nowhere": jwt.encode(payload(exp=None), KEY),
}


@pytest.mark.parametrize("token", list(FORGED.values()), ids=list(FORGED))
def test_what_was_not_issued_here_is_no_session_and_renews_none(token: str) -> None:
    sessions = Sessions(KEY, 60, 600)
    for take in (sessions.sender, sessions.renew):
        with pytest.raises(Problem, match="Please start again") as refusal:
            take(token)
        assert (refusal.value.status, refusal.value.code) == (401, "session_invalid")


def test_a_session_does_not_renew_and_a_renewal_is_no_session() -> None:
    sessions = Sessions(KEY, 60, 600)
    tokens = sessions.open()
    for take, token in ((sessions.renew, tokens.session), (sessions.sender, tokens.renewal)):
        with pytest.raises(Problem, match="not issued here"):
            take(token)


@pytest.mark.parametrize("place", [1, 2])
def test_a_token_of_which_a_part_is_another_ones_is_refused(place: int) -> None:
    sessions = Sessions(KEY, 60, 600)
    mine, others = sessions.open().session.split("."), Sessions("x" * 64, 90, 600).open().session.split(".")
    mixed = [*mine[:place], others[place], *mine[place + 1 :]]
    with pytest.raises(Problem, match="not issued here"):
        sessions.sender(".".join(mixed))


def test_one_who_returns_keeps_the_conversation_and_an_older_session_stays_good_for_its_time() -> None:
    clock = Clock()
    sessions = Sessions(KEY, 60, 600, clock)
    tokens = sessions.open()
    clock.now += 30
    renewed = sessions.renew(tokens.renewal)
    assert renewed.sender == tokens.sender
    assert sessions.sender(tokens.session) == sessions.sender(renewed.session) == tokens.sender
    clock.now += 30
    with pytest.raises(Problem, match="renew"):
        sessions.sender(tokens.session)
    assert sessions.sender(renewed.session) == tokens.sender


def test_only_the_servers_clock_counts() -> None:
    clock = Clock()
    tokens = Sessions(KEY, 60, 600, clock).open()
    # By the clock of this machine it ended long ago.
    assert Sessions(KEY, 60, 600, clock).sender(tokens.session) == tokens.sender


def test_no_conversation_is_like_another_and_a_token_tells_nothing_but_its_name() -> None:
    sessions = Sessions(KEY, 60, 600)
    opened = [sessions.open() for _ in range(50)]
    assert len({tokens.sender for tokens in opened}) == 50
    claims = jwt.decode(opened[0].session, options={"verify_signature": False})
    assert set(claims) == {"sub", "aud", "exp"}
