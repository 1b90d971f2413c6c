"""A browser, a running server with a fake agent, and somebody else's website."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.e2e.chat import Chat
from tests.e2e.chromium import chromium
from tests.e2e.host import Host
from tests.e2e.running import RunningServer

DESKTOP = {"width": 1280, "height": 800}

# What the browser says by itself where a test refuses a request on purpose; a file that is missing is still told.
EXPECTED = re.compile(r"^Failed to load resource: .*(ERR_|\b(401|403|422|429)\b)")

Opened = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(
        tmp_path_factory.mktemp("server"), web_origins="*", web_messages_per_minute="10000", web_requests_per_minute="100000"
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    site = Host()
    yield site
    site.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Opens an address in a browser of its own; nothing may be written to its console."""
    contexts = []
    complaints: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not EXPECTED.match(said.text):
            complaints.append(said.text)

    def open_page(url: str, quiet: bool = True, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, **options})
        contexts.append(context)
        page = context.new_page()
        if quiet:
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", heard)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(opened: Opened, server: RunningServer, host: Host) -> Page:
    """A website that embeds the guide with one line."""
    return opened(host.page("/", f'<script src="{server.url}/widget.js" defer></script>'))


@pytest.fixture
def chat(page: Page) -> Chat:
    """The widget on that page, opened, its privacy notice read."""
    chat = Chat(page).open()
    chat.button("I understand").click()
    return chat
