"""Small and fast."""

from __future__ import annotations

import requests
from playwright.sync_api import expect

from tests.e2e.chat import Chat
from tests.e2e.conftest import Opened
from tests.e2e.host import Host
from tests.e2e.running import RunningServer

BUDGET = 15_000
FILES = ("widget.js", "widget.css", "texts/en.json")


def test_all_of_it_fits_into_fifteen_kilobytes(server: RunningServer) -> None:
    sizes = {}
    for name in FILES:
        with requests.get(f"{server.url}/{name}", headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            sizes[name] = len(answer.raw.read(decode_content=False))
    print(sizes, sum(sizes.values()))
    assert sum(sizes.values()) <= BUDGET


def test_it_is_kept_by_the_browser(server: RunningServer) -> None:
    for name in (*FILES, ""):
        first = requests.get(f"{server.url}/{name}", timeout=10)
        assert "max-age" in first.headers["Cache-Control"]
        again = requests.get(f"{server.url}/{name}", headers={"If-None-Match": first.headers["ETag"]}, timeout=10)
        assert again.status_code == 304


def test_it_loads_in_a_blink(opened: Opened, server: RunningServer, host: Host) -> None:
    page = opened("about:blank")
    script = f"""<script>new MutationObserver((_, self) => {{
        const look = () => {{
            const launcher = document.querySelector("rls-guide")?.shadowRoot.querySelector(".launcher");
            if (!launcher?.offsetWidth) return requestAnimationFrame(look);
            window.took = performance.now() - performance.getEntriesByType("navigation")[0].responseEnd;
        }};
        self.disconnect();
        look();
    }}).observe(document, {{ childList: true, subtree: true }});</script><script src="{server.url}/widget.js" defer></script>"""
    times = []
    for _ in range(7):
        page.goto(host.page("/blink", script))
        expect(Chat(page).launcher).to_be_visible()
        page.wait_for_function("window.took")
        times.append(page.evaluate("window.took"))
    print([round(one) for one in times])
    # Speed is measured and printed, never asserted in a timed test.
    print(f"launcher visible after {sorted(times)[len(times) // 2]:.0f} ms (median)")
    assert all(time > 0 for time in times)
