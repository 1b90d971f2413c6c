"""The console in a browser: every screen for every role, for everybody, by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.chat import TAGS
from tests.e2e.console import PASSWORD, RunningConsole

DESKTOP, TABLET = {"width": 1280, "height": 900}, {"width": 768, "height": 1024}
SHOTS = Path("var/screenshots/console")
SCREENS = {
    "start": "/",
    "list": "/conversations",
    "filtered": "/conversations?words=legs&safety=any&status=new&least=1",
    "nothing": "/conversations?words=nothingatall",
    "transcript": "/conversations/visitor-3",
    "inbox": "/inbox",
    "decisions": "/inbox/decisions",
    "figures": "/dashboard",
    "account": "/account",
    "staff": "/staff",
    "audit": "/audit",
    "erase": "/conversations/visitor-1/erase",
    "missing": "/conversations/nobody",
}
FOR_ADMINS = ("staff", "audit", "erase")

Entered = Callable[..., Page]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningConsole]:
    SHOTS.mkdir(parents=True, exist_ok=True)
    running = RunningConsole(tmp_path_factory.mktemp("console"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sessions(browser: Browser, console: RunningConsole) -> dict[str, list[dict[str, str]]]:
    """The cookies of everybody, who logged in once."""
    found = {}
    for name in ("rita", "vera", "viktor", "anna"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(console.url)
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{console.url}/")
        found[name] = context.cookies()
        context.close()
    return found  # type: ignore[return-value]


@pytest.fixture
def entered(browser: Browser, console: RunningConsole, sessions: dict[str, list[dict[str, str]]]) -> Iterator[Entered]:
    """Opens a page as somebody; nothing may be written to the browser's console."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def enter(name: str, path: str = "/", viewport: dict[str, int] = DESKTOP, scheme: str = "light") -> Page:
        context = browser.new_context(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        if name:
            context.add_cookies(sessions[name])  # type: ignore[arg-type]
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if "status of 40" not in said.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(console.url + path)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert complaints == []


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": TAGS})
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]


def too_wide(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return wide


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("tablet", "dark")])
def test_axe_finds_nothing_on_any_screen(entered: Entered, console: RunningConsole, size: str, scheme: str) -> None:
    page = entered("anna", "/", DESKTOP if size == "desktop" else TABLET, scheme)
    found = {}
    for screen, path in SCREENS.items():
        page.goto(console.url + path)
        for summary in page.locator("main summary").all()[:12]:
            if screen in ("figures", "transcript", "inbox"):
                summary.click()
        found[screen] = violations(page)
        page.screenshot(path=SHOTS / f"{screen}-{size}-{scheme}.png", full_page=True)
        if too_wide(page):
            found[screen].append("reaches out of the screen")
    page.goto(console.url)
    page.keyboard.press("?")
    found["keys"] = violations(page)
    page.screenshot(path=SHOTS / f"keys-{size}-{scheme}.png")
    stranger = entered("", "/log-in", DESKTOP if size == "desktop" else TABLET, scheme)
    found["log_in"] = violations(stranger)
    stranger.screenshot(path=SHOTS / f"log_in-{size}-{scheme}.png")
    assert {screen: problems for screen, problems in found.items() if problems} == {}
