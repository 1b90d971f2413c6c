"""Rasa and spaCy without TensorFlow, for a process that only answers.

Rasa imports TensorFlow where it keeps two helpers of training, and spaCy to see whether it is there; nothing that answers
messages here uses it. It takes most of a start's time and a third of the memory.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

# The modules that import it, and the classes that others take from them by name.
TRAINING = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaDataGenerator", "RasaBatchDataGenerator"),
}
FIRST_USER = "rasa.utils.train_utils"
# This one takes its absence well.
OPTIONAL_USER = "thinc.compat"


class TrainingOnly(RuntimeError):
    """Something that only training needs was asked for in a process that only answers."""


def leave_tensorflow_out() -> None:
    """Import what would import TensorFlow without it, unless it is there already.

    A component that truly needs TensorFlow still gets it: the stand-ins are there only while these few modules are imported.
    """
    if "tensorflow" in sys.modules or FIRST_USER in sys.modules:
        return
    for name, classes in TRAINING.items():
        module = ModuleType(name)
        for each in classes:
            setattr(module, each, type(each, (_Absent,), {}))
        sys.modules[name] = module
    try:
        __import__(FIRST_USER)
    finally:
        for name in TRAINING:
            del sys.modules[name]
            package, _, leaf = name.rpartition(".")
            if hasattr(sys.modules.get(package), leaf):
                delattr(sys.modules[package], leaf)
    # With None in its place, importing it fails as if it were not installed.
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
    try:
        __import__(OPTIONAL_USER)
    finally:
        del sys.modules["tensorflow"]


class _Absent:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise TrainingOnly(f"{type(self).__name__} needs TensorFlow, which this process left out; train with 'rls train'")
