"""The last component of the pipeline: what a message is about, and how sure we are."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import Any, Dict, List, Optional, Type

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.base import read
from bot.nlu.clauses import questions, readings
from bot.nlu.decision import OUT_OF_SCOPE, Decider, Decision
from bot.nlu.encoder import SentenceEncoder, shared_encoder
from bot.nlu.featurizer import VECTOR, SentenceFeaturizer
from bot.nlu.kernel import KernelMachine
from bot.nlu.language import LanguageSpotter, words
from bot.nlu.scope import Evidence, Scope
from bot.safety.meaning import Encode, Meaning
from bot.safety.rules import CATEGORIES, URGENT
from bot.safety.screen import Finding, Screen
from bot.settings import settings

UNDERSTANDING = "understanding"
PICK = "pick"
OTHER_LANGUAGE = "other_language"

# The folder of the model's part that knows danger.
DANGER = "danger"

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
        self,
        storage: ModelStorage,
        resource: Resource,
        decider: Decider,
        machine: Optional[KernelMachine] = None,
        screen: Optional[Screen] = None,
        spotter: Optional[LanguageSpotter] = None,
        encoder: Optional[SentenceEncoder] = None,
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._decider = decider
        self._machine = machine
        self._screen = screen
        self._spotter = spotter
        self._encoder = encoder

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
        return cls(model_storage, resource, Decider(groups))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the classifier and the scope, and keep what the screen and the language spotter compare with."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        texts, labels = [example.get(TEXT) for example in examples], [example.get(INTENT) for example in examples]
        vectors = np.stack([example.get(VECTOR).values for example in examples])
        machine, left_out = KernelMachine.fit(texts, vectors, labels)
        inside: List[Evidence] = []
        outside: List[Evidence] = []
        for label, row in zip(labels, left_out, strict=True):
            if self._decider.covers(label) or label == OUT_OF_SCOPE:
                evidence = self._decider.evidence(dict(zip(machine.intents, map(float, row), strict=True)))
                (outside if label == OUT_OF_SCOPE else inside).append(evidence)
        content = {
            "groups": self._decider.groups,
            "scope": Scope.fit(inside, outside).as_dict(),
            "english": sorted(words([text for text, label in zip(texts, labels, strict=True) if label != OTHER_LANGUAGE])),
        }
        screen = Screen.load(settings().knowledge / "safety.yml")
        # What is neither danger nor a boundary is what danger must be told from: topics, small talk, other subjects.
        harmless = [text for text, label in zip(texts, labels, strict=True) if label not in CATEGORIES]
        dangers, kinds = screen.examples(harmless)
        danger = KernelMachine.solve(dangers, _remembering(texts, vectors)(dangers), kinds)
        with self._storage.write_to(self._resource) as folder:
            machine.save(folder)
            (folder / DANGER).mkdir()
            danger.save(folder / DANGER)
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
        encoder = shared_encoder()
        with model_storage.read_from(resource) as folder:
            machine = KernelMachine.load(folder)
            danger = KernelMachine.load(folder / DANGER)
            content = json.loads((folder / "understanding.json").read_text(encoding="utf-8"))
        screen = Screen.load(settings().knowledge / "safety.yml")
        screen.meaning = Meaning(encoder.encode, danger)
        return cls(
            model_storage,
            resource,
            Decider(content["groups"], Scope(**content["scope"])),
            machine,
            screen,
            LanguageSpotter(frozenset(content["english"])),
            encoder,
        )

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide on each message."""
        for message in messages:
            self._decide(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Examples have their intents already."""
        return training_data

    def _decide(self, message: Message) -> None:
        assert self._machine and self._screen and self._spotter, "load() gives all three"
        text = message.get(TEXT) or ""
        vector = message.get(VECTOR).values
        understanding: Dict[str, Any] = {"topics": [], "choices": [], "safety": None, "confidence": 1.0}
        ranking: List[Dict[str, Any]] = []
        picked = bool(_PICK.fullmatch(text))
        finding = None if picked else self._danger(text, vector)
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
            scores = self._scores(text, vector)
            decision = self._several(text, self._decider.decide(text, scores))
            intent = decision.intent
            understanding.update(topics=list(decision.topics), choices=list(decision.choices), confidence=decision.confidence)
            ranked = sorted(scores, key=lambda name: -scores[name])[:_RANKING_KEPT]
            ranking = [{"name": name, "confidence": round(min(max(scores[name], 0.0), 1.0), 4)} for name in ranked]
            if intent == OTHER_LANGUAGE:
                understanding["language"] = self._spotter.language(text)
        message.set(INTENT, {"name": intent, "confidence": understanding["confidence"]}, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        message.set(UNDERSTANDING, understanding, add_to_output=True)

    def _scores(self, text: str, vector: Optional[NDArray[np.float32]] = None) -> Dict[str, float]:
        assert self._machine and self._encoder, "load() gives both"
        row = self._machine.scores(text, self._encoder.encode([text])[0] if vector is None else vector)
        return dict(zip(self._machine.intents, map(float, row), strict=True))

    def _several(self, text: str, whole: Decision) -> Decision:
        """The decision with each question of the message answered, where it asks more than one."""
        asked = questions(text)
        if len(asked) < 2 or whole.intent == OUT_OF_SCOPE:
            return whole
        parts = []
        for number, question in enumerate(asked):
            read = readings(question, " ".join(asked[:number]))
            parts.append([(self._decider.decide(each.text, self._scores(each.text)), each.completed) for each in read])
        return self._decider.combine(whole, parts)

    def _danger(self, text: str, vector: NDArray[np.float32]) -> Optional[Finding]:
        """What the written rules find, or danger by meaning where they find none or only a boundary."""
        assert self._screen, "load() gives it"
        finding = self._screen.check(text)
        if finding and finding.category in URGENT:
            return finding
        return self._screen.compare(vector, text) or finding


def _remembering(texts: List[str], vectors: NDArray[np.float32]) -> Encode:
    """An encoder that knows the vectors of the examples and encodes only what else it is given."""
    known = dict(zip(texts, vectors, strict=True))
    encoder = SentenceEncoder(threads=os.cpu_count() or 1)

    def encode(wanted: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in wanted if text not in known]
        known.update(zip(new, encoder.encode(new), strict=True))
        return np.stack([known[text] for text in wanted])

    return encode
