"""A button that was typed instead of pressed."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.certain_policy import CertainPolicy
from bot.dialogue.choice import titled
from bot.dialogue.reply import Button
from bot.dialogue.safety_policy import CRISIS_SLOT, danger
from bot.safety.rules import URGENT

ACTION_PICK = "action_pick"
# How quick replies of our own begin; a form's buttons hold plain words.
OURS = "#"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class PickPolicy(CertainPolicy):
    """Takes the title of a button on the screen for the button, whatever else it could mean; danger excepted."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"priority": 11}

    def next_action(self, tracker: DialogueStateTracker) -> Optional[str]:
        """The pick action after a typed title, then listening."""
        if tracker.active_loop or tracker.get_slot(CRISIS_SLOT):
            return None
        if tracker.latest_action_name == ACTION_PICK:
            return ACTION_LISTEN_NAME
        if tracker.latest_action_name != ACTION_LISTEN_NAME or danger(tracker) in URGENT:
            return None
        text = tracker.latest_message.text if tracker.latest_message else None
        return ACTION_PICK if text and titled(text, on_screen(tracker)) else None


def on_screen(tracker: DialogueStateTracker) -> List[Button]:
    """The buttons of the last reply."""
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered):
            buttons = (event.metadata.get("reply") or {}).get("buttons") or ()
            return [Button(**button) for button in buttons if button["payload"].startswith(OURS)]
    return []
