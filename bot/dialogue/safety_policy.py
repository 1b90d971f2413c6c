"""Danger before dialogue: what the bot does next when a message is dangerous or a crisis is still in force."""

from __future__ import annotations

from typing import Any, Dict, Optional

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.certain_policy import CertainPolicy
from bot.safety.rules import URGENT

ACTION_SAFETY = "action_safety"
ACTION_CHECK_IN = "action_check_in"
CRISIS_SLOT = "crisis"
DELETE_DATA = "delete_data"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class SafetyPolicy(CertainPolicy):
    """Goes before every rule and every story, in a form too, so that none can stand in its way.

    Only `PickPolicy` has more weight, and it says nothing where there is danger.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"priority": 10}

    def next_action(self, tracker: DialogueStateTracker) -> Optional[str]:
        """The safety action after a dangerous message, the check-in while a crisis is in force, then listening."""
        if tracker.latest_action_name in (ACTION_SAFETY, ACTION_CHECK_IN):
            # A form goes on after a boundary; danger has ended it.
            return None if tracker.active_loop else ACTION_LISTEN_NAME
        if tracker.latest_action_name != ACTION_LISTEN_NAME or tracker.latest_message is None:
            return None
        found = danger(tracker)
        if found in URGENT:
            return ACTION_SAFETY
        if tracker.get_slot(CRISIS_SLOT):
            # What somebody asks for their own data is done all the same; the crisis stays in force.
            return None if tracker.latest_message.intent.get("name") == DELETE_DATA else ACTION_CHECK_IN
        # In a form, "I'm pregnant" is first of all the answer to the form's question; if it is not, the rules see to it.
        return ACTION_SAFETY if found and not tracker.active_loop else None


def danger(tracker: DialogueStateTracker) -> Optional[str]:
    """The category of danger, or the boundary, that was found in the last message."""
    message = tracker.latest_message
    understanding: Dict[str, Any] = dict(message.parse_data).get("understanding") or {} if message else {}
    return (understanding.get("safety") or {}).get("category")
