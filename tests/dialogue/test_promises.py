"""What every reply keeps, tested on generated conversations.

The usual run has 1,000 conversations, the run of `HYPOTHESIS_PROFILE=nightly` 20,000. Most of them drive the actions
alone, with an understanding that is drawn too: whatever the model may make of a message, the promises hold. The rest
talk with the trained bot.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa_sdk.interfaces import Action

from actions.answer import ActionAnswer
from actions.daily_need import ActionDailyNeed, AskAge
from actions.erase import ActionErase
from actions.follow_up import ActionFollowUp
from actions.food import ActionFood
from actions.language import ActionCountry, ActionLanguage
from actions.pick import ActionPick
from actions.safety import URGENT, ActionCheckIn, ActionSafety
from actions.unclear import ActionOutOfScope, ActionUnclear
from bot.dialogue.nlg import GuideNLG
from bot.dialogue.reply import FinishedReply
from bot.knowledge.base import read
from bot.safety.rules import CATEGORIES
from bot.settings import ROOT
from bot.settings import settings as bot_settings
from tests.actions.stage import Stage
from tests.dialogue.messages import HOSTILE, NONSENSE, OFF_SUBJECT, TALK
from tests.dialogue.promise import broken
from tests.dialogue.renderers import ALWAYS, ONE_OF
from tests.talk import Bot

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
CONVERSATIONS = 20_000 if NIGHTLY else 1_000
# With the trained bot a turn costs thirty times as much.
WITH_MODEL = CONVERSATIONS // 25
CHANNELS = ("ask", "web", "rest", "telegram", "sms")
THINGS = (
    "spinach", "almonds", "oat milk", "2 bananas", "doxycycline", "levothyroxine", "ropinirole", "oxide", "children",
    "pregnant", "70 year old woman", "kidney disease", "iron", "200 mg", "!!!", "and", "what about", "not", "the",
)  # fmt: skip

ACTIONS: dict[str, Action] = {
    action.name(): action
    for action in (
        ActionAnswer(), ActionDailyNeed(), ActionErase(), ActionFollowUp(), ActionFood(), ActionCountry(), ActionLanguage(),
        ActionPick(), ActionSafety(), ActionCheckIn(), ActionOutOfScope(), ActionUnclear(), AskAge(),
    )
}  # fmt: skip


@lru_cache(maxsize=1)
def rules() -> dict[str, str]:
    """The first action of each rule of data/rules.yml, by its intent."""
    written = yaml.safe_load((ROOT / "data" / "rules.yml").read_text(encoding="utf-8"))["rules"]
    steps = [rule["steps"] for rule in written if "intent" in rule["steps"][0] and "condition" not in rule]
    return {first["intent"]: second["action"] for first, second, *_ in steps}


@lru_cache(maxsize=1)
def topics() -> list[str]:
    return sorted(read(bot_settings().knowledge).topics)


@lru_cache(maxsize=1)
def fragments() -> list[str]:
    """Pieces of what people write."""
    base = read(bot_settings().knowledge)
    questions = [question for topic in base.topics.values() for question in topic.questions[:2]]
    return [*questions, *TALK, *OFF_SUBJECT, *HOSTILE, *NONSENSE, *THINGS]


odd = st.text(st.characters(blacklist_categories=()), max_size=40)
pieces = st.deferred(lambda: st.sampled_from(fragments()))
messages = st.one_of(
    pieces,
    st.lists(st.one_of(pieces, odd), min_size=1, max_size=4).map(" ".join),
    odd,
    st.deferred(lambda: st.sampled_from(topics()).map(lambda topic: f"#topic:{topic}")),
    st.integers().map(lambda number: f"#food:{number}"),
)
# What a visitor does: writes, or presses one of the buttons that are shown.
moves = st.one_of(messages, st.integers(0, 6))


def understood(intent: str, beside: list[str], choices: list[str], confidence: float, language: str | None) -> dict[str, Any]:
    return {
        "topics": [intent, *beside][:2] if intent in topics() else [],
        "choices": choices,
        "safety": {"category": intent, "rule": None, "how": "meaning"} if intent in CATEGORIES else None,
        "confidence": confidence,
        "language": language,
    }


some = st.deferred(lambda: st.lists(st.sampled_from(topics()), max_size=3, unique=True))
intents = st.deferred(
    lambda: st.one_of(st.sampled_from(sorted(rules())), st.sampled_from(topics()), st.sampled_from(CATEGORIES))
)
# An intent with an understanding, as the model might make of any message.
understandings = st.tuples(intents, some, some, st.floats(0, 1), st.sampled_from(["es", "no", None, ""])).map(
    lambda drawn: (drawn[0], understood(*drawn))
)


def action_for(intent: str, stage: Stage) -> str:
    """What the policies choose: danger, a crisis that is in force, then the rules."""
    if intent in URGENT:
        return "action_safety"
    if stage.slots.get("crisis"):
        return "action_check_in"
    if intent in CATEGORIES:
        return "action_safety"
    if intent == "daily_need":
        return AskAge().name()
    return "action_answer" if intent in topics() else rules()[intent]


def readable(message: dict[str, Any], app: str) -> None:
    """Every way out keeps the promises: those of the house, and that of an app."""
    for name, render in {**ALWAYS, app: ONE_OF[app]}.items():
        text = render(message)
        assert not broken(text), (name, broken(text), text)


def kept(replies: list[FinishedReply], app: str) -> None:
    assert replies, "an empty turn"
    for reply in replies:
        readable(GuideNLG.message(reply), app)
        assert reply.disclaimer
        assert reply.advice
        assert reply.kind != "error", reply.plain()
        for button in reply.buttons:
            assert button.title.strip()


many = settings(
    max_examples=CONVERSATIONS - WITH_MODEL,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@many
@given(
    channel=st.sampled_from(CHANNELS),
    turns=st.lists(st.tuples(moves, understandings), min_size=1, max_size=5),
    in_form=st.booleans(),
    app=st.sampled_from(sorted(ONE_OF)),
)
def test_no_understanding_breaks_a_promise(
    knowledge_database: None, channel: str, turns: list[tuple[str | int, tuple[str, dict[str, Any]]]], in_form: bool, app: str
) -> None:
    stage = Stage(channel=channel, loop="daily_need_form" if in_form else None)
    for move, (intent, understanding) in turns:
        text, intent = pressed(move, intent, stage.shown)
        name = action_for(intent, stage)
        kept(stage.turn(ACTIONS.get(name, name), intent, text, **understanding), app)


def pressed(move: str | int, intent: str, shown: list[str]) -> tuple[str, str]:
    """The message of a move, and its intent: a button is understood as one."""
    if isinstance(move, str):
        return move, intent
    if not shown:
        return str(move), "pick"
    payload = shown[move % len(shown)]
    return payload, "pick" if payload.startswith("#") else intent


@pytest.mark.model
@settings(many, max_examples=WITH_MODEL)
@given(moves=st.lists(moves, min_size=1, max_size=4), app=st.sampled_from(sorted(ONE_OF)))
def test_no_conversation_breaks_a_promise(bot: Bot, moves: list[str | int], app: str) -> None:
    visitor = bot.visitor()
    shown: list[str] = []
    for move in moves:
        text = move if isinstance(move, str) else shown[move % len(shown)] if shown else str(move)
        exchange = visitor.say(text)
        assert exchange.messages, "an empty turn"
        assert exchange.kind != "error"
        events = [event for event in bot.tracker(visitor.name).events if event.type_name == "bot"]
        for event in events[-len(exchange.messages) :]:
            readable(event.message(), app)
        shown = [button["payload"] for message in exchange.messages for button in message["buttons"]]
