"""The last component of the pipeline: what a message is about, and how sure we are."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.base import read
from bot.nlu.classifier import SCORES
from bot.nlu.decision import Decider
from bot.nlu.encoder import SentenceEncoder
from bot.nlu.featurizer import VECTOR, SentenceFeaturizer
from bot.nlu.language import LanguageSpotter, words
from bot.safety.screen import Screen
from bot.settings import settings

UNDERSTANDING = "understanding"
PICK = "pick"
OTHER_LANGUAGE = "other_language"

# A quick reply comes back as "#verb:argument"; whether it was offered is for the dialogue to say.
_PICK = re.compile(r"#[a-z_]+:[\w.|-]+")
_RANKING_KEPT = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Understanding(IntentClassifier, GraphComponent):
    """Sets a message's intent and its `understanding`: topics to answer, choices to offer, danger, confidence.

    Danger comes first: the safety screen's fixed rules are asked before anything else, then the meaning of the
    message against the safety examples, and only then the classifier's ranking.
    """

    def __init__(
        self, decider: Decider, screen: Screen, spotter: LanguageSpotter, storage: ModelStorage, resource: Resource
    ) -> None:
        self._decider = decider
        self._screen = screen
        self._spotter = spotter
        self._storage = storage
        self._resource = resource

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
    ) -> Understanding:
        groups = {topic.id: topic.group for topic in read(settings().knowledge).topics.values()}
        return cls(Decider(groups), _screen(), LanguageSpotter(frozenset()), model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the topics' groups, their questions and the words of the English examples."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        english = words([example.get(TEXT) for example in examples if example.get(INTENT) != OTHER_LANGUAGE])
        background = [example.get(TEXT) for example in examples if example.get(INTENT) in self._decider.groups]
        content = {"groups": self._decider.groups, "english": sorted(english), "background": background}
        with self._storage.write_to(self._resource) as folder:
            (folder / "understanding.json").write_text(json.dumps(content), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Understanding:
        with model_storage.read_from(resource) as folder:
            content = json.loads((folder / "understanding.json").read_text(encoding="utf-8"))
        screen = _screen()
        screen.prepare(SentenceEncoder().encode, content["background"])
        spotter = LanguageSpotter(frozenset(content["english"]))
        return cls(Decider(content["groups"]), screen, spotter, model_storage, resource)

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide on each message."""
        for message in messages:
            self._decide(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Examples have their intents already."""
        return training_data

    def _decide(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        ranking = message.get(INTENT_RANKING_KEY) or []
        understanding: Dict[str, Any] = {"topics": [], "choices": [], "safety": None, "confidence": 1.0}
        picked = bool(_PICK.fullmatch(text))
        finding = None if picked else self._screen.check(text) or self._screen.compare(message.get(VECTOR), text)
        language = None if picked or finding else self._spotter.foreign(text)
        if picked:
            intent = PICK
        elif finding:
            intent = finding.category
            understanding["safety"] = {"category": finding.category, "rule": finding.rule, "how": finding.how}
        elif language:
            intent = OTHER_LANGUAGE
            understanding["language"] = language
        else:
            decision = self._decider.decide(
                text, {item["name"]: item["confidence"] for item in ranking}, message.get(SCORES) or {}
            )
            intent = decision.intent
            understanding.update(
                topics=list(decision.topics), choices=list(decision.choices), confidence=decision.confidence
            )
            if intent == OTHER_LANGUAGE:
                understanding["language"] = self._spotter.language(text)
        message.set(INTENT, {"name": intent, "confidence": understanding["confidence"]}, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking[:_RANKING_KEPT], add_to_output=True)
        message.set(UNDERSTANDING, understanding, add_to_output=True)


def _screen() -> Screen:
    return Screen.load(settings().knowledge / "safety.yml")
