"""A policy that learns nothing: where it has an opinion on what the bot does next, it is certain."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Dict, List, Optional

from rasa.core.policies.policy import Policy, PolicyPrediction, confidence_scores_for
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker


class CertainPolicy(Policy):
    """What the bot does next by a rule in code."""

    @abstractmethod
    def next_action(self, tracker: DialogueStateTracker) -> Optional[str]:
        """The action that must come next; None where any other policy may say."""

    def train(self, training_trackers: List[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """There is nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The next action with certainty, or no opinion."""
        action = self.next_action(tracker)
        if action is None:
            return self._prediction(self._default_predictions(domain))
        return self._prediction(confidence_scores_for(action, 1.0, domain))
