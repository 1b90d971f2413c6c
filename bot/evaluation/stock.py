"""The same messages through a stock Rasa pipeline that is trained on the same examples, with a group as each topic's intent.

DIET's time grows with the intents and the examples: by topic it would train for hours. A reply is judged by its group anyway.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Collection, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bot.evaluation import judge
from bot.nlu.decision import LOOKUPS
from bot.settings import HOME, ROOT
from bot.training import TrainingFailed

if TYPE_CHECKING:
    from rasa.shared.nlu.training_data.training_data import TrainingData

FALLBACK = "nlu_fallback"
OTHER_LANGUAGE = "other_language"
# A boundary may have a group's name ("pregnancy").
SAFETY = "safety_"
# `rasa init` writes 100, for a handful of examples. So many take some 15 minutes on two cores; each epoch shows all of them.
EPOCHS = 8
# Rasa's own default pipeline as `rasa init` writes it, without what only responses and synonyms need.
PIPELINE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": EPOCHS, "constrain_similarities": True, "random_seed": 7},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
# The next best are counted as offered, as ours are beside an answer.
ALTERNATIVES = 2
SAID = {"text": "(the stock pipeline classifies and says nothing)", "buttons": [], "sources": []}


@dataclass(frozen=True)
class StockReply:
    """What an intent of the stock pipeline amounts to, in the words of an `Exchange`."""

    kind: str
    topics: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    safety: str | None = None
    lookup: dict[str, Any] | None = None
    confidence: float = 0.0
    messages: list[dict[str, Any]] = field(default_factory=lambda: [SAID])
    ms: float = 0.0


def label(intent: str, groups: Mapping[str, str], safety: Collection[str]) -> str:
    """The stock pipeline's intent for an example of ours.

    Args:
        groups: group of each topic.
        safety: the intents that are safety categories.
    """
    if intent in safety:
        return f"{SAFETY}{intent}"
    return groups.get(intent) or LOOKUPS.get(intent, intent)


def reply(parsed: Mapping[str, Any], groups: Collection[str], ms: float = 0.0) -> StockReply:
    """What a parsed message amounts to.

    Args:
        parsed: as Rasa's agent parses it.
        groups: the intents that are groups of topics.
    """
    found = parsed.get("intent") or {}
    intent, confidence = found.get("name") or FALLBACK, float(found.get("confidence") or 0.0)
    if intent in groups:
        ranked = (item["name"] for item in parsed.get("intent_ranking") or ())
        offered = [name for name in ranked if name in groups and name != intent][:ALTERNATIVES]
        return StockReply(judge.ANSWER, [intent], offered, confidence=confidence, ms=ms)
    if intent.startswith(SAFETY):
        return StockReply(judge.SAFETY, safety=intent.removeprefix(SAFETY), confidence=confidence, ms=ms)
    if intent == FALLBACK:
        # The fallback's own confidence is a constant; what it refused is the best of the rest.
        rest = [float(item["confidence"]) for item in parsed.get("intent_ranking") or () if item["name"] != FALLBACK]
        return StockReply(judge.OUT_OF_SCOPE, confidence=1 - max(rest, default=0.0), ms=ms)
    if intent == OTHER_LANGUAGE:
        return StockReply(judge.CLARIFY, confidence=confidence, messages=[{**SAID, "text": "English only"}], ms=ms)
    kind = judge.OUT_OF_SCOPE if intent == judge.OUT_OF_SCOPE else judge.SMALLTALK
    return StockReply(kind, confidence=confidence, ms=ms)


class StockPipeline:
    """A trained stock pipeline."""

    def __init__(self, agent: Any, groups: Collection[str]) -> None:
        self._agent = agent
        self._groups = groups

    @classmethod
    def load(cls, folder: Path = HOME / "var" / "stock") -> StockPipeline:
        """Train on the examples of the knowledge base, unless that was done already, and load.

        Args:
            folder: where stock models are kept: not beside ours, which are told apart by their content.

        Raises:
            KnowledgeErrors: a knowledge file can't be used.
            TrainingFailed: Rasa made no model.
        """
        from rasa.core.agent import Agent
        from rasa.shared.nlu.constants import INTENT, TEXT
        from rasa.shared.nlu.training_data.message import Message
        from rasa.shared.nlu.training_data.training_data import TrainingData

        from bot.nlu.importer import KnowledgeImporter

        importer = KnowledgeImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")])
        groups = {topic.id: topic.group for topic in importer.knowledge().topics.values()}
        safety = frozenset(importer.safety())
        examples = [
            Message.build(text=example.get(TEXT), intent=label(example.get(INTENT), groups, safety))
            for example in importer.get_nlu_data().intent_examples
        ]
        model = _train(TrainingData(training_examples=examples), folder)
        return cls(Agent.load(str(model)), frozenset(groups.values()))

    async def ask(self, text: str) -> StockReply:
        """Classify one message."""
        started = time.perf_counter()
        parsed = await self._agent.parse_message(text)
        return reply(parsed, self._groups, (time.perf_counter() - started) * 1000)


def _train(data: TrainingData, folder: Path) -> Path:
    from rasa.model_training import train_nlu

    examples, intents = data.nlu_as_yaml(), sorted(data.intents)
    config = yaml.safe_dump({"recipe": "default.v1", "language": "en", "assistant_id": "stock", "pipeline": PIPELINE})
    name = f"stock-{hashlib.sha256(f'{config}{examples}'.encode()).hexdigest()[:12]}"
    model = folder / f"{name}.tar.gz"
    if model.exists():
        return model
    with tempfile.TemporaryDirectory() as scratch:
        files = {"config.yml": config, "nlu.yml": examples, "domain.yml": yaml.safe_dump({"intents": intents})}
        for file, content in files.items():
            (Path(scratch) / file).write_text(content, encoding="utf-8")
        # Rasa says on standard output that it is done; that is kept for the summary.
        with redirect_stdout(sys.stderr):
            train_nlu(
                config=f"{scratch}/config.yml",
                nlu_data=f"{scratch}/nlu.yml",
                output=str(folder),
                fixed_model_name=name,
                domain=f"{scratch}/domain.yml",
            )
    if not model.exists():
        raise TrainingFailed("training made no stock model; run again with 'rls --verbose' and read the log")
    return model
