"""The console in a browser: every screen for every role, for everybody, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.console.data import unclear
from tests.e2e.chat import violations
from tests.e2e.console import PASSWORD, XSS, RunningConsole

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
ON_A_TABLET = ("start", "filtered", "transcript", "inbox", "figures", "staff")
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


def too_wide(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return wide


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("tablet", "dark")])
def test_axe_finds_nothing_on_any_screen(entered: Entered, console: RunningConsole, size: str, scheme: str) -> None:
    page = entered("anna", "/", DESKTOP if size == "desktop" else TABLET, scheme)
    found: dict[str, list[str]] = {}
    # On the tablet, in the dark: the screens that the others are built like.
    screens = SCREENS if size == "desktop" else {screen: SCREENS[screen] for screen in ON_A_TABLET}
    for screen, path in screens.items():
        page.goto(console.url + path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        found[screen] = violations(page)
        page.screenshot(path=SHOTS / f"{screen}-{size}-{scheme}.png")
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


@pytest.mark.parametrize("name", ["rita", "vera"])
def test_each_role_sees_its_screens_and_no_other(entered: Entered, console: RunningConsole, name: str) -> None:
    page = entered(name)
    links = page.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts()
    assert links == ["Start", "Conversations", "Not understood", "Figures"]
    for screen, path in SCREENS.items():
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.goto(console.url + path)
        refused = page.get_by_role("heading", name="This is not allowed")
        expect(refused).to_have_count(1 if screen in FOR_ADMINS else 0)
    page.goto(f"{console.url}/conversations/visitor-3")
    page.screenshot(path=SHOTS / f"transcript-{name}.png")
    expect(page.get_by_role("button", name=re.compile("Done, next"))).to_have_count(0 if name == "rita" else 1)
    expect(page.get_by_role("link", name="Erase this visitor")).to_have_count(0)
    assert violations(page) == []


def test_the_queue_is_gone_through_by_keyboard(entered: Entered, console: RunningConsole) -> None:
    console.forget_opinions()
    page = entered("vera", "/")

    def press(key: str, on: Page = page) -> None:
        # What stands on a page can be seen before its keys work.
        on.wait_for_load_state()
        on.keyboard.press(key)

    press("s")
    page.wait_for_url("**/conversations?safety=any&open=1")
    rows = page.locator("[data-item]")
    waiting = rows.count()
    press("j")
    expect(rows.nth(0).get_by_role("link").first).to_be_focused()
    press("j")
    expect(rows.nth(1).get_by_role("link").first).to_be_focused()
    press("k")
    press("Enter")
    # Not the heading: that of the list begins with the same word.
    page.wait_for_url("**/conversations/*")
    press("e")
    page.keyboard.type("jk? needs a call")
    press("Tab")
    press("Enter")
    expect(page.get_by_text("The note was kept.")).to_be_visible()
    first = page.get_by_role("heading", level=1).inner_text()
    press("d")
    expect(page.get_by_text("A second person must agree")).to_be_visible()
    assert page.get_by_role("heading", level=1).inner_text() != first
    here = page.url
    press("n")
    # A key that is pressed between two pages is lost.
    page.wait_for_url(lambda url: url != here)
    press("u")
    page.wait_for_url("**/conversations?safety=any&open=1")
    expect(rows).to_have_count(waiting)
    other = entered("viktor", "/conversations?status=second_look")
    press("j", other)
    press("Enter", other)
    expect(other.get_by_role("button", name="Agree, done, next")).to_be_visible()
    press("d", other)
    expect(other.get_by_text("That was the last one of this list.")).to_be_visible()


def test_the_keys_are_told_and_can_be_switched_off(entered: Entered, console: RunningConsole) -> None:
    page = entered("vera", "/conversations")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    expect(keys.get_by_text("Search")).to_be_visible()
    keys.get_by_label("Use single keys").uncheck()
    keys.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(page.locator("[data-item] a").first).not_to_be_focused()
    page.reload()
    page.keyboard.press("?")
    keys.get_by_label("Use single keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("j")
    expect(page.get_by_role("searchbox")).to_have_value("j")


def test_the_inbox_is_decided_by_keyboard_and_what_was_decided_can_be_taken_back(
    entered: Entered, console: RunningConsole
) -> None:
    page = entered("vera", "/inbox")
    groups = page.locator("article.group")
    before = groups.count()
    press = page.keyboard.press
    press("j")
    expect(groups.first).to_be_focused()
    press("o")
    expect(page.get_by_text(re.compile("Out of scope. \\d kept"))).to_be_visible()
    expect(groups).to_have_count(before - 1)
    field = groups.first.get_by_placeholder("Another topic")
    field.fill("Does caffeine make restless legs worse?")
    groups.first.get_by_role("button", name="Belongs to it").click()
    expect(groups).to_have_count(before - 2)
    page.goto(f"{console.url}/inbox/decisions")
    rows = page.locator("tbody tr")
    decided = rows.count()
    rows.first.get_by_role("button").click()
    expect(rows).to_have_count(decided - 1)


def test_a_link_leads_to_one_message(entered: Entered, console: RunningConsole) -> None:
    page = entered("rita", "/conversations/visitor-12")
    last = page.locator("article.turn").last
    link = last.locator("header a.at")
    target = link.get_attribute("href")
    assert target
    page.goto(f"{console.url}/conversations/visitor-12{target}")
    expect(last).to_be_in_viewport()
    assert last.evaluate("(node) => node.matches(':target')")


def test_a_visitor_s_words_run_nowhere(entered: Entered, console: RunningConsole) -> None:
    console.written.conversation("attack", XSS, unclear(XSS), at=console.at + 60)
    page = entered("anna", "/conversations/attack")
    for path in ("/", "/conversations", "/inbox", "/conversations/attack"):
        page.goto(console.url + path)
        assert page.title() != "taken"
    expect(page.get_by_text("<script>").first).to_be_visible()
