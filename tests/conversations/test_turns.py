"""Rows that staff read, made from Rasa's events."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversations import turns
from bot.conversations.tables import turns as table
from tests.conversations.making import Event, bot, user

TITLES = {"#topic:alcohol": "Alcohol"}


def row(*events: Event, **more: Any) -> dict[str, Any]:
    (found,) = turns.rows("a", list(events), TITLES, **more)
    return found


def test_each_message_has_a_row_with_the_replies_behind_it() -> None:
    found = turns.rows("a", [user("one"), bot("1"), bot("1b"), user("two"), user("three"), bot("3")], {})
    assert [(each["said"], each["replied"]) for each in found] == [("one", "1\n\n1b"), ("two", ""), ("three", "3")]


def test_replies_before_any_message_and_empty_messages_make_no_row() -> None:
    assert turns.rows("a", [], {}) == []
    assert turns.rows("a", [bot("Welcome."), user(""), {"event": "user", "timestamp": 1.0, "text": None}, bot("?")], {}) == []


def test_a_message_that_got_no_reply_is_an_error_that_staff_see() -> None:
    found = row(user("hello"))
    assert (found["kind"], found["unclear"], found["answered"], found["replied"], found["reply"]) == (
        "error",
        True,
        None,
        "",
        "[]",
    )


def test_a_reply_that_is_none_of_ours_counts_as_none() -> None:
    plain = {"event": "bot", "timestamp": 5.0, "text": "utter", "data": None, "metadata": None}
    found = row(user("hello"), plain)
    assert (found["kind"], found["unclear"], found["replied"], found["answered"]) == ("error", True, "utter", 5.0)


@pytest.mark.parametrize(
    ("kind", "unclear"),
    [
        ("answer", False),
        ("lookup", False),
        ("safety", False),
        ("smalltalk", False),
        ("clarify", True),
        ("out_of_scope", True),
        ("error", True),
    ],
)
def test_only_what_was_not_answered_is_unclear(kind: str, unclear: bool) -> None:
    assert row(user("hello"), bot("x", kind=kind))["unclear"] is unclear


def test_a_pressed_button_is_kept_by_its_words_and_an_unknown_one_as_it_came() -> None:
    assert row(user("#topic:alcohol"))["said"] == "Alcohol"
    assert row(user("#topic:gone"))["said"] == "#topic:gone"


def test_a_form_s_question_behind_the_reply_does_not_change_what_the_message_got() -> None:
    found = row(user("how much"), bot("An answer."), bot("How old are you?", kind="clarify", topic=None))
    assert (found["kind"], found["unclear"], found["topic"]) == ("answer", False, "caffeine")
    assert len(json.loads(found["reply"])) == 2


def test_several_answers_are_all_named_and_the_first_leads() -> None:
    answers = [{"topic": "iron", "group": "minerals", "text": "a"}, {"topic": "tea", "group": "drinks", "text": "b"}]
    found = row(user("iron and tea"), bot("x", answers=answers))
    assert (found["topic"], found["group"], found["topics"]) == ("iron", "minerals", '["iron", "tea"]')


def test_without_an_answer_the_group_is_that_of_the_topics_that_were_offered() -> None:
    found = row(user("?"), bot("x", kind="clarify", topic=None, topics=["minerals", "drinks"]))
    assert (found["topic"], found["group"], found["topics"]) == (None, "minerals", "[]")
    assert row(user("?"), bot("x", kind="smalltalk", topic=None))["group"] is None


@pytest.mark.parametrize(
    ("of_reply", "seen", "kept"),
    [(None, None, None), ("emergency", None, "emergency"), (None, "boundary", "boundary"), ("crisis", "emergency", "crisis")],
)
def test_a_danger_is_the_reply_s_or_what_was_seen_in_the_message(
    of_reply: str | None, seen: str | None, kept: str | None
) -> None:
    message = user("x")
    message["parse_data"]["understanding"] = {"safety": {"category": seen, "rule": "r" * 80} if seen else None}
    found = row(message, bot("x", safety=of_reply))
    assert found["safety"] == kept
    assert found["rule"] == ("r" * 64 if seen else None)


def test_how_sure_the_bot_was_is_the_understanding_s_or_else_the_reply_s() -> None:
    message = user("x")
    assert row(message)["confidence"] == 0.0
    assert row(message, bot("x", confidence=0.4))["confidence"] == 0.4
    message["parse_data"]["understanding"] = {"confidence": 0}
    assert row(message, bot("x", confidence=0.4))["confidence"] == 0.0


def test_of_what_was_recognised_only_kind_and_value_are_kept() -> None:
    message = user("espresso")
    message["parse_data"]["entities"] = [
        {"entity": "food", "value": "café", "start": 0, "end": 8, "extractor": "x"},
        {"entity": "food"},
        {"value": "no kind"},
    ]
    assert json.loads(row(message)["entities"]) == [{"entity": "food", "value": "café"}]
    assert "café" in row(message)["entities"]


def test_a_message_that_was_never_parsed_has_a_row_too() -> None:
    bare = {"event": "user", "timestamp": 3.0, "text": "hello"}
    found = row(bare)
    assert (found["said"], found["at"], found["intent"], found["entities"]) == ("hello", 3.0, None, "[]")
    assert (found["channel"], found["message"], found["language"]) == ("unknown", None, "en")


def test_only_the_last_row_has_the_time_that_the_turn_took() -> None:
    found = turns.rows("a", [user("one"), bot("1"), user("two"), bot("2")], {}, "v", 12.5)
    assert [each["milliseconds"] for each in found] == [None, 12.5]
    assert {each["knowledge"] for each in found} == {"v"}


def test_every_column_is_filled_but_those_that_the_database_counts() -> None:
    assert set(row(user("x"), bot("y"))) == {column.name for column in table.columns} - {"id"}


@settings(deadline=None)
@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300))
def test_names_that_come_from_outside_fit_their_columns(channel: str, message: str, intent: str) -> None:
    event = user("x", input_channel=channel, message_id=message)
    event["parse_data"]["intent"] = {"name": intent}
    event["parse_data"]["understanding"] = {"language": intent, "safety": {"rule": message}}
    found = row(event)
    for column in table.columns:
        if isinstance(column.type, sa.String) and column.type.length and found.get(column.name):
            assert len(found[column.name]) <= column.type.length, column.name


def test_a_message_is_shown_as_the_channel_got_it_and_nothing_more() -> None:
    event = bot("Pick one.")
    event["data"]["buttons"] = [{"title": "Alcohol", "payload": "#topic:alcohol", "type": "postback"}]
    event["data"]["attachment"] = "x"
    assert turns.shown(event) == {
        "text": "Pick one.",
        "buttons": [{"title": "Alcohol", "payload": "#topic:alcohol"}],
        "reply": event["metadata"]["reply"],
    }
    assert turns.shown({"event": "bot", "text": None}) == {"text": "", "buttons": [], "reply": None}
