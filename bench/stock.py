"""A stock Rasa project on the same examples: what `rasa init` sets up, one custom action over HTTP, an SQL tracker store."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bench.processes import timed
from bot.settings import ROOT

if TYPE_CHECKING:
    from bot.nlu.importer import KnowledgeImporter

KEPT = ROOT / "var" / "bench"
# Stock Rasa's default; on these examples that takes hours. How fast it answers does not depend on it.
ALL_EPOCHS = 100
EPOCHS = int(os.environ.get("BENCH_STOCK_EPOCHS", "2"))
# Most examples of an intent; all of them where it is 0.
EXAMPLES = int(os.environ.get("BENCH_STOCK_EXAMPLES", "0"))
ACTION = "action_reply"
BIN = Path(sys.executable).parent


def config() -> dict[str, Any]:
    """The pipeline and policies that `rasa init` leads to."""
    return {
        "recipe": "default.v1",
        "assistant_id": "stock",
        "language": "en",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "DIETClassifier", "epochs": EPOCHS, "constrain_similarities": True, "random_seed": 7},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", "epochs": EPOCHS, "constrain_similarities": True},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": EPOCHS},
            {"name": "TEDPolicy", "max_history": 5, "epochs": EPOCHS, "constrain_similarities": True},
        ],
    }


ACTIONS = """from rasa_sdk import Action


class ActionReply(Action):
    def name(self):
        return "action_reply"

    def run(self, dispatcher, tracker, domain):
        intent = tracker.latest_message["intent"]["name"]
        buttons = [{"title": title, "payload": "/" + title} for title in ("greeting", "thanks", "goodbye")]
        dispatcher.utter_message(text=f"An answer of some length about {intent}. " * 6, buttons=buttons)
        return []
"""


@dataclass(frozen=True)
class Project:
    """A project that is written and trained."""

    folder: Path
    model: Path
    training: dict[str, float]


def importer() -> KnowledgeImporter:
    """What our own training reads."""
    from bot.nlu.importer import KnowledgeImporter

    return KnowledgeImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")])


def project() -> Project:
    """The project, written and trained unless that was done before for the same content."""
    imported = importer()
    groups = {topic.id: topic.group for topic in imported.knowledge().topics.values()}
    data = imported.get_nlu_data()
    examples: dict[str, list[str]] = {}
    for example in data.intent_examples:
        intent = example.get("intent")
        examples.setdefault(groups.get(intent, intent), []).append(" ".join(example.get("text").split()))
    if EXAMPLES:
        examples = {intent: texts[:: max(1, len(texts) // EXAMPLES)] for intent, texts in examples.items()}
    return _trained(*_written(examples))


def _written(examples: dict[str, list[str]]) -> tuple[Path, str]:
    intents = sorted(examples)
    topics = [intent for intent in intents if intent not in ("greeting", "goodbye", "thanks")]
    stories = [
        {
            "story": f"story {number}",
            "steps": [
                step
                for intent in ("greeting", topics[number], topics[(number + 7) % len(topics)], "thanks")
                for step in ({"intent": intent}, {"action": ACTION})
            ],
        }
        for number in range(0, len(topics), 5)
    ]
    nlu = [
        {"intent": intent, "examples": "".join(f"- {_plain(text)}\n" for text in texts)}
        for intent, texts in sorted(examples.items())
    ]
    files = {
        "config.yml": yaml.safe_dump(config(), sort_keys=False),
        "domain.yml": yaml.safe_dump({"version": "3.1", "intents": intents, "actions": [ACTION]}),
        "data/nlu.yml": yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, width=10_000),
        "data/stories.yml": yaml.safe_dump({"version": "3.1", "stories": stories}, sort_keys=False),
        "data/rules.yml": yaml.safe_dump(
            {
                "version": "3.1",
                "rules": [{"rule": intent, "steps": [{"intent": intent}, {"action": ACTION}]} for intent in intents],
            },
            sort_keys=False,
        ),
        "credentials.yml": "rest:\n",
        "actions/__init__.py": "",
        "actions/actions.py": ACTIONS,
    }
    name = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:12]
    folder = KEPT / name
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    return folder, name


def _plain(text: str) -> str:
    # Brackets would mark an entity.
    return text.translate(str.maketrans("[]{}", "()()"))


def _trained(folder: Path, name: str) -> Project:
    model, took = folder / "models" / f"{name}.tar.gz", folder / "training.json"
    if not (model.exists() and took.exists()):
        print(f"training stock Rasa, {EPOCHS} epochs (kept in {folder} for the next time) …", file=sys.stderr, flush=True)
        command = [BIN / "rasa", "train", "--fixed-model-name", name, "--out", "models"]
        log = folder / "training.log"
        taken = timed(command, folder, {"RASA_TELEMETRY_ENABLED": "false"}, log)
        taken["epoch"] = _epoch(log.read_text(encoding="utf-8"))
        took.write_text(json.dumps(taken), encoding="utf-8")
    return Project(folder, model, json.loads(took.read_text(encoding="utf-8")))


def _epoch(log: str) -> float:
    """The seconds that one more epoch of everything that has epochs would take, by the bars that show how far each is."""
    last: dict[str, float] = {}
    component = ""
    for line in re.split(r"[\r\n]", log):
        if started := re.search(r"Starting to train component '(\w+)'", line):
            component = started[1]
        elif at := re.search(r"^Epochs: .* ([\d.]+)(s/it|it/s)", line):
            last[component] = float(at[1]) if at[2] == "s/it" else 1 / float(at[1])
    return sum(last.values())
