"""The knowledge base as pages: complete, the same each time, and usable by everybody in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from bot.cli import site as command
from bot.knowledge.base import KnowledgeBase, read
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.site.folder import MANIFEST, SiteError, write
from bot.knowledge.site.markup import dumped
from bot.knowledge.site.pages import Site, unbroken
from bot.knowledge.topic import Review, Status
from bot.settings import ROOT
from tests.e2e.chat import violations
from tests.e2e.chromium import chromium

KNOWLEDGE = ROOT / "knowledge"
# The strictest policy that the site promises to work under.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
PAGES = ("index.html", "topics/magnesium_evidence.html", "evidence.html", "foods.html", "sources.html", "help.html")
SIZES = {"light": {"width": 1280, "height": 900}, "dark": {"width": 390, "height": 844}}

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return read(KNOWLEDGE)


@pytest.fixture(scope="module")
def site(base: KnowledgeBase) -> Site:
    return Site.load(KNOWLEDGE, base, "CA", "https://example.org/faq")


@pytest.fixture(scope="module")
def files(site: Site) -> dict[str, str]:
    return site.files()


class Elements(HTMLParser):
    """Each start tag with its attributes, and the text that is a script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def pages(files: dict[str, str]) -> dict[str, Elements]:
    return {name: Elements(text) for name, text in files.items() if name.endswith(".html")}


def data(page: Elements) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join(page.scripts))
    return found


def test_there_is_a_page_for_each_topic(files: dict[str, str], base: KnowledgeBase) -> None:
    assert {f"topics/{topic}.html" for topic in base.topics} == {name for name in files if name.startswith("topics/")}
    for topic in base.topics:
        assert f'href="topics/{topic}.html"' in files["index.html"]


def test_a_page_holds_the_whole_topic(files: dict[str, str], base: KnowledgeBase) -> None:
    topic = base.topics["magnesium_evidence"]
    text = files["topics/magnesium_evidence.html"]
    for part in (f'<h1 id="title">{topic.title}</h1>', topic.ask, "Evidence: mixed.", topic.evidence.because,
                 "doctor or pharmacist.", "No clinician has reviewed this page yet", "24 November 2026", "24 November 2027",
                 "This is general information, not medical advice.", "In an emergency, call 911 or your local"):  # fmt: skip
        assert part in text
    for sentence in (*topic.answer, *topic.detail):
        assert sentence.text in text
    for source in base.cited(topic):
        assert f'href="{source.url}"' in text
        assert source.kind.text.capitalize() in text
    for related in topic.related:
        assert f'href="{related}.html"' in text


def test_the_same_content_makes_the_same_files(files: dict[str, str], base: KnowledgeBase) -> None:
    assert Site.load(KNOWLEDGE, read(KNOWLEDGE), "CA", "https://example.org/faq/").files() == files


def test_every_page_has_its_frame(pages: dict[str, Elements]) -> None:
    for name, page in pages.items():
        tags = [tag for tag, _ in page.found]
        assert tags.count("h1") == tags.count("main") == tags.count("header") == tags.count("footer") == 1, name
        assert page.all("html") == [{"lang": "en-CA"}]
        assert page.all("a")[0] == {"class": "skip", "href": "#main"}
        ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
        assert len(ids) == len(set(ids)), name


def test_every_link_leads_somewhere(files: dict[str, str], pages: dict[str, Elements]) -> None:
    ids = {name: {attributes.get("id") for _, attributes in page.found} for name, page in pages.items()}
    for name, page in pages.items():
        for attributes in page.all("a"):
            href = str(attributes["href"])
            if re.match(r"(?:https?|tel):", href):
                continue
            path, _, anchor = href.partition("#")
            target = str((Path("/") / Path(name).parent / path).resolve().relative_to("/")) if path else name
            assert target in files, f"{name}: {href}"
            assert not anchor or anchor in ids[target], f"{name}: {href}"


def test_nothing_comes_from_elsewhere_and_nothing_stands_inline(files: dict[str, str], pages: dict[str, Elements]) -> None:
    for name, page in pages.items():
        for tag, attributes in page.found:
            assert not any(key.startswith("on") or key == "style" for key in attributes), f"{name}: {tag} {attributes}"
        assert page.all("style") == []
        for attributes in page.all("script"):
            assert attributes in ({"src": "search.js", "defer": None}, {"type": "application/ld+json"})
        assert [link["href"] for link in page.all("link") if link["rel"] != "canonical"] in (
            ["data:,", "site.css"], ["data:,", "../site.css"],
        )  # fmt: skip
    assert not re.search(r"https?:|url\(|@import", files["site.css"] + files["search.js"])


