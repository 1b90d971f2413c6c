"""The widget for everybody: keyboard, speech, large text, small screens, colours, right-to-left."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import Chat, violations
from tests.e2e.host import Host
from tests.e2e.running import RunningServer

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
ENGLISH = Path("bot/widget/texts/en.json")

Opened = Callable[..., Page]


def offline(chat: Chat) -> None:
    chat.page.context.set_offline(True)
    chat.write("one more")
    expect(chat.banner).to_be_visible()


def refused(chat: Chat) -> None:
    problem = {"error": {"code": "invalid", "message": "That was not understood."}}
    chat.page.route(
        "**/webhooks/web/messages",
        lambda route: route.fulfill(status=400, json=problem, headers={"Access-Control-Allow-Origin": "*"}),
    )
    chat.write("something")
    expect(chat.button("Try again")).to_be_visible()


def unfolded(chat: Chat) -> None:
    answer = chat.ask("many")
    for summary in answer.locator("summary").all():
        summary.click()


def rated(chat: Chat) -> None:
    chat.ask("hello")
    chat.button("Helpful").click()


STATES: dict[str, Callable[[Chat], Any]] = {
    "open": lambda chat: None,
    "answer": lambda chat: chat.ask("does magnesium help"),
    "sources": unfolded,
    "used": lambda chat: (chat.ask("hello"), chat.button("Caffeine").click(), expect(chat.answers).to_have_count(2)),
    "chart": lambda chat: (chat.ask("chart"), chat.element.get_by_text("Show as a table").click()),
    "danger": lambda chat: chat.ask("danger"),
    "rated": rated,
    "typing": lambda chat: (chat.write("slow 5"), expect(chat.element.locator(".typing")).to_be_visible()),
    "error": refused,
    "offline": offline,
    "too_long": lambda chat: chat.field.fill("a" * 3000),
    "emergency": lambda chat: chat.button("Emergency numbers").click(),
    "menu": lambda chat: chat.button("Menu").click(),
    "delete": lambda chat: chat.from_menu("Delete my conversation"),
    "receipt": lambda chat: (
        chat.ask("hello"),
        chat.from_menu("Delete my conversation"),
        chat.button("Delete it").click(),
        chat.element.locator(".receipt").wait_for(),
    ),
}


def use_arabic(page: Page) -> None:
    texts = json.loads(ENGLISH.read_text()) | {
        "lang": "ar",
        "dir": "rtl",
        "launcher": "أسئلة عن تململ الساقين؟",
        "send": "أرسل",
    }
    page.route("**/texts/ar.json", lambda route: route.fulfill(json=texts, headers={"Access-Control-Allow-Origin": "*"}))


def embedded(opened: Opened, server: RunningServer, host: Host, attributes: str = "", **options: Any) -> Chat:
    page = opened("about:blank", quiet=False, **options)
    use_arabic(page)
    page.goto(host.page("/accessible", f'<script src="{server.url}/widget.js" defer {attributes}></script>'))
    return Chat(page)


@pytest.mark.parametrize(("size", "scheme", "language"), [("desktop", "light", "en"), ("phone", "dark", "ar")])
def test_axe_finds_nothing_in_any_state(
    opened: Opened, server: RunningServer, host: Host, size: str, scheme: str, language: str, shots: Path
) -> None:
    found = {}
    for state, reach in STATES.items():
        chat = embedded(opened, server, host, f'data-lang="{language}"', viewport=SIZES[size], color_scheme=scheme)
        expect(chat.launcher).to_be_visible()
        if state == "open":
            found["closed"] = violations(chat.page)
            chat.page.screenshot(path=shots / f"{size}-{scheme}-closed.png")
            chat.open()
        else:
            chat.open().button("I understand").click()
        if language == "ar":
            chat.button = lambda name, own=chat: own.element.get_by_role(
                "button", name="أرسل" if name == "Send" else name, exact=True
            )  # type: ignore[method-assign,misc]
        reach(chat)
        found[state] = violations(chat.page)
        chat.page.screenshot(path=shots / f"{size}-{scheme}-{state}.png")
        chat.page.context.close()
    assert {state: problems for state, problems in found.items() if problems} == {}


@pytest.fixture(scope="session")
def shots() -> Path:
    folder = Path("var/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_axe_finds_nothing_on_the_demo_page(opened: Opened, server: RunningServer, shots: Path) -> None:
    for scheme in ("light", "dark"):
        for size, viewport in SIZES.items():
            page = opened(server.url, viewport=viewport, color_scheme=scheme)
            expect(Chat(page).panel).to_be_visible()
            assert violations(page) == []
            page.screenshot(path=shots / f"{size}-{scheme}-demo.png", full_page=True)


def test_axe_finds_nothing_in_forced_colours(opened: Opened, server: RunningServer, host: Host, shots: Path) -> None:
    chat = embedded(opened, server, host, forced_colors="active").open()
    chat.ask("chart")
    chat.page.screenshot(path=shots / "desktop-forced-chart.png")
    assert violations(chat.page) == []
    assert chat.answers.last.evaluate("(node) => getComputedStyle(node).borderTopWidth") == "1px"


# Speech.

HEARD = """(element) => {
    window.heard = [];
    for (const region of element.shadowRoot.querySelectorAll("[aria-live=polite], [role=alert]")) {
        new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => window.heard.push(node.textContent))))
            .observe(region, { childList: true, subtree: true, characterData: true });
    }
}"""


def live_nodes(page: Page, part: str) -> list[str]:
    """Accessible texts that hold a part and lie in a region that is read out."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    nodes = {node["nodeId"]: node for node in tree}

    def is_live(node: dict[str, Any] | None) -> bool:
        while node:
            values = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
            if values.get("live") in ("polite", "assertive"):
                return True
            if values.get("live") == "off":
                return False
            node = nodes.get(node.get("parentId"))
        return False

    texts = [node for node in tree if node.get("role", {}).get("value") == "StaticText" and part in node["name"]["value"]]
    return [node["name"]["value"] for node in texts if is_live(node)]


