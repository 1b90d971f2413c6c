"""The one place that adds the disclaimer: taken away, every path is seen to break its promise; in its place, none does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rasa.core.processor import MessageProcessor
from rasa_sdk import Action

from actions.answer import ActionAnswer
from bot.dialogue.nlg import GuideNLG
from bot.dialogue.reply import Reply
from tests.dialogue.promise import broken
from tests.talk import Bot

pytestmark = pytest.mark.model

PLAIN = "Walking about for a while eases the legs of many people."


class Plain(Action):
    """Says plain text, as any rasa_sdk action may."""

    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(text=PLAIN)
        return []


class Failing(ActionAnswer):
    """An action of ours in which something goes wrong."""

    def outcome(self, turn: Any) -> Any:
        raise RuntimeError("as if the knowledge base were gone")


def typed_reply(bot: Bot, patch: pytest.MonkeyPatch) -> str:
    """An action's reply as one typed object."""
    return "what is restless legs syndrome"


def plain_text(bot: Bot, patch: pytest.MonkeyPatch) -> str:
    """An action's plain text."""
    patch.setitem(bot.agent.action_endpoint._executor.actions, "action_answer", Plain().run)
    return "what is restless legs syndrome"


def domain_response(bot: Bot, patch: pytest.MonkeyPatch) -> str:
    """A response of the domain."""
    return "hello"


def failed_action(bot: Bot, patch: pytest.MonkeyPatch) -> str:
    """An action that fails."""
    patch.setitem(bot.agent.action_endpoint._executor.actions, "action_answer", Failing().run)
    return "what is restless legs syndrome"


def failed_turn(bot: Bot, patch: pytest.MonkeyPatch) -> str:
    """A turn that fails outside of any action."""

    async def fail(*_: Any) -> None:
        raise RuntimeError("as if the store were gone")

    patch.setattr(MessageProcessor, "handle_message", fail)
    return "what is restless legs syndrome"


def danger(bot: Bot, patch: pytest.MonkeyPatch) -> str:
    """The fixed reply to danger."""
    return "I have crushing chest pain"


Path = Callable[[Bot, pytest.MonkeyPatch], str]
PATHS = (typed_reply, plain_text, domain_response, failed_action, failed_turn, danger)


@pytest.fixture
def patch(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.MonkeyPatch]:
    # The failures are meant; their traces are not for the log of the tests.
    caplog.set_level("CRITICAL")
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def said(bot: Bot, path: Path, patch: pytest.MonkeyPatch) -> list[str]:
    exchange = bot.ask(path(bot, patch))
    assert exchange.messages, "an empty turn"
    return [message["text"] for message in exchange.messages]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_every_path_has_its_disclaimer(bot: Bot, path: Path, patch: pytest.MonkeyPatch) -> None:
    for text in said(bot, path, patch):
        assert not broken(text), text


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_without_the_hook_every_path_is_seen_to_break(bot: Bot, path: Path, patch: pytest.MonkeyPatch) -> None:
    def bare(self: GuideNLG, reply: Reply, *_: Any) -> dict[str, Any]:
        return {"text": reply.body(), "buttons": [], "reply": reply.dict()}

    patch.setattr(GuideNLG, "finish", bare)
    for text in said(bot, path, patch):
        assert {"no disclaimer", "no advice"} <= set(broken(text)), text


def test_plain_text_is_said_as_it_is_and_finished(bot: Bot, patch: pytest.MonkeyPatch) -> None:
    (text,) = said(bot, plain_text, patch)
    assert text.startswith(PLAIN)
