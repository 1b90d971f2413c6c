"""The sentence encoder as a component of Rasa's graph."""

from __future__ import annotations

from typing import Any, Dict, List, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.spacy_tokenizer import SpacyTokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import DIMENSIONS, SentenceEncoder

VECTOR = "sentence_vector"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """Gives each message its sentence vector, shape (1, 384), as Rasa's dense sentence feature.

    Rasa wants features of single tokens beside it; they are zero, since nothing here reads them.
    """

    def __init__(self, name: str, config: Dict[str, Any], encoder: SentenceEncoder) -> None:
        super().__init__(name, config)
        self._encoder = encoder

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        return [SpacyTokenizer]

    @staticmethod
    def required_packages() -> List[str]:
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """There is nothing to configure."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        return cls(execution_context.node_name, {**cls.get_default_config(), **config}, SentenceEncoder())

    def process(self, messages: List[Message]) -> List[Message]:
        """Encode the messages together."""
        texts = [message.get(TEXT) for message in messages]
        for message, vector in zip(messages, self._encoder.encode(texts), strict=True):
            message.set(VECTOR, vector)
            tokens = np.zeros((len(message.get(TOKENS_NAMES[TEXT]) or ()), DIMENSIONS), dtype=np.float32)
            for features, kind in ((tokens, FEATURE_TYPE_SEQUENCE), (vector[None, :], FEATURE_TYPE_SENTENCE)):
                message.add_features(Features(features, kind, TEXT, self._identifier))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode the examples."""
        self.process([example for example in training_data.training_examples if example.get(TEXT)])
        return training_data