def test_a_new_answer_is_announced_once(chat: Chat, page: Page) -> None:
    page.clock.install()
    chat.element.evaluate(HEARD)
    chat.ask("does magnesium help")
    page.wait_for_timeout(500)
    heard = page.evaluate("window.heard")
    assert len(heard) == 1
    assert heard[0].startswith("You asked: does magnesium help. It may help some people")
    assert heard[0].endswith("Please talk with a doctor or pharmacist about your own situation. How much is safe?; Caffeine")
    assert "Marshall" not in heard[0]
    assert len(live_nodes(page, "You asked: does magnesium help")) == 1
    chat.ask("second")
    assert len(page.evaluate("window.heard")) == 2
    page.clock.fast_forward(10_500)
    assert live_nodes(page, "You asked") == []


def test_old_answers_are_not_announced_again(chat: Chat, page: Page) -> None:
    chat.ask("does magnesium help")
    page.reload()
    expect(chat.answers).to_have_count(1)
    page.wait_for_timeout(500)
    assert live_nodes(page, "You asked") == []


def test_the_tree_reads_well(chat: Chat) -> None:
    chat.ask("does magnesium help")
    tree = chat.element.aria_snapshot()
    for part in ('dialog "RLS Guide"', 'log "Conversation"', "article ", 'group "You could ask"', 'textbox "Your question"'):
        assert part in tree, tree


# Keyboard.


