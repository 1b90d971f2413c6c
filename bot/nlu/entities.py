"""The knowledge base's names in a message, as entities."""

from __future__ import annotations

from typing import List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.extractors import spacy_entity_extractor as stock
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False, model_from="SpacyNLP")
class SpacyEntityExtractor(stock.SpacyEntityExtractor):
    """Rasa's, but for the document: Rasa makes a second one in which letters keep their case, as they do in ours."""

    def process(self, messages: List[Message], model: SpacyModel) -> List[Message]:
        """Set the entities of each message."""
        for message in messages:
            document = message.get(SPACY_DOCS[TEXT])
            # A message of which nothing is left has none.
            found = self.add_extractor_name(self._extract_entities(document)) if document is not None else []
            known = self.filter_irrelevant_entities(found, self._config["dimensions"])
            message.set(ENTITIES, message.get(ENTITIES, []) + known, add_to_output=True)
        return messages
