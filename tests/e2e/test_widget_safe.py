"""Nothing that anybody writes becomes part of the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import Chat
from tests.e2e.conftest import Opened
from tests.e2e.host import Host
from tests.e2e.running import RunningServer

MARKUP = Path(__file__).with_name("xss.txt").read_text().splitlines()
ALLOWED = {
    "a", "article", "br", "button", "caption", "details", "div", "figure", "form", "h2", "h3", "header", "img", "input", "label", "li", "p",
    "section", "span", "strong", "summary", "table", "tbody", "td", "textarea", "th", "thead", "time", "tr", "ul",
}  # fmt: skip

INSPECT = """(element) => {
    const nodes = [...element.shadowRoot.querySelectorAll("*")];
    return {
        tags: [...new Set(nodes.map((node) => node.localName))],
        handlers: nodes.flatMap((node) => [...node.attributes].map((one) => one.name)).filter((name) => name.startsWith("on")),
        addresses: nodes.flatMap((node) => [...node.attributes]).filter((one) => ["href", "src", "action", "data", "srcdoc", "xlink:href"].includes(one.name))
            .map((one) => one.value).filter((value) => !/^(https?:|tel:|data:image\\/svg\\+xml,)/i.test(value)),
        hacked: window.hacked,
    };
}"""


def test_there_are_forty_of_them() -> None:
    assert len(set(MARKUP)) >= 40


def inspect(chat: Chat) -> None:
    found = chat.element.evaluate(INSPECT)
    assert set(found["tags"]) <= ALLOWED
    assert (found["handlers"], found["addresses"], found.get("hacked")) == ([], [], None)


def test_what_a_visitor_writes_stays_text(chat: Chat, page: Page) -> None:
    for text in MARKUP:
        chat.ask(text)
    assert chat.written == [text.strip() for text in MARKUP]
    inspect(chat)
    page.reload()
    expect(chat.answers).to_have_count(len(MARKUP))
    inspect(chat)


@pytest.mark.parametrize("half", [0, 1])
def test_what_an_answer_holds_stays_text(opened: Opened, server: RunningServer, host: Host, half: int) -> None:
    # The images that these make are broken, which the browser may say.
    page = opened(host.page("/", f'<script src="{server.url}/widget.js" defer></script>'), quiet=False)
    chat = Chat(page).open()
    for number in range(half, len(MARKUP), 2):
        answer = chat.ask(f"markup {number}")
        for summary in answer.locator("summary").all():
            summary.click()
        for press in answer.locator("a").all():
            press.hover(force=True)
        # As text; the list signs and bold of our own small language excepted.
        shown = answer.locator("h3").first.inner_text()
        assert shown.strip() == " ".join(MARKUP[number].split())
    page.wait_for_timeout(300)
    inspect(chat)


def test_paper_stays_text(chat: Chat, page: Page) -> None:
    page.context.add_init_script("window.print = () => {}")
    for number in (0, 1, 6, 20):
        chat.ask(f"markup {number}")
    chat.button("Menu").click()
    with page.context.expect_page() as opened:
        chat.button("Print for a doctor").click()
    paper = opened.value
    assert paper.evaluate("[...document.querySelectorAll('script, img, svg, iframe, [href^=javascript]')].length") == 0
    assert paper.evaluate("window.opener?.hacked ?? window.hacked ?? null") is None


def test_what_a_server_refuses_with_stays_text(chat: Chat, page: Page) -> None:
    problem = {"error": {"code": "x", "message": MARKUP[1]}}
    cors = {"Access-Control-Allow-Origin": "*"}
    page.route(
        "**/webhooks/web/messages",
        lambda route: (
            route.fulfill(status=422, json=problem, headers=cors) if route.request.method == "POST" else route.continue_()
        ),
    )
    chat.write("hello")
    expect(chat.element.locator(".status")).to_have_text(f"Not sent: {MARKUP[1]}")
    inspect(chat)