def test_keyboard_only(page: Page) -> None:
    chat = Chat(page)
    press = page.keyboard.press
    expect(chat.launcher).to_be_visible()
    press("Tab")
    assert chat.focused == "button Questions about restless legs?"
    press("Enter")
    assert chat.focused == "textarea field"
    page.keyboard.type("does magnesium help")
    press("Enter")
    expect(chat.answers).to_have_count(1)
    assert chat.focused == "textarea field"
    # The log is one stop, and it is the newest answer that waits there.
    press("Shift+Tab")
    assert chat.focused.startswith("article Guide,")
    press("Shift+Tab")
    assert chat.focused == "button Close"
    press("Tab")
    press("ArrowRight")
    assert chat.focused.startswith("summary Evidence")
    press("Enter")
    press("ArrowRight")
    assert chat.focused.startswith("a Marshall 2019")
    press("ArrowRight")
    press("ArrowRight")
    assert chat.focused == "button How much is safe?"
    press("Enter")
    expect(chat.answers).to_have_count(2)
    assert chat.focused.startswith("button How much is safe?")
    press("End")
    assert chat.focused.startswith("article Guide,")
    press("ArrowUp")
    assert chat.focused.startswith("article You,")
    press("Home")
    assert chat.focused.startswith("article Privacy")
    press("ArrowRight")
    press("Enter")
    assert chat.focused.startswith("article Guide")
    press("Tab")
    assert chat.focused == "textarea field"
    press("Tab")
    assert chat.focused == "button Send"
    chat.button("Menu").focus()
    press("Enter")
    press("Tab")
    assert chat.focused == "button Close"
    press("Tab")
    assert chat.focused == "button Save as text"
    press("Escape")
    assert chat.focused == "button Menu"
    press("Escape")
    expect(chat.panel).to_be_hidden()
    assert chat.focused == "button Questions about restless legs?"


def test_the_focus_is_always_seen(chat: Chat, page: Page) -> None:
    chat.ask("does magnesium help")
    seen = set()
    for _ in range(8):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "() => { const node = document.activeElement.shadowRoot?.activeElement; return node ? getComputedStyle(node).outlineWidth : null }"
        )
        if outline:
            seen.add(outline)
    assert seen == {"3px"}


def test_the_focus_does_not_move_unasked(chat: Chat, page: Page) -> None:
    chat.write("slow 1")
    chat.button("Menu").focus()
    expect(chat.answers).to_have_count(1)
    assert chat.focused == "button Menu"


# Sizes.


def too_wide(page: Page) -> list[str]:
    """What reaches out of the screen's width or can't be seen because of it."""
    script = """() => {
        const wide = document.documentElement.scrollWidth > innerWidth ? ["page"] : [];
        for (const node of document.querySelector("rls-guide").shadowRoot.querySelectorAll(".panel *")) {
            const box = node.getBoundingClientRect();
            const clipped = node.closest(".hidden, .wide");
            if (!clipped && box.width && (box.left < -1 || box.right > innerWidth + 1)) wide.push(`${node.localName}.${node.className} ${box.left} ${box.right}`);
        }
        return wide;
    }"""
    found: list[str] = page.evaluate(script)
    return found


@pytest.mark.parametrize("root", ["100%", "200%"])
def test_narrow_screens_and_large_text(opened: Opened, server: RunningServer, host: Host, root: str, shots: Path) -> None:
    page = opened("about:blank", viewport={"width": 320, "height": 640})
    script = f'<style>html {{ font-size: {root} }}</style><script src="{server.url}/widget.js" defer></script>'
    page.goto(host.page("/narrow", script))
    chat = Chat(page).open()
    for question in ("does magnesium help", "chart", "danger"):
        chat.ask(question)
        assert too_wide(page) == []
    page.screenshot(path=shots / f"narrow-{root.rstrip('%')}.png")
    for name in ("Emergency numbers", "Menu"):
        chat.button(name).click()
        assert too_wide(page) == []
    size = float(chat.field.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)"))
    assert size == (32 if root == "200%" else 16)
    chat.field.scroll_into_view_if_needed()
    expect(chat.button("Send")).to_be_in_viewport()