def test_search_engines_get_the_question_and_its_answer(pages: dict[str, Elements], base: KnowledgeBase) -> None:
    for topic in base.topics.values():
        found = data(pages[f"topics/{topic.id}.html"])
        assert found["@type"] == ["MedicalWebPage", "FAQPage"]
        (question,) = found["mainEntity"]
        assert question["name"] == topic.title
        assert question["acceptedAnswer"]["text"] == f"{topic.text} {topic.ask}"
        assert len(found["citation"]) == len(topic.sources)
        assert found["url"] == f"https://example.org/faq/topics/{topic.id}.html"
        assert "lastReviewed" not in found
    assert len(data(pages["index.html"])["hasPart"]) == len(base.topics)


def test_without_an_address_no_page_names_its_own(base: KnowledgeBase) -> None:
    text = Site.load(KNOWLEDGE, base, "CA").files()["index.html"]
    assert "canonical" not in text
    assert '"url"' not in text


def test_data_cannot_end_its_element() -> None:
    assert "<" not in dumped({"a": "</script><script>alert(1)</script>"})
    assert json.loads(dumped({"a": "</script> & é"})) == {"a": "</script> & é"}


def test_a_review_is_told_where_there_was_one(base: KnowledgeBase) -> None:
    review = {**base.topics["yoga"].review.dict(), "status": Status.REVIEWED, "by": "Dr <A>", "on": "2026-12-02"}
    topics = {**base.topics, "yoga": base.topics["yoga"].copy(update={"review": Review(**review)})}
    files = Site.load(KNOWLEDGE, KnowledgeBase(base.groups, topics, base.sources, base.facts), "CA").files()
    text = files["topics/yoga.html"]
    assert "Reviewed by Dr &lt;A&gt; on 2 December 2026." in text
    assert data(Elements(text))["lastReviewed"] == "2026-12-02"
    assert "No clinician has reviewed" not in text
    assert f"A clinician has reviewed 1 of {len(topics)} answers" in text
    assert "No clinician has reviewed this page yet" in files["topics/alcohol.html"]


def test_a_source_that_nobody_read_says_so(files: dict[str, str], base: KnowledgeBase) -> None:
    unread = [source for source in base.sources.values() if source.status == "from_memory"]
    assert files["sources.html"].count("Not read yet: ") == len(unread)
    assert files["sources.html"].count("How much was read: ") == len(base.sources) - len(unread)


def test_facts_from_memory_are_owned_up_to(files: dict[str, str], base: KnowledgeBase) -> None:
    for topic in base.topics.values():
        assert ("not read at a source yet" in files[f"topics/{topic.id}.html"]) == bool(base.to_recheck(topic))


@pytest.mark.parametrize(("country", "number", "first"), [("UK", "999 or your local", "The United Kingdom"),
                                                         ("OTHER", "your local emergency number. ", "Canada")])  # fmt: skip
def test_the_countrys_numbers_come_first(base: KnowledgeBase, country: str, number: str, first: str) -> None:
    text = Site.load(KNOWLEDGE, base, country).files()["help.html"]
    assert f"In an emergency, call {number}" in text
    assert re.findall(r"<h2 [^>]*>([^<]+)", text)[0] == first
    assert re.findall(r"<h2 [^>]*>([^<]+)", text)[-1] == "Any other country"


def test_a_telephone_number_stays_on_one_line(files: dict[str, str]) -> None:
    assert '<span class="number">1-844-764-7669</span>' in files["help.html"]
    assert str(unbroken("<b> 116 123, from 8 am")) == '&lt;b&gt; <span class="number">116 123</span>, from 8 am'


