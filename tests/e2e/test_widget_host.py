"""The widget on other people's pages: neither breaks the other."""

from __future__ import annotations

import base64
import hashlib

import requests
from playwright.sync_api import Page, expect

from tests.e2e.chat import Chat
from tests.e2e.conftest import Opened
from tests.e2e.host import Host
from tests.e2e.running import RunningServer

HOSTILE = """<style>
* { all: unset !important; display: inline !important; color: red !important; font-size: 3px !important; }
main *, rls-guide { transform: rotate(5deg) !important; filter: blur(3px) !important; }
html { font-size: 5px !important; } rls-guide { display: none !important; opacity: 0 !important; position: static !important; visibility: hidden !important; pointer-events: none !important; }
button, textarea { display: none !important; } div { height: 0 !important; overflow: hidden !important; }
</style>"""


def embed(server: RunningServer, attributes: str = "") -> str:
    return f'<script src="{server.url}/widget.js" defer {attributes}></script>'


def test_hostile_style(opened: Opened, server: RunningServer, host: Host) -> None:
    plain = Chat(opened(host.page("/plain", embed(server)))).open()
    hostile = Chat(opened(host.page("/hostile", embed(server), head=HOSTILE))).open()
    for chat in (plain, hostile):
        chat.ask("does magnesium help")
    assert hostile.panel.bounding_box() == plain.panel.bounding_box()
    style = "(node) => ['color', 'fontSize', 'fontFamily', 'display', 'padding'].map((name) => getComputedStyle(node)[name])"
    for part in (".panel", "textarea", ".guide", "h2"):
        assert hostile.element.locator(part).first.evaluate(style) == plain.element.locator(part).first.evaluate(style)
    hostile.button("Close").click()
    expect(hostile.launcher).to_be_visible()


def test_the_page_is_left_alone(opened: Opened, server: RunningServer, host: Host) -> None:
    looks = """() => [...document.querySelectorAll("html, body, main, h1, p, button")].map((node) => {
        const box = node.getBoundingClientRect();
        return [node.localName, box.x, box.y, box.width, box.height, getComputedStyle(node).font, getComputedStyle(node).color].join(" ");
    })"""
    names = "() => Object.getOwnPropertyNames(window).sort()"
    body = "<button>Ours</button><p>Our words.</p>"
    without = opened(host.page("/without", body))
    page = opened(host.page("/with", body + embed(server)))
    chat = Chat(page).open()
    chat.ask("hello")
    assert page.evaluate(looks) == without.evaluate(looks)
    assert page.evaluate(names) == without.evaluate(names)


def test_strict_policies(opened: Opened, server: RunningServer, host: Host) -> None:
    rest = f"style-src 'none'; connect-src {server.url}; img-src data:; base-uri 'none'; form-action 'none'; object-src 'none'; require-trusted-types-for 'script'"
    policies = {
        "/csp-host": f"default-src 'none'; script-src {server.url}; {rest}",
        "/csp-nonce": f"default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; {rest}",
    }
    for path, policy in policies.items():
        page = opened(
            host.page(path, embed(server, 'nonce="abc"'), policy.replace("style-src 'none'", "style-src 'nonce-x'")), quiet=True
        )
        chat = Chat(page).open()
        image = chat.ask("chart").get_by_role("img")
        expect(image).to_be_visible()
        assert chat.panel.evaluate("(node) => getComputedStyle(node).display") == "flex"
        assert chat.panel.bounding_box()
        chat.button("Menu").click()
        with page.expect_download():
            chat.button("Save as text").click()


def test_a_policy_with_a_hash(opened: Opened, server: RunningServer, host: Host) -> None:
    script = requests.get(f"{server.url}/widget.js", timeout=10).content
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{digest}'; connect-src {server.url}; img-src data:"
    body = f'<script src="{server.url}/widget.js" integrity="sha256-{digest}" crossorigin="anonymous" defer></script>'
    chat = Chat(opened(host.page("/csp-hash", body, policy))).open()
    chat.ask("does magnesium help")


