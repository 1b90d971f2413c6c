"""What the widget does for a visitor."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import Chat
from tests.e2e.host import Host
from tests.e2e.running import RunningServer


def embed(server: RunningServer, attributes: str = "") -> str:
    return f'<script src="{server.url}/widget.js" defer {attributes}></script>'


def test_it_works(chat: Chat) -> None:
    answer = chat.ask("does magnesium help")
    expect(answer).to_contain_text("You asked: does magnesium help.")
    expect(answer).to_contain_text("Before a supplement, ask for an iron test")
    expect(answer).to_contain_text("This is general information, not medical advice. Please talk with a doctor")
    assert chat.written == ["does magnesium help"]


def test_the_launcher_says_what_it_is(page: Page) -> None:
    chat = Chat(page)
    expect(chat.launcher).to_have_text("Questions about restless legs?")
    expect(chat.panel).to_be_hidden()
    chat.open()
    expect(chat.launcher).to_be_hidden()
    chat.button("Close").click()
    expect(chat.panel).to_be_hidden()
    assert chat.focused == "button Questions about restless legs?"


def test_the_privacy_notice_is_there_at_first_use(page: Page) -> None:
    chat = Chat(page).open()
    expect(chat.log).to_contain_text("Please write no names, addresses or phone numbers")
    chat.button("I understand").click()
    expect(chat.log).not_to_contain_text("Please write no names")
    page.reload()
    expect(chat.panel).to_be_visible()
    expect(chat.log).not_to_contain_text("Please write no names")
    chat.from_menu("Privacy")
    expect(chat.drawer).to_contain_text("Please write no names")


def test_nothing_is_asked_of_the_server_before_the_first_message(opened, server: RunningServer, host: Host) -> None:  # type: ignore[no-untyped-def]
    page = opened("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(host.page("/asked", embed(server)))
    Chat(page).open()
    page.wait_for_timeout(300)
    assert not [url for url in asked if "/webhooks/" in url]
    assert {url.split("/")[2] for url in asked} == {host.url.split("/")[2], server.url.split("/")[2]}


def test_the_conversation_is_kept_over_reload_and_pages(chat: Chat, page: Page, server: RunningServer, host: Host) -> None:
    chat.ask("does magnesium help")
    chat.field.fill("half a sent")
    page.reload()
    expect(chat.answers).to_have_count(1)
    expect(chat.field).to_have_value("half a sent")
    page.goto(host.page("/other", embed(server)))
    expect(chat.panel).to_be_visible()
    expect(chat.answers).to_have_count(1)
    assert chat.written == ["does magnesium help"]


def test_a_returning_visitor_gets_what_the_browser_lost(chat: Chat, page: Page) -> None:
    chat.ask("does magnesium help")
    chat.button("Caffeine").click()
    expect(chat.answers).to_have_count(2)
    page.evaluate(
        "Object.keys(localStorage).filter((key) => key.includes('.m.')).forEach((key) => localStorage.removeItem(key))"
    )
    page.reload()
    expect(chat.answers).to_have_count(2)
    assert chat.written == ["does magnesium help", "Caffeine"]


def test_it_works_where_the_browser_forbids_storage(opened, server: RunningServer, host: Host) -> None:  # type: ignore[no-untyped-def]
    page = opened("about:blank")
    page.add_init_script(
        "for (const kind of ['localStorage', 'sessionStorage']) Object.defineProperty(window, kind, { get() { throw new DOMException('no') } })"
    )
    page.goto(host.page("/forbidden", embed(server)))
    chat = Chat(page).open()
    chat.ask("one")
    chat.ask("two")
    assert chat.written == ["one", "two"]


def test_quick_replies_stay_and_are_marked(chat: Chat, page: Page) -> None:
    chat.ask("does magnesium help")
    chat.button("Caffeine").first.dblclick()
    expect(chat.answers).to_have_count(2)
    used = chat.answers.first.get_by_role("button", name="Caffeine")
    expect(used).to_have_attribute("aria-disabled", "true")
    expect(used).to_have_accessible_name("Caffeine (asked)")
    assert chat.written == ["does magnesium help", "Caffeine"]
    page.reload()
    expect(chat.answers.first.get_by_role("button", name="Caffeine")).to_have_attribute("aria-disabled", "true")
    expect(chat.answers.nth(1).get_by_role("button", name="Caffeine")).not_to_have_attribute("aria-disabled", "true")


def test_examples_start_a_conversation(chat: Chat, page: Page) -> None:
    chat.button("What helps at night?").click()
    expect(chat.answers).to_have_count(1)
    assert chat.written == ["What helps at night?"]
    page.reload()
    expect(chat.element.get_by_role("button", name="What helps at night?")).to_have_attribute("aria-disabled", "true")


def test_sources_are_folded_with_link_and_grade(chat: Chat) -> None:
    answer = chat.ask("does magnesium help")
    source = answer.get_by_role("link", name=re.compile("Marshall 2019"))
    expect(source).to_be_hidden()
    answer.locator("summary").click()
    expect(answer.locator("summary")).to_contain_text("Evidence: limited, mixed results. 2 sources")
    expect(source).to_be_visible()
    expect(source).to_have_attribute("href", "https://example.org/marshall-2019")
    expect(source).to_have_attribute("rel", "noopener noreferrer")


def test_two_answers_have_headings(chat: Chat) -> None:
    answer = chat.ask("many")
    assert answer.get_by_role("heading").all_inner_texts() == ["Does magnesium help restless legs?", "Is it hereditary?"]


def test_a_chart_is_an_image_with_words_and_a_table(chat: Chat, page: Page) -> None:
    answer = chat.ask("chart")
    image = answer.get_by_role("img")
    expect(image).to_have_accessible_name("Pumpkin seeds have 156 mg of magnesium in 28 g, almonds 77 mg.")
    assert image.evaluate("(image) => image.complete && image.naturalWidth > 0")
    answer.get_by_text("Show as a table").click()
    expect(answer.get_by_role("row")).to_have_count(3)
    expect(answer.get_by_role("rowheader", name="Almonds")).to_be_visible()
    assert page.evaluate("window.hacked") is None


def test_danger_shows_the_numbers_to_call(chat: Chat) -> None:
    answer = chat.ask("danger")
    expect(answer.locator("strong")).to_have_text("911")
    expect(answer.get_by_role("link", name="911", exact=True)).to_have_attribute("href", "tel:911")
    expect(chat.element.get_by_role("alert")).to_contain_text("Call 911 now.")


def test_danger_shows_the_numbers_of_the_country_that_was_meant(chat: Chat) -> None:
    answer = chat.ask("danger elsewhere")
    assert answer.locator(".numbers a").all_inner_texts() == ["112 or 999", "116 123"]


def test_a_boundary_is_no_alarm(chat: Chat) -> None:
    answer = chat.ask("boundary")
    expect(answer.locator(".numbers")).to_have_count(0)
    expect(answer).not_to_have_class("guide safety")
    expect(chat.element.get_by_role("alert")).to_be_empty()


def test_lists_and_bold(chat: Chat) -> None:
    answer = chat.ask("list")
    assert answer.get_by_role("listitem").all_inner_texts() == ["almonds: 77 mg", "spinach: 78 mg"]
    expect(answer.locator("strong")).to_have_text("78 mg")
    assert answer.locator(".body > p").all_inner_texts()[:2] == ["In a usual portion:", "That is all."]


def test_emergency_numbers_are_one_press_away(chat: Chat, page: Page) -> None:
    chat.button("Emergency numbers").click()
    expect(chat.drawer.get_by_role("link", name="911", exact=True)).to_be_visible()
    chat.drawer.get_by_label("Country").select_option("UK")
    expect(chat.drawer.get_by_role("link", name="999", exact=True)).to_have_attribute("href", "tel:999")
    page.reload()
    chat.button("Emergency numbers").click()
    expect(chat.drawer.get_by_role("link", name="116 123")).to_be_visible()


@pytest.mark.parametrize("country", ["CA", "US", "UK", "IE", "AU", "NZ", "EU", "OTHER"])
def test_the_site_names_the_country(opened, server: RunningServer, host: Host, country: str) -> None:  # type: ignore[no-untyped-def]
    chat = Chat(opened(host.page(f"/{country}", embed(server, f'data-country="{country}"')))).open()
    chat.button("Emergency numbers").click()
    expect(chat.drawer.get_by_label("Country")).to_have_value(country)
    assert chat.drawer.locator("li").count() >= 2


def test_the_disclaimer_is_always_in_view(chat: Chat) -> None:
    for question in ("one", "chart", "many"):
        chat.ask(question)
        expect(chat.element.locator(".disclaimer")).to_be_in_viewport(ratio=1)


def test_typing_is_shown(chat: Chat) -> None:
    chat.write("slow 1")
    expect(chat.element.locator(".typing")).to_have_text("Looking it up…")
    expect(chat.answers).to_have_count(1)
    expect(chat.element.locator(".typing")).to_have_count(0)


def test_messages_have_times(chat: Chat) -> None:
    answer = chat.ask("hello")
    for article in (answer, chat.element.locator(".you")):
        expect(article.locator("time")).to_have_text(re.compile(r"^\d{1,2}:\d{2}"))
        assert article.locator("time").get_attribute("datetime")


def test_an_answer_is_copied(chat: Chat, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.ask("does magnesium help")
    chat.button("Copy").click()
    expect(chat.element.locator(".note")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "It may help some people" in copied
    assert "not medical advice" in copied


def test_thumbs_with_a_word(chat: Chat, page: Page, server: RunningServer) -> None:
    chat.ask("does magnesium help")
    chat.button("Not helpful").click()
    expect(chat.button("Not helpful")).to_have_attribute("aria-pressed", "true")
    with page.expect_response(
        lambda response: "/feedback" in response.url and "tablets" in (response.request.post_data or "")
    ) as sent:
        chat.element.get_by_label("Why?").fill("I meant the water tablets")
        chat.element.get_by_label("Why?").press("Enter")
    assert sent.value.ok
    expect(chat.element.get_by_label("Why?")).to_be_hidden()
    page.reload()
    expect(chat.button("Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(chat.button("Helpful")).to_have_attribute("aria-pressed", "false")


def test_starting_over(chat: Chat, page: Page) -> None:
    chat.ask("one")
    chat.from_menu("Start over")
    expect(chat.drawer).to_contain_text("You can save it first.")
    chat.button("Keep it").click()
    expect(chat.answers).to_have_count(1)
    chat.from_menu("Start over")
    chat.button("Start over").click()
    expect(chat.answers).to_have_count(0)
    chat.ask("two")
    page.reload()
    expect(chat.answers).to_have_count(1)
    page.wait_for_timeout(300)
    assert chat.written == ["two"]


def test_deleting_with_a_receipt(chat: Chat, page: Page) -> None:
    chat.ask("my secret words")
    chat.from_menu("Delete my conversation")
    assert chat.focused.startswith("p Delete everything")
    chat.button("Delete it").click()
    expect(chat.drawer).to_contain_text(re.compile(r"2 messages, .+ Receipt: [A-Z2-9]{4}-[A-Z2-9]{4}"))
    assert "p Your conversation is deleted" in chat.focused
    expect(chat.answers).to_have_count(0)
    assert "secret" not in page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    chat.ask("a new one")
    page.reload()
    expect(chat.answers).to_have_count(1)


def test_deleting_what_was_never_sent(chat: Chat) -> None:
    chat.from_menu("Delete my conversation")
    chat.button("Delete it").click()
    expect(chat.drawer).to_contain_text("Nothing was kept on our server.")


def test_saving_as_text(chat: Chat, page: Page, tmp_path: Path) -> None:
    chat.ask("does magnesium help")
    chat.button("Menu").click()
    with page.expect_download() as download:
        chat.button("Save as text").click()
    assert download.value.suggested_filename == "restless-legs-questions.txt"
    download.value.save_as(tmp_path / "saved.txt")
    saved = (tmp_path / "saved.txt").read_text(encoding="utf-8-sig")
    for part in (
        "My questions about restless legs",
        "does magnesium help",
        "Where this comes from: Marshall 2019",
        "not medical advice",
    ):
        assert part in saved


def test_printing_for_a_doctor(chat: Chat, page: Page) -> None:
    page.context.add_init_script("window.print = () => { window.printed = true; }")
    chat.ask("does magnesium help")
    chat.button("Menu").click()
    with page.context.expect_page() as opened:
        chat.button("Print for a doctor").click()
    paper = opened.value
    expect(paper.get_by_role("heading", level=1)).to_have_text("My questions about restless legs and magnesium")
    expect(paper.get_by_role("heading", level=2)).to_have_text("does magnesium help")
    expect(paper.locator("body")).to_contain_text("Where this comes from: Marshall 2019")
    assert paper.title() == "My questions about restless legs and magnesium"


def test_a_message_that_is_too_long_stays_in_the_field(chat: Chat) -> None:
    chat.field.fill("a" * 2001)
    expect(chat.element.locator(".warning")).to_have_text("This is longer than 2000 characters. Please send it in parts.")
    chat.field.press("Enter")
    expect(chat.field).to_have_value("a" * 2001)
    assert chat.written == []


def test_shift_and_enter_makes_a_line(chat: Chat) -> None:
    chat.field.fill("one")
    chat.field.press("Shift+Enter")
    chat.field.press_sequentially("two")
    chat.field.press("Enter")
    expect(chat.answers).to_have_count(1)
    assert chat.written == ["one\ntwo"]


def test_a_double_click_on_send_sends_once(chat: Chat) -> None:
    chat.field.fill("hello")
    chat.button("Send").dblclick()
    expect(chat.answers).to_have_count(1)
    chat.page.wait_for_timeout(500)
    assert chat.written == ["hello"]


def test_a_page_can_use_it_from_its_own_script(opened, server: RunningServer, host: Host) -> None:  # type: ignore[no-untyped-def]
    page = opened(host.page("/api", embed(server, "data-manual")))
    expect(page.locator("rls-guide")).to_have_count(0)
    page.evaluate("""() => {
        const guide = document.createElement("rls-guide");
        guide.setAttribute("theme", "dark");
        guide.addEventListener("reply", (event) => { window.replied = event.detail.id; });
        document.body.append(guide);
        guide.ask("does magnesium help");
    }""")
    chat = Chat(page)
    expect(chat.answers).to_have_count(1)
    expect(chat.panel).to_be_visible()
    assert page.evaluate("window.replied")
    page.evaluate("document.querySelector('rls-guide').close()")
    expect(chat.panel).to_be_hidden()
