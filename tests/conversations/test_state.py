"""What is known of a conversation beside its last events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversations import state
from bot.conversations.state import ABOUT_KEPT, OFFERED, TURNS, State
from tests.conversations.making import Event, begun, bot, user


def after(*parts: list[Event]) -> State:
    now = state.new()
    for part in parts:
        now = state.advance(now, part)
    return now


def slot(name: str, value: Any) -> Event:
    return {"event": "slot", "name": name, "value": value, "timestamp": 1.0}


def event(kind: str, **more: Any) -> Event:
    return {"event": kind, "timestamp": 1.0, **more}


def offering(*titles: str) -> Event:
    return bot("?", buttons=[{"title": title, "payload": f"#topic:{title.casefold()}"} for title in titles])


def test_nothing_is_known_of_a_conversation_that_has_not_begun() -> None:
    assert state.events_needed(state.new()) == 0
    assert state.titles(state.new()) == {}
    assert state.new()["now"] == {"slots": {}, "loop": None, "latest": None, "paused": False}


@pytest.mark.parametrize(
    ("events", "now"),
    [
        ([slot("age", "52")], {"slots": {"age": "52"}}),
        ([slot("age", "52"), slot("age", "53"), slot("sex", "f")], {"slots": {"age": "53", "sex": "f"}}),
        ([slot("age", "52"), slot("age", None)], {"slots": {}}),
        ([slot("asked", False), slot("count", 0)], {"slots": {"asked": False, "count": 0}}),
        ([slot("age", "52"), event("reset_slots")], {"slots": {}}),
        ([event("active_loop", name="need_form")], {"loop": "need_form"}),
        ([event("form", name="need_form"), event("active_loop", name=None)], {"loop": None}),
        ([event("action", name="action_answer")], {"latest": "action_answer"}),
        ([event("action", name="action_answer"), event("action", name=None)], {"latest": "action_answer"}),
        ([event("pause")], {"paused": True}),
        ([event("pause"), event("resume")], {"paused": False}),
        ([slot("age", "52"), event("pause"), event("restart")], {}),
        ([event("followup", name="action_answer"), event("undo")], {}),
    ],
)
def test_each_event_changes_what_it_says(events: list[Event], now: dict[str, Any]) -> None:
    assert after(events)["now"] == {**state.new()["now"], **now}


def test_a_further_session_forgets_all_that_was_said_in_the_one_before() -> None:
    talk = [[*begun(), slot("age", "52"), user("x"), offering("Tea")], *[[user("y"), offering("Iron")]] * (TURNS + 2)]
    before = after(*talk)
    assert before["past"]
    now = state.advance(before, [slot("old", "1"), event("session_started"), user("hello")])
    assert (now["past"], len(now["window"]), state.events_needed(now)) == (None, 1, 2)
    assert now["now"]["slots"] == {}
    assert state.titles(now) == {}


def test_the_last_of_two_session_starts_counts() -> None:
    now = after([event("session_started"), user("a"), event("session_started"), user("b"), slot("age", "1")])
    assert state.events_needed(now) == 3


def test_when_the_visitor_last_started_over_is_remembered() -> None:
    now = after([user("x"), {"event": "restart", "timestamp": 7.0}], [user("y")])
    assert now["since"] == 7.0
    assert state.advance(now, [{"event": "restart", "timestamp": 9.0}, {"event": "restart", "timestamp": 8.0}])["since"] == 9.0


def test_a_state_is_not_changed_by_going_on_from_it() -> None:
    now = after(*[[user("x"), slot("age", "52"), offering("Tea")]] * (TURNS + 1))
    before = json.dumps(now)
    state.advance(now, [slot("age", "53"), slot("age", None), event("restart")])
    assert json.dumps(now) == before


@pytest.mark.parametrize("count", [TURNS - 1, TURNS, TURNS + 1, 3 * TURNS])
def test_the_window_never_holds_more_turns_than_are_looked_at(count: int) -> None:
    now = after(*([user(f"{number}"), bot("x")] for number in range(count)))
    assert len(now["window"]) == min(count, TURNS)
    assert (now["past"] is None) is (count <= TURNS)
    assert state.events_needed(now) == 2 * min(count, TURNS)


def test_a_button_can_be_pressed_long_after_it_was_offered() -> None:
    now = after([user("x"), offering("Tea")], *[[user("y"), bot("z", buttons=[])]] * (2 * TURNS))
    assert state.titles(now) == {"#topic:tea": "Tea"}


def test_of_a_button_that_was_offered_twice_the_latest_words_count() -> None:
    first = bot("?", buttons=[{"title": "Old words", "payload": "#topic:tea"}])
    second = bot("?", buttons=[{"title": "New words", "payload": "#topic:tea"}])
    assert state.titles(after([user("x"), first], [user("y"), second])) == {"#topic:tea": "New words"}
    rest = [[user("z"), bot("z", buttons=[])]] * TURNS
    assert state.titles(after([user("x"), first], [user("y"), second], *rest)) == {"#topic:tea": "New words"}


def test_of_very_many_buttons_and_replies_the_latest_are_known() -> None:
    now = after(*([user("x"), offering(*(f"B{turn}-{number}" for number in range(10)))] for turn in range(40)))
    past = now["past"]
    assert (len(past["offered"]), len(past["about"])) == (OFFERED, ABOUT_KEPT)
    # The latest turn that fell out of the window is the first.
    assert past["offered"][0][0] == f"B{40 - TURNS - 1}-0"
    assert "#topic:b39-9" in state.titles(now)
    assert "#topic:b0-0" not in state.titles(now)


def test_however_long_a_conversation_is_its_state_stays_as_small() -> None:
    turn = [user("x"), offering("Tea", "Iron"), slot("age", "52")]
    sizes = [len(json.dumps(after(*[turn] * count))) for count in (40, 200)]
    assert sizes[0] == sizes[1]


def test_only_replies_that_a_later_turn_may_be_about_are_known_the_latest_first() -> None:
    now = after(
        [
            user("x"),
            bot("one"),
            bot("no", kind="clarify"),
            bot("two", kind="lookup", topic=None, lookup={"type": "food", "grams": 9}),
        ]
    )
    about = now["window"][0]["about"]
    assert [reply["kind"] for reply in about] == ["lookup", "answer"]
    assert about[0]["lookup"] == {"type": "food"}
    assert about[1]["answers"] == [{"topic": "caffeine", "text": "one"}]


def test_a_boundary_keeps_its_buttons_and_an_answer_does_not() -> None:
    buttons = [{"title": "Iron", "payload": "#topic:iron"}]
    assert state.slim({"kind": "safety", "safety": "boundary", "buttons": buttons})["buttons"] == buttons
    assert state.slim({"kind": "answer", "buttons": buttons})["buttons"] == []
    assert state.slim({"kind": "safety"}) == {
        "kind": "safety", "topics": [], "safety": None, "lookup": None, "answers": [], "buttons": [],
    }  # fmt: skip


EVENTS = st.one_of(
    st.builds(slot, st.sampled_from("ab"), st.none() | st.integers()),
    st.sampled_from(["pause", "resume", "reset_slots", "restart", "session_started", "user"]).map(event),
    st.sampled_from([None, "f"]).map(lambda name: event("active_loop", name=name)),
    st.sampled_from([None, "action_answer"]).map(lambda name: event("action", name=name)),
)


@settings(deadline=None)
@given(st.lists(st.lists(EVENTS, min_size=1, max_size=5), max_size=25))
def test_the_dialogue_can_go_on_from_the_window_alone(parts: list[list[Event]]) -> None:
    """As a tracker does: from `before` of the first turn, over the last so many events, to `now`."""
    now = after(*parts)
    said = [each for part in parts for each in part]
    needed = state.events_needed(now)
    assert needed <= len(said)
    if not now["window"]:
        return
    start = {**state.new(), "now": now["window"][0]["before"]}
    assert state.advance(start, said[-needed:])["now"] == now["now"]
    assert json.loads(json.dumps(now)) == now
