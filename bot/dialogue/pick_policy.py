"""A button that was typed instead of pressed."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction, confidence_scores_for
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.choice import titled
from bot.dialogue.policy import CRISIS_SLOT, danger
from bot.dialogue.reply import Button
from bot.safety.rules import URGENT

ACTION_PICK = "action_pick"
# How quick replies of our own begin; a form's buttons hold plain words.
OURS = "#"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class PickPolicy(Policy):
    """Takes the title of a button on the screen for the button, whatever else it could mean; danger excepted."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: Optional[TrackerFeaturizer] = None,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context, featurizer)

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"priority": 11}

    def train(self, training_trackers: List[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """There is nothing to learn: the titles are in the conversation."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The pick action after a typed title, then listening; otherwise no opinion."""
        action = self._next(tracker)
        if action is None:
            return self._prediction(self._default_predictions(domain))
        return self._prediction(confidence_scores_for(action, 1.0, domain))

    @staticmethod
    def _next(tracker: DialogueStateTracker) -> Optional[str]:
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
