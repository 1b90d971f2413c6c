"""The one place that every reply passes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.nlg import GuideNLG
from bot.dialogue.reply import TROUBLE, Kind, Reply
from bot.dialogue.turn import REPLY, SAID

RESPONSES: dict[str, Any] = {
    "utter_hello": [{"text": "Hello.", "buttons": [{"title": "Symptoms?", "payload": "#topic:symptoms", "type": "postback"}]}],
    "utter_disclaimer": [{"text": "{disclaimer} That is all."}],
    "utter_picture": [{"image": "x.png"}],
    "utter_braces": [{"text": "A {brace} of ducks."}],
    "utter_here": [{"text": "On the web.", "channel": "web"}, {"text": "Elsewhere."}],
}
DOMAIN = Domain.from_dict({"responses": RESPONSES})


@pytest.fixture(scope="module")
def nlg() -> GuideNLG:
    return GuideNLG(domain=DOMAIN)


def tracker(*events: Any, country: str | None = None, said: dict[str, Any] | None = None) -> DialogueStateTracker:
    slots = [AnySlot("country", mappings=[{"type": "custom"}])]
    first = [UserUttered("hello", metadata=said or {}), *([SlotSet("country", country)] if country else [])]
    return DialogueStateTracker.from_events("a", [*first, *events], slots)


def made(
    nlg: GuideNLG, name: str, *events: Any, channel: str = "ask", who: DialogueStateTracker | None = None, **given: Any
) -> Any:
    return asyncio.run(nlg.generate(name, who or tracker(*events), channel, **given))


def test_an_action_s_reply_is_said_and_kept_as_data(nlg: GuideNLG) -> None:
    message = made(nlg, REPLY, turn=Reply(kind=Kind.SMALLTALK, text="Hi.").dict())
    assert message["text"].startswith("Hi.\n\n")
    assert message["reply"]["kind"] == Kind.SMALLTALK
    assert message["reply"]["disclaimer"] in message["text"]
    assert message["text"].endswith(message["reply"]["advice"])


def test_plain_text_of_an_action_keeps_its_buttons(nlg: GuideNLG) -> None:
    message = made(nlg, SAID, said="For what age?", offers=[{"title": "Ten", "payload": "10"}])
    assert message["text"].startswith("For what age?")
    assert message["buttons"] == [{"title": "Ten", "payload": "10"}]
    assert message["reply"]["disclaimer"]


def test_a_response_of_the_domain_is_finished_too(nlg: GuideNLG) -> None:
    message = made(nlg, "utter_hello")
    assert message["text"].startswith("Hello.")
    assert message["buttons"] == [{"title": "Symptoms?", "payload": "#topic:symptoms"}]
    assert message["reply"]["advice"]


@pytest.mark.parametrize("name", ["utter_nothing", "utter_picture"])
def test_what_has_no_words_is_said_to_have_failed(nlg: GuideNLG, name: str) -> None:
    message = made(nlg, name)
    assert message["text"].startswith(TROUBLE)
    assert message["reply"]["disclaimer"]


def test_braces_that_name_nothing_are_left_as_they_are(nlg: GuideNLG) -> None:
    assert made(nlg, "utter_braces")["text"].startswith("A {brace} of ducks.")


@pytest.mark.parametrize(("channel", "text"), [("web", "On the web."), ("ask", "Elsewhere.")])
def test_a_response_may_be_for_one_channel(nlg: GuideNLG, channel: str, text: str) -> None:
    assert made(nlg, "utter_here", channel=channel)["text"].startswith(text)


@pytest.mark.parametrize(
    ("country", "said", "number"),
    [
        ("UK", {}, "999"),
        (None, {"country": "AU"}, "000"),
        ("UK", {"country": "AU"}, "999"),
        (None, {}, "911"),
        ("XX", {}, "your local emergency number"),
    ],
)
def test_the_number_is_that_of_the_country_that_was_said_or_that_the_channel_knows(
    nlg: GuideNLG, country: str | None, said: dict[str, Any], number: str
) -> None:
    text = made(nlg, "utter_disclaimer", who=tracker(country=country, said=said))["text"]
    assert f"call {number}" in text.split("That is all.")[0]


def test_the_full_disclaimer_comes_with_the_first_reply_only(nlg: GuideNLG) -> None:
    first, second = made(nlg, "utter_hello"), made(nlg, "utter_hello", BotUttered("Hello."))
    assert "no clinician has reviewed" in first["text"]
    assert "no clinician has reviewed" not in second["text"]
    assert "not medical advice" in second["text"]


def test_a_channel_s_own_wording(nlg: GuideNLG) -> None:
    assert "General information, not medical advice." in made(nlg, "utter_hello", channel="sms")["text"]


def test_before_anybody_has_written_there_is_a_reply_too(nlg: GuideNLG) -> None:
    assert made(nlg, "utter_hello", who=DialogueStateTracker.from_events("a", [], []))["text"].startswith("Hello.")


def test_data_that_is_no_reply_is_refused(nlg: GuideNLG) -> None:
    with pytest.raises(ValidationError, match="enumeration member"):
        made(nlg, REPLY, turn={"kind": "medicine", "text": "Take two."})
    with pytest.raises(ValidationError, match="extra"):
        made(nlg, REPLY, turn={"kind": "answer", "text": "Take two.", "html": "<b>"})


def test_without_a_domain_it_can_be_made_as_rasa_makes_it() -> None:
    assert made(GuideNLG(), "utter_hello")["text"].startswith(TROUBLE)
