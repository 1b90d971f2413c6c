"""No message is lost and none is doubled, whatever happens to the server, the network, the tabs and the clock."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import Chat
from tests.e2e.conftest import Opened
from tests.e2e.host import Host
from tests.e2e.running import RunningServer

SOON = 30_000


def asked(server: RunningServer, like: str) -> list[str]:
    """What reached the bot, as Rasa stored it."""
    query = "select json_extract(data, '$.text') from events where type = 'user' and json_extract(data, '$.text') like ? order by id"
    with closing(sqlite3.connect(server.database)) as database:
        return [text for (text,) in database.execute(query, [like]).fetchall()]


@pytest.fixture
def mark() -> str:
    """A word of this run: a test that is run again must not find its own earlier messages."""
    return uuid.uuid4().hex[:8]


@pytest.fixture
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that a test may kill."""
    server = RunningServer(tmp_path_factory.mktemp("mortal"), web_origins="*")
    server.start()
    yield server
    server.stop()


def embedded(opened: Opened, server: RunningServer, host: Host, path: str) -> Chat:
    return Chat(opened(host.page(path, f'<script src="{server.url}/widget.js" defer></script>'), quiet=False)).open()


def test_the_server_is_killed_in_the_middle_of_a_reply(opened: Opened, mortal: RunningServer, host: Host) -> None:
    chat = embedded(opened, mortal, host, "/killed")
    chat.ask("before")
    for text in ("die before it is stored", "die after it is stored"):
        chat.write(text)
        mortal.wait_until_dead()
        expect(chat.banner).to_be_visible()
        expect(chat.element.locator(".status").last).to_have_text("Waiting to be sent")
        chat.write(f"written while it was down: {text}")
        mortal.start()
        expect(chat.element.locator(".status")).to_have_count(0, timeout=SOON)
        expect(chat.banner).to_be_hidden(timeout=SOON)
    expect(chat.answers).to_have_count(5, timeout=SOON)
    expected = ["before"]
    for text in ("die before it is stored", "die after it is stored"):
        expected += [text, f"written while it was down: {text}"]
    assert chat.written == expected
    assert asked(mortal, "%") == expected


def test_the_network_is_cut(chat: Chat, page: Page, server: RunningServer, mark: str) -> None:
    chat.ask(f"{mark} cut: first")
    page.context.set_offline(True)
    expect(chat.banner).to_contain_text("You are offline")
    for number in range(3):
        chat.write(f"{mark} cut: offline {number}")
    expect(chat.element.locator(".status")).to_have_count(3)
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    expect(chat.answers).to_have_count(4, timeout=SOON)
    expect(chat.banner).to_be_hidden()
    assert asked(server, f"{mark} cut:%") == [f"{mark} cut: first", *(f"{mark} cut: offline {n}" for n in range(3))]


def test_what_was_written_offline_outlives_the_page(chat: Chat, page: Page, server: RunningServer, mark: str) -> None:
    chat.ask(f"{mark} outlives: first")
    page.route("**/webhooks/**", lambda route: route.abort())
    chat.write(f"{mark} outlives: second")
    expect(chat.banner).to_be_visible()
    page.unroute("**/webhooks/**")
    page.reload()
    expect(chat.answers).to_have_count(2, timeout=SOON)
    assert asked(server, f"{mark} outlives:%") == [f"{mark} outlives: first", f"{mark} outlives: second"]


