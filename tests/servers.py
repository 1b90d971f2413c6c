"""Real Redis and PostgreSQL servers for tests, in folders of their own on free ports."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.processes import Running, free_port, installed, postgres, redis


def need(*programs: str) -> None:
    """Skip loudly where a server is not installed, except where that must not be."""
    if not installed(*programs):
        if os.environ.get("CI") == "true":
            pytest.fail(f"{' and '.join(programs)} must be installed where CI=true")
        pytest.skip(f"NOT TESTED: {' and '.join(programs)} is not installed")


@contextmanager
def redis_server(folder: Path) -> Iterator[tuple[str, Running]]:
    """A Redis: its URL, and the process, which may be stopped and started."""
    need("redis-server")
    port = free_port()
    with redis(folder, port) as running:
        yield f"redis://127.0.0.1:{port}/0", running


@contextmanager
def postgres_server() -> Iterator[tuple[str, Running]]:
    """A PostgreSQL: the URL of an empty database, and the process, which may be stopped and started."""
    need("postgres")
    # Its own user has to reach its folder, which those of the tests don't let others.
    with tempfile.TemporaryDirectory(prefix="rls-postgres-") as own:
        Path(own).chmod(0o755)
        port = free_port()
        with postgres(Path(own), port) as running:
            yield f"postgresql://rls@127.0.0.1:{port}/postgres", running
