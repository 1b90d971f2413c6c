"""Training: the knowledge base and Rasa's files become a model, once for each content."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from bot.settings import PACKAGE, ROOT, settings

# What a model depends on. The bot's own components count, since they decide what training keeps.
FILES = ("config.yml", "domain.yml", "uv.lock")
FOLDERS = (ROOT / "data", PACKAGE / "nlu", PACKAGE / "safety")
# Of the knowledge base: these files, and of each topic these parts. Answers, sources and tables may change without a training.
KNOWLEDGE = ("safety.yml", "languages.yml", "vocabulary.yml", "names.yml", "groups.yml", "foods/synonyms.yml")
TOPIC = ("id", "group", "questions")


class TrainingFailed(RuntimeError):
    """Rasa made no model; its log says why."""


def fingerprint() -> str:
    """The hash of all that a model depends on, 12 hexadecimal digits."""
    knowledge = settings().knowledge
    paths = [*(ROOT / name for name in FILES), *(knowledge / name for name in KNOWLEDGE)]
    for folder in FOLDERS:
        paths += [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.exists()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for path in sorted((knowledge / "topics").glob("*.yml")):
        digest.update(path.name.encode() + b"\0" + _trained_on(path.read_bytes()))
    return digest.hexdigest()[:12]


def _trained_on(topic: bytes) -> bytes:
    try:
        content = yaml.load(topic, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        # What can't be read is told by whoever reads it.
        return topic
    return json.dumps([content.get(part) for part in TOPIC]).encode() if isinstance(content, dict) else topic


def model_path() -> Path:
    """Where the model for the present content is, or will be."""
    return settings().models / f"rls-guide-{fingerprint()}.tar.gz"


def train_apart() -> Path:
    """Train in a process of its own, so that this one stays small: training needs TensorFlow, and answering does not.

    Raises:
        TrainingFailed: that process made no model; what is wrong was said by it.
    """
    path = model_path()
    if not path.exists():
        code = subprocess.run([sys.executable, "-m", "bot.cli", "train"], stdout=sys.stderr, check=False).returncode
        if code or not path.exists():
            raise TrainingFailed("training made no model; run 'rls train' and read what it says")
    return path


def train() -> Path:
    """Train a model unless there is one for the present content.

    Raises:
        KnowledgeErrors: a knowledge file can't be used.
        TrainingFailed: Rasa made no model.
    """
    path = model_path()
    if path.exists():
        return path
    # Rasa's progress bars are for a person who waits at a terminal.
    os.environ.setdefault("TQDM_DISABLE", "1")
    from rasa.model_training import train as rasa_train

    # Training makes millions of small objects that live to its end; to look for garbage among them took a tenth of its time.
    gc.disable()
    try:
        result = rasa_train(
            domain=str(ROOT / "domain.yml"),
            config=str(ROOT / "config.yml"),
            training_files=[str(ROOT / "data")],
            output=str(settings().models),
            fixed_model_name=path.stem.removesuffix(".tar"),
            # A part kept from an earlier training would not know that our own code has changed.
            force_training=True,
        )
    finally:
        gc.enable()
    if result.code or not path.exists():
        raise TrainingFailed(f"training made no model (code {result.code}); run 'rls train' and read its log")
    return path