def test_charts_fall_back_on_their_table(opened: Opened, server: RunningServer, host: Host) -> None:
    policy = f"default-src 'none'; script-src {server.url}; connect-src {server.url}"
    chat = Chat(opened(host.page("/csp-images", embed(server), policy), quiet=False)).open()
    answer = chat.ask("chart")
    expect(answer.get_by_role("img")).to_have_count(0)
    expect(answer.get_by_role("table")).to_be_visible()


def test_two_script_tags_are_one_widget(opened: Opened, server: RunningServer, host: Host) -> None:
    page = opened(host.page("/twice", embed(server) + embed(server)))
    Chat(page).open()
    expect(page.locator("rls-guide")).to_have_count(1)


def test_two_widgets(opened: Opened, server: RunningServer, host: Host) -> None:
    same = "<rls-guide inline></rls-guide><rls-guide inline></rls-guide><rls-guide inline name='other'></rls-guide>"
    page = opened(host.page("/two", same + embed(server)))
    one, two, other = (Chat(page, number) for number in range(3))
    expect(other.panel).to_be_visible()
    one.ask("does magnesium help")
    expect(two.answers).to_have_count(1)
    two.ask("second")
    expect(one.answers).to_have_count(2)
    assert one.written == two.written == ["does magnesium help", "second"]
    expect(other.answers).to_have_count(0)
    other.ask("mine")
    expect(one.answers).to_have_count(2)


def test_inside_a_form(opened: Opened, server: RunningServer, host: Host) -> None:
    form = '<form action="/elsewhere"><input name="ours" value="1"><rls-guide inline></rls-guide><button>Ours</button></form>'
    script = "<script>window.keys = []; document.addEventListener('keydown', (event) => keys.push(event.key)); document.querySelector('form').addEventListener('submit', (event) => { event.preventDefault(); window.sent = [...new FormData(event.target).keys()]; })</script>"
    page = opened(host.page("/form", form + embed(server) + script))
    chat = Chat(page)
    chat.button("I understand").click()
    chat.field.press_sequentially("hello")
    chat.field.press("Enter")
    expect(chat.answers).to_have_count(1)
    chat.button("Caffeine").first.click()
    chat.button("Send").click()
    assert page.evaluate("window.sent") is None
    assert page.evaluate("window.keys") == []
    page.get_by_role("button", name="Ours").click()
    assert page.evaluate("window.sent") == ["ours"]


def test_a_slow_page(opened: Opened, server: RunningServer, host: Host) -> None:
    host.slow["/slow.png"] = 3
    page = opened("about:blank", quiet=False)
    page.goto(host.page("/slow", f'<img src="/slow.png" alt="">{embed(server)}'), wait_until="commit")
    chat = Chat(page)
    expect(chat.launcher).to_be_visible(timeout=2000)
    chat.open().ask("hello")
    assert page.evaluate("document.readyState") != "complete"


def test_a_site_that_is_not_allowed_is_told(opened: Opened, server: RunningServer, host: Host) -> None:
    page = opened(host.page("/denied", embed(server)), quiet=False)
    problem = {"error": {"code": "origin", "message": "This website is not allowed to use this chat."}}
    page.route(
        "**/webhooks/web/session",
        lambda route: route.fulfill(status=403, json=problem, headers={"Access-Control-Allow-Origin": "*"}),
    )
    chat = Chat(page).open()
    chat.write("hello")
    expect(chat.element.locator(".status")).to_contain_text("This website is not allowed to use this chat.")
    page.unroute("**/webhooks/web/session")
    chat.button("Try again").click()
    expect(chat.answers).to_have_count(1)


def test_the_demo_page(opened: Opened, server: RunningServer) -> None:
    page: Page = opened(server.url)
    chat = Chat(page)
    expect(chat.panel).to_be_visible()
    page.get_by_role("button", name="What makes it worse at night?").click()
    expect(chat.answers).to_have_count(1)
    assert chat.written == ["What makes it worse at night?"]
    expect(page.locator("#embed")).to_have_text(f'<script src="{server.url}/widget.js" defer></script>')
    assert page.get_by_role("link", name="Questions and answers as pages").get_attribute("href") == "faq/"
    assert page.get_by_role("link", name="log in").get_attribute("href") == "console/"
