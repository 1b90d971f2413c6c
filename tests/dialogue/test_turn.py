from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.reply import TROUBLE, Button, Kind, Reply
from bot.dialogue.turn import REPLY, SAID, Outcome, ReplyingAction, Turn, through_nlg
from bot.settings import settings


def said(kind: Kind, **given: Any) -> dict[str, Any]:
    return {"event": "bot", "text": "…", "metadata": {"reply": Reply(kind=kind, **given).dict()}}


def user(text: str, choices: list[str]) -> dict[str, Any]:
    return {"event": "user", "text": text, "parse_data": {"understanding": {"choices": choices}}}


def tracker(events: list[dict[str, Any]], slots: dict[str, Any] | None = None, **message: Any) -> Tracker:
    return Tracker("me", slots or {}, message, events, False, None, {}, "action_listen")


def test_a_first_turn_knows_nothing() -> None:
    turn = Turn(tracker([]))
    assert (turn.text, turn.intent, turn.last, turn.topics, turn.choices, turn.misses) == ("", "", {}, [], [], 0)
    assert turn.left_out == []
    assert not turn.in_form


def test_the_last_reply_is_the_context() -> None:
    first, second = Button(title="A", payload="#topic:a"), Button(title="B", payload="#topic:b")
    events = [said(Kind.CLARIFY, buttons=(first,)), said(Kind.CLARIFY, buttons=(second,))]
    turn = Turn(tracker(events))
    assert turn.choices == [second]
    assert turn.offered == [second, first]


def test_bot_events_without_a_reply_are_passed_over() -> None:
    events = [said(Kind.CLARIFY), {"event": "bot", "text": "?", "metadata": {}}, {"event": "bot", "text": "?"}]
    assert Turn(tracker(events)).last["kind"] == "clarify"


def test_misses_are_counted_up_to_now() -> None:
    clarify, outside, smalltalk = said(Kind.CLARIFY), said(Kind.OUT_OF_SCOPE), said(Kind.SMALLTALK)
    assert Turn(tracker([clarify, smalltalk, outside, clarify])).misses == 2
    assert Turn(tracker([clarify, smalltalk])).misses == 0


def test_what_was_left_out_is_of_the_message_before() -> None:
    assert Turn(tracker([user("mag", ["a", "b"]), user("no", ["c"])])).left_out == ["a", "b"]


def test_the_country() -> None:
    assert Turn(tracker([])).country == settings().country
    assert Turn(tracker([], metadata={"country": "IE"})).country == "IE"
    assert Turn(tracker([], {"country": "UK"}, metadata={"country": "IE"})).country == "UK"


class Says(ReplyingAction):
    # It can be made without arguments, since the executor makes one of every action that there is.
    def __init__(self, outcome: Outcome | Exception | None = None) -> None:
        self._outcome = outcome or Outcome(None)

    def name(self) -> str:
        return "action_says"

    def outcome(self, turn: Turn) -> Outcome:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


def test_an_action_sends_its_reply_as_data() -> None:
    dispatcher = CollectingDispatcher()
    events = Says(Outcome(Reply(kind=Kind.SMALLTALK, text="hi"), [{"event": "slot"}])).run(dispatcher, tracker([]), {})
    assert events == [{"event": "slot"}]
    assert dispatcher.messages[0]["response"] == REPLY
    assert dispatcher.messages[0]["turn"]["text"] == "hi"


@pytest.mark.parametrize("error", [KeyError("topic"), ZeroDivisionError(), RecursionError()])
def test_an_action_that_fails_is_not_silent_and_says_nothing_of_the_failure(error: Exception) -> None:
    dispatcher = CollectingDispatcher()
    assert Says(error).run(dispatcher, tracker([], text="secret"), {}) == []
    assert dispatcher.messages[0]["turn"]["text"] == TROUBLE
    assert dispatcher.messages[0]["turn"]["kind"] == Kind.ERROR


def test_plain_text_goes_through_the_nlg_class_too() -> None:
    dispatcher = CollectingDispatcher()
    dispatcher.utter_message(text="For what age?", buttons=[{"title": "A", "payload": "a"}])
    dispatcher.utter_message(image="x.png")
    through_nlg(dispatcher)
    assert [message["response"] for message in dispatcher.messages] == [SAID, SAID]
    assert [message["said"] for message in dispatcher.messages] == ["For what age?", TROUBLE]


def test_the_topics_are_those_of_the_last_reply_that_answered_any() -> None:
    answers = {"answers": [{"topic": "oxide"}, {"topic": "citrate"}]}
    older, newer = ({"event": "bot", "metadata": {"reply": {"kind": "answer", **given}}} for given in ({}, answers))
    assert Turn(tracker([older, newer, said(Kind.SMALLTALK)])).topics == ["oxide", "citrate"]
    assert Turn(tracker([older])).topics == []


@pytest.mark.parametrize(("loop", "in_form"), [({}, False), ({"name": None}, False), ({"name": "daily_need_form"}, True)])
def test_a_form_that_asks(loop: dict[str, Any], in_form: bool) -> None:
    assert Turn(Tracker("me", {}, {}, [], False, None, loop, "action_listen")).in_form is in_form


@pytest.mark.parametrize(
    "message", [{}, {"text": None, "intent": None, "understanding": None, "metadata": None}, {"intent": {}}]
)
def test_a_message_of_which_parts_are_missing_is_read(message: dict[str, Any]) -> None:
    turn = Turn(tracker([], **message))
    assert (turn.text, turn.intent, turn.understanding) == ("", "", {})
    assert turn.country == settings().country


@pytest.mark.parametrize("before", [{}, {"parse_data": None}, {"parse_data": {"understanding": None}}])
def test_a_message_that_was_not_understood_left_nothing_out(before: dict[str, Any]) -> None:
    assert Turn(tracker([{"event": "user", **before}, user("no", ["c"])])).left_out == []


def test_an_action_may_only_change_what_is_remembered() -> None:
    dispatcher = CollectingDispatcher()
    assert Says(Outcome(None, [{"event": "slot"}])).run(dispatcher, tracker([]), {}) == [{"event": "slot"}]
    assert dispatcher.messages == []


def test_what_went_through_the_nlg_class_does_so_once() -> None:
    dispatcher = CollectingDispatcher()
    dispatcher.utter_message(text="Hi.")
    through_nlg(dispatcher)
    once = [dict(message) for message in dispatcher.messages]
    through_nlg(dispatcher)
    assert dispatcher.messages == once
