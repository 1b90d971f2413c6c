"""The intent classifier: a kernel machine over sentence vectors, as a component of Rasa's graph."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.featurizer import VECTOR, SentenceFeaturizer
from bot.nlu.kernel import KernelMachine, probabilities

SCORES = "intent_scores"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KernelClassifier(IntentClassifier, GraphComponent):
    """Ranks all intents for a message."""

    def __init__(self, storage: ModelStorage, resource: Resource, machine: Optional[KernelMachine] = None) -> None:
        self._storage = storage
        self._resource = resource
        self._machine = machine

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        return [SentenceFeaturizer]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KernelClassifier:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> KernelClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, KernelMachine.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the machine to the examples."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        vectors = np.stack([example.get(VECTOR) for example in examples])
        self._machine = KernelMachine.fit(vectors, [example.get(INTENT) for example in examples])
        with self._storage.write_to(self._resource) as folder:
            self._machine.save(folder)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set each message's intent and its ranking of all intents."""
        if self._machine is None:
            return messages
        scores = self._machine.scores(np.stack([message.get(VECTOR) for message in messages]))
        for message, row, chances in zip(messages, scores, probabilities(scores), strict=True):
            ranking = [
                {"name": self._machine.intents[index], "confidence": float(chances[index])}
                for index in np.argsort(-chances)
            ]
            message.set(SCORES, dict(zip(self._machine.intents, map(float, row), strict=True)))
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Examples have their intents already."""
        return training_data
