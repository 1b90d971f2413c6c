"""The widget with the real bot behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.settings import ROOT
from tests.e2e.chat import Chat, violations
from tests.e2e.conftest import Opened
from tests.e2e.running import BOT, RunningServer


@pytest.fixture(scope="module")
def real_server(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("real"), BOT, console="off")
    running.start()
    yield running
    running.stop()


@pytest.mark.model
def test_it_works(real_server: RunningServer, opened: Opened) -> None:
    page = opened(real_server.url)
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
