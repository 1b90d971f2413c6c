"""What many tests share: today's knowledge in the database, one trained model, and the bot with it.

The model is kept, and trained anew only when its content has changed.
"""

from __future__ import annotations

import fcntl
import gc
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.talk import Bot


@contextmanager
def alone() -> Iterator[None]:
    """One at a time of the processes that the tests are spread over: what one has made is there for the other."""
    from bot.settings import ROOT

    lock = ROOT / "var" / "tests.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def knowledge_database() -> None:
    """The database that the settings name, filled from today's files."""
    from bot.knowledge import store
    from bot.knowledge.base import read
    from bot.knowledge.library import library
    from bot.settings import settings

    base = read(settings().knowledge)
    database = store.engine(settings().database)
    with alone():
        if store.stored_version(database) != base.version:
            store.save(base, database)
            library.cache_clear()


@pytest.fixture(scope="session")
def trained_model(knowledge_database: None) -> Path:
    """The file of the model for the present content."""
    from bot.training import train_apart

    with alone():
        return train_apart()


@pytest.fixture(scope="session")
def bot(trained_model: Path) -> Iterator[Bot]:
    """The bot with that model, to talk with."""
    # Rasa and what it imports warn of much that is not ours to mend, and turn filters of their own on while they load.
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("ignore")
        import structlog

        from bot.dialogue.agent import load

        # Rasa writes pages of what it does to standard output.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        # The newest is loaded, which an older one for the same content may not be.
        trained_model.touch()
        talking = Bot(load())
    yield talking
    talking.close()


# Rooms whose tests drive a browser or race real clocks: on a busy machine one of them may miss its moment.
TIMED = ("/e2e/", "/channels/", "/faults/")
TIMED_FILES = (
    "test_server.py",
    "test_stock_rasa.py",
    "test_supervisor.py",
    "test_order.py",
    "test_drain.py",
    "test_metrics.py",
)
# What a test needs that a unit test has none of, by the fixture that brings it.
BROUGHT = {"trained_model": "model", "browser": "browser", "postgresql": "server", "knowledge_database": "whole"}
# Files whose tests read the whole knowledge base again and again, run whole commands, or fill databases.
WHOLE = (
    "test_archive.py",
    "test_backup.py",
    "test_base.py",
    "test_batch.py",
    "test_channels.py",
    "test_chart.py",
    "test_cli.py",
    "test_commands.py",
    "test_coverage.py",
    "test_curve.py",
    "test_deploy.py",
    "test_diff.py",
    "test_doctor.py",
    "test_drawing.py",
    "test_entities.py",
    "test_inbox.py",
    "test_knowledge_folder.py",
    "test_legacy.py",
    "test_library.py",
    "test_log_in.py",
    "test_logs.py",
    "test_loop.py",
    "test_operating.py",
    "test_pages.py",
    "test_people.py",
    "test_picture.py",
    "test_prose.py",
    "test_redaction.py",
    "test_regression.py",
    "test_report.py",
    "test_retention.py",
    "test_run.py",
    "test_screen.py",
    "test_search.py",
    "test_site.py",
    "test_store.py",
    "test_teaching.py",
    "test_training.py",
    "test_wheel.py",
)
# Files that take half a minute or more.
LONG = (
    "test_loop.py",
    "test_workers.py",
    "test_site.py",
    "test_stock_rasa.py",
    "test_widget_accessible.py",
    "test_conversations.py",
    "test_wheel.py",
    "test_web.py",
    "test_load.py",
    "test_widget_robust.py",
    "test_console.py",
    "test_web_openapi.py",
    "test_widget.py",
    "test_promises.py",
    "test_faults.py",
    "test_knowledge.py",
    "test_prose.py",
    "test_screen.py",
    "test_server.py",
)


def pytest_configure() -> None:
    # Many tests use a part of Rasa; none in these processes needs TensorFlow, which takes longer to import than all else.
    from bot.lightness import leave_tensorflow_out

    with warnings.catch_warnings(record=True):
        leave_tensorflow_out()


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """Some libraries turn all warnings on while they are imported: others' are none of ours, whatever the filters say."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        if "site-packages" not in warning.filename:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        needs = {BROUGHT[name] for name in getattr(item, "fixturenames", ()) if name in BROUGHT}
        if any(room in str(item.path) for room in TIMED) or item.path.name in TIMED_FILES:
            item.add_marker(pytest.mark.flaky(reruns=2))
            needs.add("server")
        if "postgresql" in item.name:
            needs.add("server")
        if item.path.name in WHOLE:
            needs.add("whole")
        for mark in needs or {"unit"}:
            item.add_marker(mark)
    # The longest first, so that no process is left with one of them while the others have nothing more to do.
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


def pytest_collection_finish() -> None:
    # What the tests are made of stays, and to look through it for garbage again and again took a fifth of their time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
