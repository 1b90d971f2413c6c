"""What goes before every rule: danger, a crisis in force, and a button that was typed."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.certain_policy import CertainPolicy
from bot.dialogue.pick_policy import PickPolicy, on_screen
from bot.dialogue.safety_policy import SafetyPolicy, danger
from bot.safety.rules import URGENT

LISTEN = ActionExecuted("action_listen")
BUTTONS = [
    {"title": "What are the symptoms?", "payload": "#topic:symptoms"},
    {"title": "What causes restless legs?", "payload": "#topic:causes"},
]
DOMAIN = Domain.from_dict({"intents": ["x"], "actions": ["action_safety", "action_check_in", "action_pick"]})
URGENT_ONE = sorted(URGENT)[0]


def policy(kind: type[CertainPolicy]) -> CertainPolicy:
    storage: Any = None
    context = ExecutionContext(GraphSchema({}))
    return kind.create(kind.get_default_config(), storage, Resource("policy"), context)


SAFETY, PICK = policy(SafetyPolicy), policy(PickPolicy)


def tracker(*events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("a", list(events), [AnySlot("crisis", mappings=[{"type": "custom"}])])


def said(text: str, category: str | None = None, intent: str = "x") -> UserUttered:
    safety = {"category": category, "rule": None, "how": "rule"} if category else None
    parsed = {"text": text, "intent": {"name": intent}, "entities": [], "understanding": {"safety": safety}}
    return UserUttered(text, parsed["intent"], [], parsed)


def shown(buttons: list[dict[str, str]]) -> BotUttered:
    return BotUttered("Do you mean one of these?", {}, {"reply": {"buttons": buttons}})


@pytest.mark.parametrize("category", sorted(URGENT))
def test_danger_goes_first_in_a_form_and_in_a_crisis_too(category: str) -> None:
    for before in ([], [ActiveLoop("daily_need_form")], [SlotSet("crisis", "told")]):
        assert SAFETY.next_action(tracker(LISTEN, *before, LISTEN, said("help", category))) == "action_safety"


def test_a_boundary_is_the_form_s_to_answer_while_it_asks() -> None:
    pregnant = said("I'm pregnant", "pregnancy")
    assert SAFETY.next_action(tracker(LISTEN, pregnant)) == "action_safety"
    assert SAFETY.next_action(tracker(LISTEN, ActiveLoop("daily_need_form"), LISTEN, pregnant)) is None


def test_a_crisis_in_force_checks_in_whatever_is_said() -> None:
    crisis = [LISTEN, SlotSet("crisis", "told"), LISTEN]
    assert SAFETY.next_action(tracker(*crisis, said("thanks"))) == "action_check_in"
    assert SAFETY.next_action(tracker(*crisis, said("me", "kidney"))) == "action_check_in"
    assert SAFETY.next_action(tracker(*crisis, ActiveLoop("daily_need_form"), LISTEN, said("34"))) == "action_check_in"


def test_in_a_crisis_too_one_s_own_data_can_be_deleted() -> None:
    events = (LISTEN, SlotSet("crisis", "told"), LISTEN, said("delete it", intent="delete_data"))
    assert SAFETY.next_action(tracker(*events)) is None


@pytest.mark.parametrize("action", ["action_safety", "action_check_in"])
def test_after_its_action_the_bot_listens_and_a_form_goes_on(action: str) -> None:
    assert SAFETY.next_action(tracker(LISTEN, said("me", "kidney"), ActionExecuted(action))) == "action_listen"
    form = (ActiveLoop("daily_need_form"), ActionExecuted(action))
    assert SAFETY.next_action(tracker(LISTEN, said("me", "kidney"), *form)) is None


@pytest.mark.parametrize(
    "events",
    [
        [],
        [LISTEN],
        [LISTEN, said("does tea count")],
        [LISTEN, said("help", URGENT_ONE), ActionExecuted("action_answer")],
    ],
    ids=["nothing", "no message", "an ordinary question", "after another action"],
)
def test_elsewhere_the_other_policies_say(events: list[Event]) -> None:
    assert SAFETY.next_action(tracker(*events)) is None


@pytest.mark.parametrize("parsed", [{}, {"understanding": None}, {"understanding": {}}, {"understanding": {"safety": {}}}])
def test_a_message_that_was_not_understood_is_no_danger(parsed: dict[str, Any]) -> None:
    assert danger(tracker(LISTEN, UserUttered("x", None, [], parsed))) is None
    assert danger(tracker()) is None


@pytest.mark.parametrize("text", ["What causes restless legs?", "what causes restless legs", "what causes restles legs"])
def test_a_typed_title_is_the_button(text: str) -> None:
    assert PICK.next_action(tracker(LISTEN, shown(BUTTONS), LISTEN, said(text))) == "action_pick"


def test_then_the_bot_listens() -> None:
    events = (LISTEN, shown(BUTTONS), LISTEN, said("what causes restless legs"), ActionExecuted("action_pick"))
    assert PICK.next_action(tracker(*events)) == "action_listen"


TITLE = said("what causes restless legs")


@pytest.mark.parametrize(
    "events",
    [
        [LISTEN, TITLE],
        [LISTEN, shown(BUTTONS), LISTEN],
        [LISTEN, shown(BUTTONS), LISTEN, said("")],
        [LISTEN, shown(BUTTONS), LISTEN, said("is it hereditary")],
        [LISTEN, shown(BUTTONS), shown([]), LISTEN, TITLE],
        [LISTEN, shown([{"title": "What causes restless legs?", "payload": "female"}]), LISTEN, TITLE],
        [LISTEN, shown(BUTTONS), ActiveLoop("daily_need_form"), LISTEN, TITLE],
        [LISTEN, shown(BUTTONS), SlotSet("crisis", "told"), LISTEN, TITLE],
        [LISTEN, shown(BUTTONS), LISTEN, said("what causes restless legs", URGENT_ONE)],
        [LISTEN, shown(BUTTONS), LISTEN, TITLE, ActionExecuted("action_answer")],
    ],
    ids=[
        "nothing shown", "nothing said", "an empty message", "another question", "no longer shown", "a form's button",
        "in a form", "in a crisis", "in danger", "after another action",
    ],
)  # fmt: skip
def test_no_button_is_taken(events: list[Event]) -> None:
    assert PICK.next_action(tracker(*events)) is None


def test_a_boundary_in_a_button_s_title_does_not_stop_it() -> None:
    buttons = [{"title": "What about kidney disease?", "payload": "#topic:kidney_rls"}]
    assert (
        PICK.next_action(tracker(LISTEN, shown(buttons), LISTEN, said("what about kidney disease", "kidney"))) == "action_pick"
    )


def test_only_our_own_buttons_of_the_last_reply_are_on_the_screen() -> None:
    mixed = [*BUTTONS[:1], {"title": "Female", "payload": "female"}]
    assert [button.payload for button in on_screen(tracker(shown(BUTTONS), shown(mixed)))] == ["#topic:symptoms"]
    assert on_screen(tracker()) == []
    assert on_screen(tracker(BotUttered("hello", {}, {}))) == []


def test_where_a_policy_has_an_opinion_it_is_certain_and_else_it_has_none() -> None:
    sure = SAFETY.predict_action_probabilities(tracker(LISTEN, said("help", URGENT_ONE)), DOMAIN)
    assert max(sure.probabilities) == 1
    assert DOMAIN.action_names_or_texts[sure.probabilities.index(1)] == "action_safety"
    unsure = SAFETY.predict_action_probabilities(tracker(LISTEN, said("does tea count")), DOMAIN)
    assert set(unsure.probabilities) == {0}


def test_there_is_nothing_to_train() -> None:
    assert SAFETY.train([], DOMAIN) == Resource("policy")


def test_a_typed_button_weighs_more_than_safety_which_weighs_more_than_rasa_s_rules() -> None:
    from rasa.core.policies.rule_policy import RulePolicy

    priorities = [kind.get_default_config()["priority"] for kind in (PickPolicy, SafetyPolicy, RulePolicy)]
    assert priorities == sorted(priorities, reverse=True)
    assert len(set(priorities)) == 3
