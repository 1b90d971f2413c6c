"""The sentence encoder's matrices in whole numbers: a quarter of the memory to read for each message.

The package keeps them as whole numbers of eight bits, which its graph spreads out to floats. Here a product is one of whole
numbers, for which what is multiplied is rounded to eight bits as well. Two things keep that close to the floats:

- a column that is great would leave the others few steps, so columns are made more alike, and the matrix's rows take up the
  difference (SmoothQuant, https://arxiv.org/abs/2211.10438);
- so would a token that is great, so each is divided by its greatest number, and the product multiplied with it again.

docs/decisions/classifier.md has what that does to the vectors, and to the time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

Floats = NDArray[np.float32]

# How much of a column's greatness the matrix takes up.
TAKEN_UP = 0.6
# Eight bits with a sign, and where their zero is among those without.
TOP = 127
ZERO = 128
LEAST = 1e-6


@dataclass
class _Rewriting:
    """The nodes and constants of a new graph, in the making."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def node(self, kind: str, inputs: Sequence[str], *outputs: str, **settings: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, outputs, **settings))
        return outputs[0]


def multiplied(model: ModelProto) -> list[str]:
    """The names of what is multiplied with a matrix, each of shape (texts, tokens, columns)."""
    return list(_products(model.graph, _matrices(model.graph)))


def in_whole_numbers(model: ModelProto, greatest: Mapping[str, Floats]) -> ModelProto:
    """The model with its matrices in whole numbers.

    Args:
        model: an encoder whose matrices are kept as whole numbers, with a scale for each column.
        greatest: for `multiplied`, the greatest size that each column was seen to have; where none is told, columns stay as
            they are.
    """
    graph = model.graph
    matrices = _matrices(graph)
    products = _products(graph, matrices)
    new = _Rewriting()
    factors: dict[str, Floats] = {}
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in matrices:
            new.nodes.append(node)
            continue
        name, matrix = node.input
        if name not in factors:
            factors[name] = _factors(greatest.get(name), [matrices[each.input[1]] for each in products[name]])
            _round(new, name, factors[name])
        _multiply(new, node, matrices[matrix] * factors[name][:, None])
    nodes, constants = _needed(graph, new)
    # The shapes that are told have a part in how the runtime orders its sums: without them vectors differ in the third digit.
    rewritten = helper.make_graph(nodes, graph.name, graph.input, graph.output, constants, value_info=graph.value_info)
    return helper.make_model(rewritten, opset_imports=model.opset_import, ir_version=model.ir_version)


def _matrices(graph: GraphProto) -> dict[str, Floats]:
    """The matrices of shape (columns, outputs) that are kept as whole numbers and scales, by the name of their floats."""
    kept = {tensor.name: tensor for tensor in graph.initializer}
    spread = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast" and node.input[0] in kept}
    found = {}
    for node in graph.node:
        if node.op_type == "Mul" and node.input[0] in spread and node.input[1] in kept:
            numbers, scale = kept[spread[node.input[0]]], kept[node.input[1]]
            found[node.output[0]] = numpy_helper.to_array(numbers) * numpy_helper.to_array(scale)
    return found


def _products(graph: GraphProto, matrices: Container[str]) -> dict[str, list[NodeProto]]:
    """The products with matrices of these names, by what is multiplied."""
    found: dict[str, list[NodeProto]] = defaultdict(list)
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in matrices:
            found[node.input[0]].append(node)
    return found


def _factors(greatest: Floats | None, matrices: Sequence[Floats]) -> Floats:
    """What each column is divided by, and the matrices' rows are multiplied with."""
    if greatest is None:
        return np.ones(len(matrices[0]), np.float32)
    weights = np.max([np.abs(matrix).max(axis=1) for matrix in matrices], axis=0)
    factors = np.maximum(greatest, LEAST) ** TAKEN_UP / np.maximum(weights, LEAST) ** (1 - TAKEN_UP)
    return np.asarray(factors / np.exp(np.log(factors).mean()), dtype=np.float32)


def _round(new: _Rewriting, name: str, factors: Floats) -> None:
    even = new.node("Mul", [name, new.constant(f"{name}/factors", 1 / factors)], f"{name}/even")
    size = new.node("Abs", [even], f"{name}/size")
    # A token of zeros only is divided by something too.
    most = new.node("ReduceMax", [size], f"{name}/most", axes=[-1], keepdims=1)
    most = new.node("Max", [most, new.constant(f"{name}/least", np.array(LEAST, np.float32))], f"{name}/token")
    even = new.node("Div", [even, most], f"{name}/evener")
    step = new.constant(f"{name}/step", np.array(1 / TOP, np.float32))
    new.node("QuantizeLinear", [even, step, new.constant(f"{name}/zero", np.array(ZERO, np.uint8))], f"{name}/numbers")


def _multiply(new: _Rewriting, node: NodeProto, matrix: Floats) -> None:
    name, matrix_name, output = node.input[0], node.input[1], node.output[0]
    scale = np.maximum(np.abs(matrix).max(axis=0), LEAST) / TOP
    # Without a sign, since processors without VNNI cut off great sums where one factor has one.
    numbers = new.constant(f"{matrix_name}/numbers", (np.rint(matrix / scale) + ZERO).astype(np.uint8))
    zero = new.constant(f"{matrix_name}/zero", np.array(ZERO, np.uint8))
    whole = new.node("MatMulInteger", [f"{name}/numbers", numbers, f"{name}/zero", zero], f"{output}/whole")
    floats = new.node("Cast", [whole], f"{output}/floats", to=TensorProto.FLOAT)
    scaled = new.node("Mul", [floats, new.constant(f"{matrix_name}/scale", scale / TOP)], f"{output}/scaled")
    new.node("Mul", [scaled, f"{name}/token"], output)


def _needed(graph: GraphProto, new: _Rewriting) -> tuple[list[NodeProto], list[TensorProto]]:
    """The nodes and constants that something comes of, in their order; the old graph has constants too."""
    needed = {output.name for output in graph.output}
    nodes = []
    for node in reversed(new.nodes):
        if needed.intersection(node.output):
            nodes.append(node)
            needed.update(node.input)
    return nodes[::-1], [tensor for tensor in [*graph.initializer, *new.constants] if tensor.name in needed]
