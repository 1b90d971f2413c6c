from __future__ import annotations

import time

import pytest

from bot.conversations import memory
from bot.conversations.memory import Memory
from bot.conversations.naming import digest
from tests.conversations.making import Talk


def said(known: Memory, name: str) -> list[str]:
    found = known.of(name)
    return [event["text"] for event in found[1] if event["event"] == "user"] if found else []


def test_the_last_turns_are_remembered_with_their_state() -> None:
    known, talk = Memory(), Talk("a")
    for number in range(12):
        known.add(talk.turn(f"question {number}"))
    assert said(known, "a") == [f"question {number}" for number in range(2, 12)]
    found = known.of("a")
    assert found
    assert found[0] == talk.state
    assert known.of("b") is None


def test_only_so_many_conversations_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 2)
    known = Memory()
    first = Talk("a")
    for talk in (first, Talk("b"), first, Talk("c")):
        known.add(talk.turn("hello"))
    assert [bool(known.of(name)) for name in "abc"] == [True, False, True]


def test_what_is_long_ago_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Memory()
    known.add(Talk("a").turn("hello"))
    later = time.time() + memory.LONGEST + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert known.of("a") is None


def test_what_others_erased_is_forgotten_and_what_came_after_is_not() -> None:
    known = Memory()
    before = time.time() - 1
    for name in "ab":
        known.add(Talk(name).turn("hello"))
    known.heed([])
    known.heed([(digest("b"), before), (digest("c"), time.time())])
    assert [bool(known.of(name)) for name in "ab"] == [True, True]
    known.heed([(digest("a"), time.time())])
    assert [bool(known.of(name)) for name in "ab"] == [False, True]
