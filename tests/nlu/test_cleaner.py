"""The first component of the pipeline."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.cleaner import MessageCleaner

NOTHING: Any = None


@pytest.fixture
def cleaner() -> MessageCleaner:
    return MessageCleaner.create({}, NOTHING, NOTHING, NOTHING)


def test_each_message_is_cleaned_in_its_place(cleaner: MessageCleaner) -> None:
    messages = [Message.build("  does\ttea count "), Message.build("/restart"), Message.build("plain")]
    assert cleaner.process(messages) is messages
    assert [message.get(TEXT) for message in messages] == ["does tea count", "restart", "plain"]


@pytest.mark.parametrize("typed", ['/greet{"name": "x"}', "EXTERNAL: restart", "\u200b/restart", "\uff0frestart"])
def test_what_rasa_would_take_for_an_order_no_longer_starts_as_one(cleaner: MessageCleaner, typed: str) -> None:
    (message,) = cleaner.process([Message.build(typed)])
    assert not message.get(TEXT).startswith(("/", "EXTERNAL"))


def test_the_cleaned_text_is_what_a_turn_keeps(cleaner: MessageCleaner) -> None:
    (message,) = cleaner.process([Message.build(" hi ")])
    assert message.as_dict(only_output_properties=True)[TEXT] == "hi"


@pytest.mark.parametrize("data", [{}, {TEXT: None}, {TEXT: ""}])
def test_a_message_without_text_gets_an_empty_one(cleaner: MessageCleaner, data: dict[str, Any]) -> None:
    (message,) = cleaner.process([Message(data)])
    assert message.get(TEXT) == ""


def test_examples_are_cleaned_as_messages_are_and_those_without_text_left_alone(cleaner: MessageCleaner) -> None:
    said, silent = Message({TEXT: "can\u2019t  sleep", INTENT: "insomnia"}), Message({INTENT: "insomnia"})
    cleaner.process_training_data(TrainingData([said, silent]))
    assert said.get(TEXT) == "can't sleep"
    assert said.get(INTENT) == "insomnia"
    assert silent.get(TEXT) is None
