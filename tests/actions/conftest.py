"""Every action test reads the knowledge of today, and starts with nothing said."""

from __future__ import annotations

import pytest

from tests.actions.stage import Stage


@pytest.fixture
def stage(knowledge_database: None) -> Stage:
    """A conversation that has not begun."""
    return Stage()
