"""The examples' sentence vectors in whole numbers of eight bits: a quarter of the memory to read for each message."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper

from bot.nlu.runtime import session
from bot.nlu.whole_numbers import TOP, Floats, in_whole_numbers

FORMAT = 17


@dataclass(frozen=True)
class Vectors:
    """Vectors of length 1, rounded.

    Attributes:
        numbers: shape (n, 384), from -127 to 127.
        steps: shape (n,), what one of each vector's numbers stands for.
    """

    numbers: NDArray[np.int8]
    steps: Floats

    @classmethod
    def rounded(cls, vectors: Floats) -> Vectors:
        """Round vectors of shape (n, 384)."""
        steps = np.abs(vectors).max(axis=1) / TOP
        return cls(np.rint(vectors / steps[:, None]).astype(np.int8), steps)

    def __len__(self) -> int:
        return len(self.numbers)

    def floats(self) -> Floats:
        """What the vectors are after the rounding, shape (n, 384): to be learnt from, since others are compared with it."""
        return np.asarray(self.numbers * self.steps[:, None], dtype=np.float32)

    def cosines(self, vectors: Floats) -> Floats:
        """The cosine of each of some vectors, shape (texts, 384), with each of these: shape (texts, n)."""
        return np.asarray(self._product.run(None, {"vectors": vectors})[0])

    @cached_property
    def _product(self) -> onnxruntime.InferenceSession:
        return session(in_whole_numbers(self._graph(), {}))

    def _graph(self) -> ModelProto:
        """The product as the encoder's package has its own: with a matrix that is spread out to floats."""
        nodes = [
            helper.make_node("Cast", ["numbers"], ["floats"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["floats", "steps"], ["matrix"]),
            helper.make_node("MatMul", ["vectors", "matrix"], ["cosines"]),
        ]
        constants = [
            numpy_helper.from_array(np.ascontiguousarray(self.numbers.T), "numbers"),
            numpy_helper.from_array(self.steps[None, :], "steps"),
        ]
        given = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [None, self.numbers.shape[1]])
        found = helper.make_tensor_value_info("cosines", TensorProto.FLOAT, [None, len(self)])
        graph = helper.make_graph(nodes, "cosines", [given], [found], constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", FORMAT)], ir_version=8)

    def save(self, folder: Path) -> None:
        """Write into a folder, without pickle."""
        np.savez(folder / "vectors.npz", numbers=self.numbers, steps=self.steps)

    @classmethod
    def load(cls, folder: Path) -> Vectors:
        """Read what `save` wrote."""
        with np.load(folder / "vectors.npz", allow_pickle=False) as arrays:
            return cls(arrays["numbers"], arrays["steps"])
