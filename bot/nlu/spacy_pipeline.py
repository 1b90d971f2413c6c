"""A light spaCy pipeline of our own: tokens, sentence boundaries, and the knowledge base's names as entities."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List

import rasa.nlu.utils.spacy_utils as stock
import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language

from bot.affixes import leave_long_words_whole
from bot.nlu.vocabulary import patterns
from bot.settings import settings


def build(folder: Path) -> Language:
    """The pipeline for a knowledge folder."""
    nlp = spacy.blank("en")
    nlp.max_length = 1_000_000
    leave_long_words_whole(nlp)
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns(patterns(folder))  # type: ignore[attr-defined]
    return nlp


@lru_cache(maxsize=1)
def _built(folder: Path, name: str) -> Language:
    # Rasa makes this component twice in each model: one pipeline serves both.
    return build(folder)


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MODEL_LOADER, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER],
    is_trainable=False,
    model_from="SpacyNLP",
)
class SpacyNLP(stock.SpacyNLP):
    """Rasa's component with a pipeline made here rather than loaded from a package.

    It keeps the stock name, since Rasa's spaCy components look for their model's provider by that name.
    """

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpacyNLP:
        folder = settings().knowledge
        # The name is the fingerprint by which Rasa knows whether to train anew.
        names: List[Dict[str, Any]] = patterns(folder)
        name = hashlib.sha256(json.dumps(names, sort_keys=True).encode()).hexdigest()
        return cls(stock.SpacyModel(_built(folder, name), name), {**cls.get_default_config(), **config})

    def process_training_data(self, training_data: TrainingData, model: stock.SpacyModel) -> TrainingData:
        """Leave the examples as they are: what learns from them reads their text, and nothing their documents."""
        return training_data
