"""The widget with the real bot behind it."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import expect

from bot.settings import ROOT
from tests.e2e.chat import Chat, violations
from tests.e2e.conftest import Opened
from tests.e2e.running import free_port
from tests.forked import Forked

# Where the content is newer than the newest model, one is trained first.
READY_WITHIN = 900.0


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("real")
    port = free_port()
    settings = {
        "RLS_PORT": str(port),
        "RLS_CONVERSATIONS": f"sqlite:///{folder / 'c.db'}",
        "RLS_SECRET_FILE": str(folder / "secret"),
    }
    process = Forked("bot.cli", {**os.environ, **settings}, folder / "log", ["serve"])
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + READY_WITHIN
    try:
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{url}/ready", timeout=5).ok:
                    break
            except requests.RequestException:
                assert process.poll() is None, (folder / "log").read_text()[-4000:]
            time.sleep(0.1)
        else:
            raise RuntimeError("the server was not ready in time")
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.mark.model
def test_it_works(real_server: str, opened: Opened) -> None:
    page = opened(real_server)
    chat = Chat(page)
    chat.button("I understand").click()
    answer = chat.ask("does magnesium realy help rls")
    expect(answer.locator("summary").first).to_contain_text("Evidence")
    expect(answer).to_contain_text("not medical advice")
    choice = answer.locator(".choices button").first
    title = choice.inner_text()
    choice.click()
    expect(chat.answers).to_have_count(2)
    assert chat.written == ["does magnesium realy help rls", title]
    danger = chat.ask("one leg is swollen hot and hurts and im short of breath")
    expect(danger).to_have_class(re.compile("safety"))
    expect(danger.get_by_role("link", name="911", exact=True)).to_be_visible()
    assert violations(page) == []
    page.screenshot(path=ROOT / "var" / "screenshots" / "real-danger.png", full_page=True)
    chat.from_menu("Delete my conversation")
    chat.button("Delete it").click()
    expect(chat.drawer).to_contain_text("Receipt:")