def test_targets_are_large_enough(opened: Opened, server: RunningServer, host: Host) -> None:
    chat = embedded(opened, server, host, viewport=SIZES["phone"]).open()
    chat.ask("chart")
    chat.button("Helpful").click()
    chat.button("Emergency numbers").click()
    script = """(element) => [...element.shadowRoot.querySelectorAll("button, a, summary, input, select, textarea")]
        .map((node) => [node.localName, node.innerText, node.getBoundingClientRect()])
        .filter(([, , box]) => box.width && (box.width < 24 || box.height < 24)).map(([name, text, box]) => `${name} ${text} ${box.width} ${box.height}`)"""
    assert chat.element.evaluate(script) == []


def test_a_phone_is_filled_and_the_keyboard_hides_nothing(
    opened: Opened, server: RunningServer, host: Host, shots: Path
) -> None:
    chat = embedded(opened, server, host, viewport=SIZES["phone"], is_mobile=True, has_touch=True).open()
    chat.ask("does magnesium help")
    box = chat.panel.bounding_box()
    assert box
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    # What a keyboard does to the visual viewport.
    chat.page.evaluate("""() => {
        Object.defineProperty(visualViewport, "height", { value: 480 });
        Object.defineProperty(visualViewport, "offsetTop", { value: 60 });
        visualViewport.dispatchEvent(new Event("resize"));
    }""")
    box = chat.panel.bounding_box()
    assert box
    assert (box["y"], box["height"]) == (60, 480)
    chat.page.screenshot(path=shots / "phone-keyboard.png")
    expect(chat.answers.last.locator(".small")).to_be_in_viewport()


def test_nothing_moves_for_those_who_asked(opened: Opened, server: RunningServer, host: Host) -> None:
    for motion, moving in (("reduce", 0), ("no-preference", 1)):
        chat = embedded(opened, server, host, reduced_motion=motion).open()
        chat.write("slow 1")
        expect(chat.element.locator(".typing")).to_be_visible()
        running = "(element) => element.shadowRoot.getAnimations().length"
        assert chat.element.evaluate(running) == moving
        expect(chat.answers).to_have_count(1)


def test_the_theme_follows_the_system_or_the_site(opened: Opened, server: RunningServer, host: Host) -> None:
    paper = "(element) => getComputedStyle(element.shadowRoot.querySelector('.panel')).backgroundColor"
    dark, light = "rgb(20, 24, 29)", "rgb(255, 255, 255)"
    for scheme, theme, expected in (
        ("dark", "", dark),
        ("light", "", light),
        ("dark", "light", light),
        ("light", "dark", dark),
    ):
        chat = embedded(opened, server, host, f'data-theme="{theme}"', color_scheme=scheme).open()
        assert chat.element.evaluate(paper) == expected


def test_right_to_left(opened: Opened, server: RunningServer, host: Host) -> None:
    chat = embedded(opened, server, host, 'data-lang="ar"').open()
    expect(chat.launcher).to_have_text("أسئلة عن تململ الساقين؟")
    chat.ask("does magnesium help")
    you, log = chat.element.locator(".you").bounding_box(), chat.log.bounding_box()
    assert you
    assert log
    assert you["x"] < log["x"] + 60
    chat.answers.last.focus()
    chat.page.keyboard.press("ArrowLeft")
    assert chat.focused.startswith("summary")
    chat.page.keyboard.press("ArrowRight")
    assert chat.focused.startswith("article")


def test_a_language_without_a_file_falls_back_on_english(opened: Opened, server: RunningServer, host: Host) -> None:
    chat = embedded(opened, server, host, 'data-lang="xx"')
    expect(chat.launcher).to_have_text("Questions about restless legs?")


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    texts = json.loads(ENGLISH.read_text())
    code = "".join(path.read_text() for path in Path("bot/widget/parts").glob("*.js"))
    used = set(re.findall(r"\b(?:t|texts)\.(\w+)", code))
    states = {"offline", "slow", "trouble"}
    assert set(texts) == used | states
