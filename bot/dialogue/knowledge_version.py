"""Which knowledge base answers now."""

from __future__ import annotations

import logging
import time
from typing import Optional

from sqlalchemy.exc import SQLAlchemyError

from bot.knowledge import store
from bot.settings import settings

logger = logging.getLogger(__name__)

# How long what was read is taken to be true, in seconds.
GOOD_FOR = 30.0

_known: tuple[float, Optional[str]] = (float("-inf"), None)


def knowledge_version() -> Optional[str]:
    """The version that the knowledge database holds; None where it can't be told."""
    global _known
    read, version = _known
    if time.monotonic() - read > GOOD_FOR:
        try:
            version = store.stored_version(store.engine(settings().database))
        except (SQLAlchemyError, store.StoreError):
            logger.warning("the version of the knowledge base can't be read")
        _known = time.monotonic(), version
    return version
