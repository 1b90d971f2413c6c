"""What an operator reads, and does not."""

from __future__ import annotations

import subprocess
import sys

from bot.settings import ROOT

WARNING = "import warnings; warnings.simplefilter('default'); warnings.warn('old', DeprecationWarning); "
POOL = "import logging; logging.getLogger('sqlalchemy.pool.impl.QueuePool').error('a reset failed'); "
OURS = "logging.getLogger('bot.archive').error('the database is away')"


def logged(verbose: bool) -> str:
    program = f"from bot.logs import set_up; set_up({verbose}); {WARNING}{POOL}{OURS}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stderr


def test_what_libraries_warn_programmers_of_is_not_logged() -> None:
    assert logged(verbose=False) == "ERROR:bot.archive:the database is away\n"


def test_of_rasa_the_event_is_logged_without_what_was_written() -> None:
    said = "import structlog; structlog.get_logger().error('rest.message.received.timeout', text='my legs')"
    done = subprocess.run(
        [sys.executable, "-c", f"from bot.logs import set_up; set_up(); {said}"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout + done.stderr == "ERROR:__main__:rest.message.received.timeout\n"


def test_it_is_logged_where_everything_is_asked_for() -> None:
    assert "DeprecationWarning: old" in logged(verbose=True)
