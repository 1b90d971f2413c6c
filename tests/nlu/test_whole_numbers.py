"""A model's matrices in whole numbers."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from bot.nlu.encoder import packaged_model
from bot.nlu.runtime import session
from bot.nlu.whole_numbers import Floats, in_whole_numbers, multiplied

CHANCE = np.random.default_rng(11)
NUMBERS = CHANCE.integers(-127, 128, (64, 32)).astype(np.int8)
NUMBERS[0] = 127
SCALE = CHANCE.uniform(0.001, 0.01, (1, 32)).astype(np.float32)
GIVEN = CHANCE.standard_normal((2, 3, 64)).astype(np.float32)


def model() -> onnx.ModelProto:
    """Something times a matrix of whole numbers; and something else that is none of it."""
    nodes = [
        helper.make_node("Cast", ["numbers"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["floats", "scale"], ["matrix"]),
        helper.make_node("MatMul", ["given", "matrix"], ["product"]),
        helper.make_node("Transpose", ["product"], ["turned"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["product", "turned"], ["found"]),
    ]
    constants = [numpy_helper.from_array(NUMBERS, "numbers"), numpy_helper.from_array(SCALE, "scale")]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("given", "product", "found")]
    graph = helper.make_graph(nodes, "some", values[:1], values[1:], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def product(of: onnx.ModelProto, given: Floats = GIVEN) -> Floats:
    return np.asarray(session(of).run(["product"], {"given": given})[0])


def kinds(of: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in of.graph.node]


def test_products_with_kept_numbers_are_found_and_no_others() -> None:
    assert multiplied(model()) == ["given"]
    assert len(multiplied(onnx.load(packaged_model()))) == 24


def test_a_product_is_nearly_that_of_the_floats() -> None:
    exact, near = product(model()), product(in_whole_numbers(model(), {}))
    assert np.abs(near - exact).max() < 0.01 * np.abs(exact).max()


def test_a_matrix_of_whole_numbers_stays_as_it_is() -> None:
    # Where what is multiplied needs no rounding, nothing is lost.
    given = np.zeros((1, 64, 64), np.float32)
    given[0] = np.eye(64)
    assert np.allclose(product(in_whole_numbers(model(), {}), given), NUMBERS * SCALE, rtol=1e-5)


def test_columns_that_are_great_leave_the_others_their_steps() -> None:
    great = np.ones(64, np.float32)
    great[5] = 1000
    given = GIVEN * great
    exact = product(model(), given)
    plain, smooth = (product(in_whole_numbers(model(), told), given) for told in ({}, {"given": great}))
    assert np.abs(smooth - exact).mean() < 0.5 * np.abs(plain - exact).mean()


def test_a_great_token_leaves_the_others_their_steps() -> None:
    given = GIVEN.copy()
    given[0, 0] *= 1000
    whole = in_whole_numbers(model(), {})
    assert (product(whole, given)[0, 1:] == product(whole)[0, 1:]).all()


@pytest.mark.parametrize("of", [0.0, 1e-12])
def test_what_is_nothing_stays_nothing(of: float) -> None:
    assert np.abs(product(in_whole_numbers(model(), {}), np.full((1, 1, 64), of, np.float32))).max() < 1e-6


def test_what_is_not_needed_any_more_is_left_out() -> None:
    whole = in_whole_numbers(model(), {})
    assert kinds(whole).count("MatMul") == 1
    assert kinds(whole).count("MatMulInteger") == 1
    assert {"numbers", "scale"}.isdisjoint(tensor.name for tensor in whole.graph.initializer)


def test_the_model_that_is_given_is_not_changed() -> None:
    given = model()
    in_whole_numbers(given, {})
    assert given == model()
