"""Something that is away for a while: told once when it goes and once when it is back, however many ask for it meanwhile."""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)


class Outage:
    """Whether something answers.

    Args:
        what: what is away.
        meanwhile: what follows from that, for whoever reads the log.
    """

    def __init__(self, what: str, meanwhile: str) -> None:
        self._what = what
        self._meanwhile = meanwhile
        self._away = False

    def begin(self, error: BaseException) -> None:
        """It did not answer."""
        if not self._away:
            self._away = True
            logger.error("%s does not answer (%s); %s", self._what, type(error).__name__, self._meanwhile)

    def end(self) -> None:
        """It answered."""
        if self._away:
            self._away = False
            logger.warning("%s answers again", self._what)