def test_a_broken_disclaimer_is_named(tmp_path: Path, base: KnowledgeBase) -> None:
    shutil.copy(KNOWLEDGE / "safety.yml", tmp_path)
    (tmp_path / "disclaimer.yml").write_text("wordings: {}\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"disclaimer.yml:1: the default wording or the numbers are missing; restore"):
        Site.load(tmp_path, base, "CA")


def test_the_index_of_words_is_small_and_sorted(files: dict[str, str], base: KnowledgeBase) -> None:
    entries = json.loads(files["search.json"])
    assert [entry["title"] for entry in entries] == [topic.title for topic in base.topics.values()]
    assert len(files["search.json"]) < 300_000
    for entry in entries:
        words, often = entry["words"].split(), entry["often"].split()
        assert words == sorted(set(words))
        assert not set(words) & set(often)
        assert "the" not in words + often


def run(out: Path, *options: str) -> str:
    return CliRunner().invoke(command, [str(out), *options]).output


def test_the_command_writes_it(tmp_path: Path, base: KnowledgeBase) -> None:
    out = tmp_path / "new" / "faq"
    assert run(out) == f"{len(base.topics) + 5} pages in {out}, version {base.version}\n"
    first = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    run(out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == first


def test_pages_of_an_earlier_site_go(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": "a", "topics/old.html": "b"}, "1")
    (tmp_path / "kept.txt").write_text("mine")
    write(tmp_path, {"index.html": "c"}, "2")
    assert (tmp_path / "index.html").read_text() == "c"
    assert not (tmp_path / "topics" / "old.html").exists()
    assert (tmp_path / "kept.txt").exists()


def test_a_manifest_reaches_no_file_elsewhere(tmp_path: Path) -> None:
    outside, out = tmp_path / "precious.txt", tmp_path / "out"
    outside.write_text("mine")
    out.mkdir()
    (out / MANIFEST).write_text(json.dumps({"files": ["../precious.txt", str(outside)]}))
    write(out, {"index.html": "a"}, "1")
    assert outside.exists()


def test_what_is_no_site_of_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert run(tmp_path) == f"Error: {tmp_path} is not empty and holds no site of ours; name an empty or a new folder\n"
    assert run(tmp_path / "thesis.txt") == f"Error: {tmp_path / 'thesis.txt'} is a file; name a folder\n"


def test_a_broken_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(SiteError, match=r"site.json can't be read; empty the folder"):
        write(tmp_path, {}, "1")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="can't be written to"):
        write(Path("/proc/nowhere"), {"index.html": "a"}, "1")


@pytest.fixture(scope="module")
def address(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site on a server of its own, under the strict policy."""
    out = tmp_path_factory.mktemp("site")
    write(out, files, "1")

    class Handler(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", POLICY)
            super().end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(out)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opened]:
    """Opens a page; nothing may be written to its console, and nothing asked of another server."""
    contexts = []
    complaints: list[str] = []

    def open_page(path: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda asked: None if asked.url.startswith((address, "data:")) else complaints.append(asked.url))
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("look", SIZES)
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(opened: Opened, path: str, look: str) -> None:
    page = opened(path, color_scheme=look, viewport=SIZES[look])
    if path == "index.html":
        page.get_by_label("Search the questions").fill("magnesium")
        expect(page.locator("#results li")).to_have_count(10)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shots = ROOT / "var" / "shots"
    shots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=shots / f"site-{Path(path).stem}-{look}.png", full_page=path != "sources.html")


@pytest.mark.browser
@pytest.mark.parametrize(("asked", "topic"), [
    ("does magnesium help", "magnesium_evidence"),
    ("Neurontin", "gabapentin"), ("bananas", "potassium_bananas"),
    ("soap", "soap"), ("ropinirol", "ropinirole"), ("coffee", "caffeine"),
    ("tea or coffee at night", "caffeine"), ("pregnant", "pregnancy_rls"), ("dialýsis", "kidney_rls"),
])  # fmt: skip
def test_the_search_finds(opened: Opened, asked: str, topic: str) -> None:
    page = opened("index.html")
    page.get_by_label("Search the questions").fill(asked)
    expect(page.get_by_role("status")).to_contain_text("found")
    links = [link.get_attribute("href") for link in page.locator("#results a").all()]
    assert f"topics/{topic}.html" in links[:3]


@pytest.mark.browser
def test_the_search_says_when_nothing_fits(opened: Opened) -> None:
    page = opened("index.html?q=zzzz")
    expect(page.get_by_role("status")).to_contain_text("No question fits")
    page.get_by_label("Search the questions").fill("")
    expect(page.get_by_role("status")).to_be_empty()


@pytest.mark.browser
def test_it_works_by_keyboard(opened: Opened) -> None:
    page = opened("topics/yoga.html")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.browser
def test_without_scripts_all_questions_are_there(opened: Opened, base: KnowledgeBase) -> None:
    page = opened("index.html", java_script_enabled=False)
    expect(page.locator("main section a")).to_have_count(len(base.topics))
    expect(page.get_by_role("search")).to_be_hidden()


@pytest.mark.browser
def test_large_text_on_a_small_screen_fits(opened: Opened) -> None:
    for path in PAGES:
        page = opened(path, viewport={"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


@pytest.mark.browser
def test_printed_it_names_the_addresses(opened: Opened) -> None:
    page = opened("topics/magnesium_evidence.html")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Site")).to_be_hidden()
    after = "getComputedStyle(document.querySelector('.sources a'), '::after').content"
    assert "http" in page.evaluate(after)


@pytest.mark.browser
def test_from_a_disk_the_pages_work_too(browser: Browser, files: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path, files, "1")
    context = browser.new_context()
    page = context.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    page.get_by_role("link", name="Does yoga help restless legs?").click()
    expect(page.locator("h1")).to_have_text("Does yoga help restless legs?")
    assert page.evaluate("getComputedStyle(document.body).maxWidth") == "672px"
    context.close()
