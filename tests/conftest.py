"""One trained model for all tests that need one; it is kept, and trained anew only when its content has changed."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The file of the model for the present content."""
    import warnings

    from bot.knowledge import store
    from bot.knowledge.base import read
    from bot.settings import settings
    from bot.training import train

    with warnings.catch_warnings():
        # Rasa and what it imports warn of much that is not ours to mend.
        warnings.simplefilter("ignore")
        base = read(settings().knowledge)
        database = store.engine(settings().database)
        if store.stored_version(database) != base.version:
            store.save(base, database)
        return train()
