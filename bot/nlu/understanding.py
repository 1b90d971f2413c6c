"""The last component of the pipeline: what a message is about, and how sure we are."""

from __future__ import annotations

import json
import os
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

from bot.conversations.pressed import PRESSED
from bot.knowledge.base import read
from bot.nlu.clauses import questions, readings
from bot.nlu.decision import OUT_OF_SCOPE, Decider, Decision
from bot.nlu.encoder import SentenceEncoder, shared_encoder
from bot.nlu.examples import Examples, Reader
from bot.nlu.featurizer import VECTOR, SentenceFeaturizer
from bot.nlu.kernel import KernelMachine, Solver
from bot.nlu.language import LanguageSpotter, words
from bot.nlu.scope import Evidence, Scope
from bot.nlu.whole_numbers import Floats
from bot.safety.meaning import Meaning
from bot.safety.rules import BOUNDARIES, URGENT
from bot.safety.screen import Finding, Screen
from bot.settings import settings

UNDERSTANDING = "understanding"
PICK = "pick"
OTHER_LANGUAGE = "other_language"

# The machines of the model: what knows all intents, and what knows danger.
INTENTS = "intents"
DANGER = "danger"

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
        reader: Optional[Reader] = None,
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._decider = decider
        self._machine = machine
        self._screen = screen
        self._spotter = spotter
        self._reader = reader

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
        messages = [example for example in training_data.intent_examples if example.get(TEXT)]
        labels = [example.get(INTENT) for example in messages]
        screen = Screen.load(settings().knowledge / "safety.yml")
        texts, kinds = screen.examples([message.get(TEXT) for message in messages])
        more = SentenceEncoder(threads=os.cpu_count() or 1).encode(texts[len(messages) :])
        examples = Examples.learn(texts, np.vstack([*(message.get(VECTOR).values for message in messages), more]))
        solver = Solver(examples)
        machine, danger = solver.solve(labels), solver.solve(kinds)
        left_out = solver.left_out(machine, labels)
        inside: List[Evidence] = []
        outside: List[Evidence] = []
        for label, row in zip(labels, left_out, strict=True):
            if self._decider.covers(label) or label == OUT_OF_SCOPE:
                evidence = self._decider.evidence(dict(zip(machine.intents, map(float, row), strict=True)))
                (outside if label == OUT_OF_SCOPE else inside).append(evidence)
        content = {
            "groups": self._decider.groups,
            "scope": Scope.fit(inside, outside).as_dict(),
            "english": sorted(words([text for text, label in zip(texts, labels, strict=False) if label != OTHER_LANGUAGE])),
        }
        with self._storage.write_to(self._resource) as folder:
            examples.save(folder)
            machine.save(folder, INTENTS)
            danger.save(folder, DANGER)
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
            reader = Reader(shared_encoder(), Examples.load(folder))
            machine = KernelMachine.load(folder, INTENTS)
            danger = KernelMachine.load(folder, DANGER)
            content = json.loads((folder / "understanding.json").read_text(encoding="utf-8"))
        screen = Screen.load(settings().knowledge / "safety.yml")
        screen.meaning = Meaning(reader, danger)
        return cls(
            model_storage,
            resource,
            Decider(content["groups"], Scope(**content["scope"])),
            machine,
            screen,
            LanguageSpotter(frozenset(content["english"])),
            reader,
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
        assert self._reader and self._spotter, "load() gives both"
        text = message.get(TEXT) or ""
        understanding: Dict[str, Any] = {"topics": [], "choices": [], "safety": None, "confidence": 1.0}
        ranking: List[Dict[str, Any]] = []
        picked = bool(PRESSED.fullmatch(text))
        finding = None
        if not picked:
            likeness = self._reader.examples.likeness([text], message.get(VECTOR).values[None, :])[0]
            finding = self._danger(text, likeness)
        language = None if picked or finding else self._spotter.foreign(text)
        if picked:
            intent = PICK
        elif finding:
            intent = finding.category
            understanding["safety"] = {"category": finding.category, "rule": finding.rule, "how": finding.how}
            if finding.category in BOUNDARIES:
                # What the message asks beside what the bot must not decide in it.
                understanding["choices"] = self._decider.asked(self._decider.decide(text, self._scores(likeness)))
        elif language:
            intent = OTHER_LANGUAGE
            understanding["language"] = language
        else:
            scores = self._scores(likeness)
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

    def _scores(self, likeness: Floats) -> Dict[str, float]:
        assert self._machine, "load() gives it"
        return dict(zip(self._machine.intents, self._machine.scores(likeness).tolist(), strict=True))

    def _several(self, text: str, whole: Decision) -> Decision:
        """The decision with each question of the message answered, where it asks more than one."""
        asked = questions(text)
        if len(asked) < 2 or whole.intent == OUT_OF_SCOPE:
            return whole
        assert self._reader, "load() gives it"
        parts = []
        for number, question in enumerate(asked):
            read = readings(question, " ".join(asked[:number]))
            likenesses = self._reader([each.text for each in read])
            parts.append(
                [
                    (self._decider.decide(each.text, self._scores(likeness)), each.completed)
                    for each, likeness in zip(read, likenesses, strict=True)
                ]
            )
        return self._decider.combine(whole, parts)

    def _danger(self, text: str, likeness: Floats) -> Optional[Finding]:
        """What the written rules find, or danger by meaning where they find none or only a boundary."""
        assert self._screen, "load() gives it"
        finding = self._screen.check(text)
        if finding and finding.category in URGENT:
            return finding
        return self._screen.compare(likeness, text) or finding
