"""What keeps a model from being served; here, so that it can be caught without importing Rasa."""

from __future__ import annotations


class NoModel(RuntimeError):
    """There is no model that fits the present content."""


class BrokenModel(RuntimeError):
    """The file of the model can't be read."""
