"""A running server with a fake agent, and a visitor who talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.running import RunningServer
from tests.e2e.visitor import Visitor

GENEROUS = {"web_messages_per_minute": "100000", "web_requests_per_minute": "100000", "web_proxies": "1"}


def serve(tmp_path_factory: pytest.TempPathFactory, name: str, **settings: str) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp(name), **settings)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that lets tests be fast."""
    yield from serve(tmp_path_factory, "server", **GENEROUS)


@pytest.fixture(scope="session")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with low limits, behind one proxy, for one more site."""
    yield from serve(
        tmp_path_factory,
        "strict",
        web_messages_per_minute="5",
        web_requests_per_minute="40",
        web_proxies="1",
        web_origins="https://clinic.example",
    )


@pytest.fixture
def visitor(server: RunningServer) -> Iterator[Visitor]:
    someone = Visitor(server.url)
    with someone.http:
        yield someone
