"""The widget on a page as a visitor meets it."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


class Chat:
    """What a visitor can do with it.

    Args:
        page: the page.
        nth: which widget of the page.
    """

    def __init__(self, page: Page, nth: int = 0) -> None:
        self.page = page
        self.element = page.locator("rls-guide").nth(nth)
        self.launcher = self.element.locator(".launcher")
        self.panel = self.element.locator(".panel")
        self.field = self.element.locator("textarea")
        self.log = self.element.locator(".log")
        self.turns = self.element.locator(".turn")
        self.answers = self.element.locator(".turn article.guide")
        self.banner = self.element.locator(".banner")
        self.drawer = self.element.locator(".drawer")

    def button(self, name: str) -> Locator:
        return self.element.get_by_role("button", name=name, exact=True)

    def open(self) -> Chat:
        self.launcher.click()
        expect(self.panel).to_be_visible()
        return self

    def write(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def ask(self, text: str) -> Locator:
        """Ask and wait for the answer."""
        before = self.answers.count()
        self.write(text)
        expect(self.answers).to_have_count(before + 1)
        return self.answers.last

    def from_menu(self, name: str) -> None:
        if self.button("Menu").get_attribute("aria-expanded") == "false":
            self.button("Menu").click()
        self.button(name).click()

    @property
    def written(self) -> list[str]:
        """What the visitor wrote, as the log shows it."""
        return self.element.locator(".you .body > p:first-child").all_inner_texts()

    @property
    def focused(self) -> str:
        """What has the focus inside the widget."""
        script = """() => {
            let node = document.activeElement;
            while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
            return node ? `${node.localName} ${node.getAttribute("aria-label") || node.innerText || node.id}`.trim() : "";
        }"""
        return str(self.page.evaluate(script))


def violations(page: Page) -> list[str]:
    """What axe has to say about all A and AA rules of WCAG 2.0 to 2.2."""
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node['any'] or node['all'] or node['none']}"
        for one in found
        for node in one["nodes"]
    ]
