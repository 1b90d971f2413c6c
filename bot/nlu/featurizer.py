"""The sentence encoder as a component of Rasa's graph."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any, Dict, List

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import SentenceEncoder, shared_encoder

VECTOR = "sentence_vector"


@dataclass(frozen=True)
class SentenceVector:
    """A message's sentence vector, shape (384,).

    Rasa takes the fingerprint of every message after every component of a training. It would print a bare array, digit by
    digit, which took half of the training.
    """

    values: NDArray[np.float32]

    def fingerprint(self) -> str:
        """The hash of the values."""
        return hashlib.blake2b(self.values.tobytes(), digest_size=16).hexdigest()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(GraphComponent):
    """Gives each message its sentence vector, for `bot.nlu.understanding`."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder

    @staticmethod
    def required_packages() -> List[str]:
        return ["onnx", "onnxruntime", "tokenizers"]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        return cls(shared_encoder())

    def process(self, messages: List[Message]) -> List[Message]:
        """Encode the messages together."""
        return _encode(self._encoder, messages)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode the examples, on all cores."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        _encode(SentenceEncoder(threads=os.cpu_count() or 1), examples)
        return training_data


def _encode(encoder: SentenceEncoder, messages: List[Message]) -> List[Message]:
    vectors = encoder.encode([message.get(TEXT) for message in messages])
    for message, vector in zip(messages, vectors, strict=True):
        message.set(VECTOR, SentenceVector(vector))
    return messages
