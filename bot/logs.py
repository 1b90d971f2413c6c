"""What is logged and how: by default only what goes wrong, and never what a visitor wrote."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.settings import settings

# What these say below that level is of no use to an operator: a connection that broke is told by whoever used it, in one line.
QUIET = {"sqlalchemy.pool": logging.CRITICAL, "presidio-analyzer": logging.ERROR}


class JsonLines(logging.Formatter):
    """An object a line: time, level, where, what, and of an error its kind and its place in the code.

    An error's own words are left out, since they may hold what a visitor wrote.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])[-6:]
            line["error"] = record.exc_info[0].__name__
            line["at"] = [f"{frame.filename.rsplit('site-packages/', 1)[-1]}:{frame.lineno}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


def _event_alone(_: Any, __: str, event: MutableMapping[str, Any]) -> tuple[tuple[str], dict[str, Any]]:
    """What happened, as Rasa calls it, without the values beside it: the visitor's words are among them."""
    return (str(event.get("event", "")),), {"exc_info": event.get("exc_info")}


def set_up(verbose: bool = False) -> None:
    """Set logging up for this process.

    Args:
        verbose: also log what Rasa says of its work.
    """
    level = logging.INFO if verbose else logging.getLevelName(settings().log_level)
    handler = logging.StreamHandler(sys.stderr)
    if settings().log_format == "json":
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Rasa logs through structlog too, which writes everything unless it is told.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level))
    if verbose:
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    else:
        structlog.configure(logger_factory=structlog.stdlib.LoggerFactory(), processors=[_event_alone])
    # Python's warnings are for who writes programs. A filter would not do: libraries set their own when they are imported.
    logging.captureWarnings(True)
    if not verbose:
        logging.getLogger("py.warnings").setLevel(logging.ERROR)
        for name, least in QUIET.items():
            logging.getLogger(name).setLevel(max(level, least))
