"""What is kept of Rasa's events: no word that was found, and nothing that a channel says of its visitor."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from bot.conversations.concealing import KEPT, conceal
from bot.conversations.redaction import Redaction
from tests.conversations.making import Event, MarkFinder, bot, user

PRIVATE = {"phone": "+15195550122", "remote_addr": "203.0.113.9", "headers": {"cookie": "s=1"}, "user": "U024BE7LH"}


class Found:
    """Finds the same identifiers in each message that holds them."""

    def __init__(self, found: dict[str, str]) -> None:
        self._found = found

    def find(self, text: str) -> Redaction:
        here = tuple((said, shown) for said, shown in self._found.items() if said in text)
        kept = text
        for said, shown in here:
            kept = kept.replace(said, shown)
        return Redaction(kept, text, here)


def concealed(*events: Event) -> list[Event]:
    return conceal(list(events), MarkFinder())


def test_the_message_and_all_that_is_known_of_it_are_redacted() -> None:
    event = user("i am SECRETname")
    event["parse_data"]["entities"] = [{"entity": "food", "value": "SECRETname", "start": 5, "end": 15}]
    (kept,) = concealed(event)
    assert kept["text"] == kept["parse_data"]["text"] == "i am <name>"
    assert kept["parse_data"]["entities"] == [{"entity": "food", "value": "<name>", "start": 5, "end": 15}]
    assert "SECRET" not in json.dumps(kept)


@pytest.mark.parametrize(
    "follows",
    [
        {"event": "slot", "name": "food", "value": "SECRETname", "timestamp": 1.0},
        {"event": "slot", "name": "foods", "value": [{"said": "SECRETname"}], "timestamp": 1.0},
        {"event": "action", "name": "action_answer", "timestamp": 1.0, "action_text": "SECRETname"},
        {"event": "entities", "entities": [{"value": "SECRETname"}], "timestamp": 1.0},
        bot("I know no food called SECRETname."),
        bot("?", lookup={"type": "food", "asked": "SECRETname"}),
    ],
)
def test_what_repeats_the_words_is_redacted_too(follows: Event) -> None:
    kept = concealed(user("is SECRETname a food"), follows)[1]
    assert "SECRET" not in json.dumps(kept)
    assert "<name>" in json.dumps(kept)


def test_what_was_found_in_one_message_goes_from_later_messages_and_replies_too() -> None:
    events = [
        user("my name is Achterberg"),
        bot("Hello."),
        user("mail a@b.ca"),
        bot("Achterberg, is a@b.ca right?"),
        user("Achterberg!"),
    ]
    finder = Found({"Achterberg": "<name>", "a@b.ca": "<email>"})
    # The last message's own look finds nothing.
    kept = conceal(events[:4], finder) + conceal(events, _OnlyFirst())[4:]
    assert [event["text"] for event in kept] == [
        "my name is <name>",
        "Hello.",
        "mail <email>",
        "<name>, is <email> right?",
        "<name>!",
    ]


class _OnlyFirst:
    def find(self, text: str) -> Redaction:
        if text.startswith("my name is "):
            return Redaction("my name is <name>", text, ((text.removeprefix("my name is "), "<name>"),))
        return Redaction(text, text, ())


def test_what_stands_before_any_message_stays() -> None:
    before = {"event": "slot", "name": "age", "value": "52", "timestamp": 1.0}
    assert concealed(before, user("i am SECRETname"))[0] == before


def test_a_message_without_words_ends_nothing() -> None:
    """A restart from a channel, or a picture without a caption."""
    kept = concealed(user("i am SECRETname"), user(""), bot("Hello SECRETname."))
    assert [event["text"] for event in kept] == ["i am <name>", "", "Hello <name>."]


@pytest.mark.parametrize("kind", ["user", "session_started", "action"])
def test_of_what_a_channel_says_only_what_names_nobody_is_kept(kind: str) -> None:
    allowed = dict.fromkeys(KEPT, "x")
    event = {"event": kind, "name": "action_session_start", "timestamp": 1.0, "metadata": {**PRIVATE, **allowed}}
    assert concealed(event)[0]["metadata"] == allowed


@pytest.mark.parametrize("metadata", [None, "from +15195550122", ["+15195550122"], 15195550122])
def test_what_a_channel_says_in_a_shape_of_its_own_is_not_kept(metadata: Any) -> None:
    assert concealed(user("hello", metadata=metadata))[0]["metadata"] == {}


def test_the_copies_that_rasa_makes_of_it_are_not_kept_either() -> None:
    message = user("hello")
    message["parse_data"]["metadata"] = PRIVATE
    slot = {"event": "slot", "name": "session_started_metadata", "value": {**PRIVATE, "country": "CA"}, "timestamp": 1.0}
    kept = concealed(slot, message)
    assert kept[0]["value"] == {"country": "CA"}
    assert kept[1]["parse_data"]["metadata"] == {}
    assert "203.0.113.9" not in json.dumps(kept)


def test_the_reply_keeps_its_own_data() -> None:
    """It is written by the bot, and staff read it."""
    reply = bot("It may help.")
    assert concealed(user("does it"), copy.deepcopy(reply))[1] == reply


def test_the_events_that_the_dialogue_goes_on_with_are_not_changed() -> None:
    events = [user("i am SECRETname", metadata=dict(PRIVATE)), bot("Hello SECRETname.")]
    before = copy.deepcopy(events)
    assert conceal(events, MarkFinder()) != before
    assert events == before


def test_nothing_is_lost_and_the_order_stays() -> None:
    events = [
        {"event": "action", "name": "action_listen", "timestamp": 1.0},
        user("a"),
        bot("b"),
        bot("c"),
        user("d"),
        bot("e"),
    ]
    assert [event.get("text") for event in concealed(*events)] == [None, "a", "b", "c", "d", "e"]
    assert concealed() == []
