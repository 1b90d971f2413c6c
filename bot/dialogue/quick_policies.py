"""Rasa's rule and memory policies with the same predictions for less work.

The configuration and the model name the stock policies, so that stock `rasa run` goes on working; our agent takes these in
their places. They keep the stock names, which Rasa writes into the conversation.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, Dict, List, Optional, Set, Tuple

import rasa.core.policies.memoization as stock_memory
import rasa.core.policies.rule_policy as stock_rules
from rasa.shared.core.constants import PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT, TEXT

from bot.dialogue.states import History

Place = Tuple[Optional[str], Optional[str]]


class RulePolicy(stock_rules.RulePolicy):
    """Looks only at the rules that fit the last action and the last intent, and only as far back as rules go."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tables: Dict[int, RuleTable] = {}
        tables = [
            self._table(self.lookup.get(name, {})) for name in (stock_rules.RULES, stock_rules.RULES_FOR_LOOP_UNHAPPY_PATH)
        ]
        # One state more than the longest rule, as stock Rasa tells by it that the conversation is longer.
        self._longest = max(table.longest for table in tables) + 1
        self._reads_text = any(table.reads_text for table in tables)

    def _table(self, lookup: Dict[str, str]) -> RuleTable:
        table = self._tables.get(id(lookup))
        if table is None:
            table = self._tables[id(lookup)] = RuleTable(lookup)
        return table

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: Optional[Dict[str, Any]] = None,
    ) -> List[State]:
        states = History.of(tracker, domain).states(self._longest)
        self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> Tuple[Optional[str], Optional[str], bool]:
        if use_text_for_last_user_input and not self._reads_text and not tracker.active_loop_name:
            return None, None, False
        found: Tuple[Optional[str], Optional[str], bool] = super()._find_action_from_rules(
            tracker, domain, use_text_for_last_user_input
        )
        return found

    def _get_possible_keys(self, lookup: Dict[str, str], states: List[State]) -> Set[str]:
        last = states[-1]
        return {
            key
            for key in self._table(lookup).candidates(_place(last))
            if all(self._is_rule_applicable(key, turn, state) for turn, state in enumerate(reversed(states)))
        }


class RuleTable:
    """Rules by their last state: the action before it and what the visitor meant."""

    def __init__(self, lookup: Dict[str, str]) -> None:
        self._keys: Dict[Place, List[str]] = defaultdict(list)
        self.longest = 0
        self.reads_text = False
        for key in lookup:
            states: List[State] = json.loads(key)
            self.longest = max(self.longest, len(states))
            self.reads_text = self.reads_text or any(TEXT in state.get(USER, {}) for state in states)
            self._keys[_place(states[-1]) if states else (None, None)].append(key)

    def candidates(self, place: Place) -> List[str]:
        """Rules that may fit; one that names no intent fits any."""
        action, intent = place
        if action is None:
            # At the very start, stock Rasa compares nothing else.
            return [key for (before, _), keys in self._keys.items() if before is None for key in keys]
        places = {(action, intent), (action, None)}
        return [key for fitting in places for key in self._keys.get(fitting, ())]


class MemoizationPolicy(stock_memory.MemoizationPolicy):
    """Remembers stories."""

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: Optional[Dict[str, Any]] = None,
    ) -> List[State]:
        states = History.of(tracker, domain).story_states(self.featurizer.max_history, rule_only_data)
        self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states


def _place(state: State) -> Place:
    return state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), state.get(USER, {}).get(INTENT)


# What our agent takes in the place of what a model names.
QUICK = {stock_rules.RulePolicy: RulePolicy, stock_memory.MemoizationPolicy: MemoizationPolicy}
