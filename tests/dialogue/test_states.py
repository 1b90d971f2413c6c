"""The quick policies see and say what Rasa's own do."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.policies.memoization import MemoizationPolicy as StockMemory
from rasa.core.policies.rule_policy import RulePolicy as StockRules

from bot.dialogue.quick_policies import MemoizationPolicy, RulePolicy
from bot.dialogue.states import History
from tests.talk import Bot

# Rasa warns of slots that fill themselves, which none of ours does, whenever it copies a domain.
pytestmark = [pytest.mark.model, pytest.mark.filterwarnings("ignore:Slot auto-fill")]

CONVERSATION = (
    "hello",
    "does coffee make restless legs worse?",
    "tell me more",
    "how much magnesium do I need a day?",
    "what is ferritin?",
    "41",
    "female",
    "neither",
    "legs",
    "1",
    "and spinach?",
    "I want to end my life",
    "I am safe now",
    "thanks",
)


@pytest.fixture(scope="module")
def trackers(bot: Bot) -> list[Any]:
    """The conversation as it was before each action, and at its end."""
    visitor = bot.visitor()
    visitor.say(*CONVERSATION)
    tracker = bot.tracker(visitor.name)
    before = [copy.deepcopy(each) for each, _ in tracker.generate_all_prior_trackers()]
    assert len(before) > 20
    return before


def policy(bot: Bot, kind: type) -> Any:
    """The component of the loaded model."""
    nodes = bot.agent.processor.graph_runner._nodes.values()
    (found,) = [node._component for node in nodes if isinstance(node._component, kind) and node._fn_name.startswith("predict")]
    return found


def stock(quick: Any, kind: type) -> Any:
    """Rasa's own policy with the same memory."""
    running = SimpleNamespace(is_finetuning=False)
    return kind(quick.config, quick._model_storage, quick._resource, running, quick.featurizer, quick.lookup)


def test_states_are_those_of_rasa(bot: Bot, trackers: list[Any]) -> None:
    domain = bot.agent.domain
    for tracker in trackers:
        assert History.of(tracker, domain).states(None) == domain.states_for_tracker_history(tracker)


@pytest.mark.parametrize("most", [None, 1, 3])
def test_states_of_stories_are_those_of_rasa(bot: Bot, trackers: list[Any], most: int | None) -> None:
    domain, rule_only = bot.agent.domain, policy(bot, RulePolicy)._get_rule_only_data()
    for tracker in trackers:
        expected = domain.states_for_tracker_history(tracker, ignore_rule_only_turns=True, rule_only_data=rule_only)
        assert History.of(tracker, domain).story_states(most, rule_only) == expected[-most if most else 0 :]


def test_a_history_is_carried_on(bot: Bot, trackers: list[Any]) -> None:
    domain, grown = bot.agent.domain, copy.deepcopy(trackers[0])
    for event in trackers[-1].events:
        grown.update(event)
        assert History.of(grown, domain).states(4) == domain.states_for_tracker_history(grown)[-4:]


@pytest.mark.parametrize(("quick", "slow"), [(RulePolicy, StockRules), (MemoizationPolicy, StockMemory)])
def test_predictions_are_those_of_rasa(bot: Bot, trackers: list[Any], quick: type, slow: type) -> None:
    domain, ours = bot.agent.domain, policy(bot, quick)
    theirs, rule_only = stock(ours, slow), policy(bot, RulePolicy)._get_rule_only_data()
    for tracker in trackers:
        got = ours.predict_action_probabilities(copy.deepcopy(tracker), domain, rule_only_data=rule_only)
        expected = theirs.predict_action_probabilities(copy.deepcopy(tracker), domain, rule_only_data=rule_only)
        assert got.probabilities == expected.probabilities
        assert (got.policy_name, got.events, got.hide_rule_turn) == (
            expected.policy_name,
            expected.events,
            expected.hide_rule_turn,
        )
