"""ONNX Runtime on one core: a message is too small to be shared between threads."""

from __future__ import annotations

import onnx
import onnxruntime
from onnxruntime import GraphOptimizationLevel


def session(
    model: onnx.ModelProto, level: GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL
) -> onnxruntime.InferenceSession:
    """What runs a model."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), sess_options=options, providers=["CPUExecutionProvider"])