def test_a_reply_that_is_cut_off_comes_again(chat: Chat, page: Page, server: RunningServer, mark: str) -> None:
    cuts = iter([True])

    def cut(route):  # type: ignore[no-untyped-def]
        # The server gets it, and the page gets half a line.
        response = route.fetch()
        body = response.text()
        route.fulfill(response=response, body=body[: len(body) // 2] if next(cuts, False) else body)

    page.route("**/webhooks/web/messages", cut)
    chat.write(f"{mark} cut off: hello")
    expect(chat.answers).to_have_count(1, timeout=SOON)
    assert asked(server, f"{mark} cut off:%") == [f"{mark} cut off: hello"]


def test_twenty_tabs(opened: Opened, server: RunningServer, host: Host, mark: str) -> None:
    first = embedded(opened, server, host, "/tabs")
    pages = [first.page]
    for _ in range(19):
        pages.append(first.page.context.new_page())
        pages[-1].goto(first.page.url)
    chats = [Chat(page) for page in pages]
    for chat in chats[1:]:
        chat.open()
    for number, chat in enumerate(chats):
        chat.write(f"{mark} tab: {number}")
    for chat in (chats[0], chats[19]):
        expect(chat.answers).to_have_count(20, timeout=SOON)
        assert sorted(chat.written) == sorted(f"{mark} tab: {number}" for number in range(20))
    assert sorted(asked(server, f"{mark} tab:%")) == sorted(f"{mark} tab: {number}" for number in range(20))
    with closing(sqlite3.connect(server.database)) as database:
        query = f"select count(distinct conversation) from events where data like '%{mark} tab: %'"
        assert database.execute(query).fetchone() == (1,)


@pytest.mark.parametrize("days", [-1, 1])
def test_the_clock_is_wrong_by_a_day(opened: Opened, server: RunningServer, host: Host, days: int, mark: str) -> None:
    page = opened("about:blank")
    page.add_init_script(f"const real = Date.now; Date.now = () => real() + {days * 86_400_000};")
    page.goto(host.page("/clock", f'<script src="{server.url}/widget.js" defer></script>'))
    chat = Chat(page).open()
    for number in range(3):
        chat.ask(f"{mark} clock {days}: {number}")
    page.reload()
    expect(chat.answers).to_have_count(3)
    assert chat.written == [f"{mark} clock {days}: {number}" for number in range(3)]
    today = page.evaluate("new Date().toISOString().slice(0, 10)")
    stamps = chat.element.locator("time").evaluate_all("(nodes) => nodes.map((node) => node.dateTime.slice(0, 10))")
    assert set(stamps) == {today}
    assert asked(server, f"{mark} clock {days}:%") == [f"{mark} clock {days}: {number}" for number in range(3)]


def test_a_session_that_ended_is_renewed(chat: Chat, page: Page, server: RunningServer, mark: str) -> None:
    chat.ask(f"{mark} ended: first")
    page.evaluate("""() => {
        const kept = JSON.parse(localStorage["rls-guide.main.session"]);
        localStorage["rls-guide.main.session"] = JSON.stringify({ ...kept, session: kept.session.slice(0, -3) + "abc" });
    }""")
    chat.ask(f"{mark} ended: second")
    with closing(sqlite3.connect(server.database)) as database:
        assert database.execute(
            f"select count(distinct conversation) from events where data like '%{mark} ended: %'"
        ).fetchone() == (1,)


def test_a_conversation_that_is_too_old_starts_anew(chat: Chat, page: Page) -> None:
    chat.ask("old: first")
    page.evaluate("""localStorage["rls-guide.main.session"] = JSON.stringify({ session: "x", renewal: "y" })""")
    chat.ask("old: second")
    assert chat.written == ["old: first", "old: second"]


def test_too_fast_is_said_kindly_and_goes_on(chat: Chat, page: Page) -> None:
    refusals = iter(range(1))
    problem = {"error": {"code": "too_fast", "message": "Too fast.", "retry_after": 1}}

    def limit(route):  # type: ignore[no-untyped-def]
        if next(refusals, None) is None:
            route.continue_()
        else:
            route.fulfill(status=429, json=problem, headers={"Access-Control-Allow-Origin": "*", "Retry-After": "1"})

    page.route("**/webhooks/web/messages", limit)
    chat.write("hello")
    expect(chat.banner).to_have_text("That was faster than I can answer. I go on in a moment.")
    expect(chat.answers).to_have_count(1, timeout=SOON)
    assert chat.written == ["hello"]


def test_deleting_in_one_tab_empties_the_others(chat: Chat, page: Page) -> None:
    chat.ask("hello")
    second = page.context.new_page()
    second.goto(page.url)
    other = Chat(second).open()
    expect(other.answers).to_have_count(1)
    chat.from_menu("Delete my conversation")
    chat.button("Delete it").click()
    expect(other.answers).to_have_count(0)
    other.ask("a new one")
    expect(chat.answers).to_have_count(1)
