"""The list: what it is narrowed to, its pages, and the filters that are kept."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.console import listing
from bot.console.filter import Filter
from bot.console.listing import Key, Listing
from bot.console.tables import audit, filters
from bot.conversations.tables import tags
from tests.console.conftest import Member
from tests.console.data import NOON, Written, danger, unclear

DAY = 86_400.0


@pytest.fixture
def filled(written: Written, database: Engine) -> None:
    written.conversation("plain", "does magnesium help my legs", "and iron", at=NOON)
    written.conversation("danger", "my leg", danger("one leg is swollen and hot"), at=NOON - DAY, channel="sms")
    written.conversation("lost", unclear("weighted blankets"), at=NOON - 2 * DAY, assignee="vera", status="in_review")
    written.conversation("spanish", {"said": "hola piernas", "language": "es"}, at=NOON - 3 * DAY, language="es", status="done")
    low = {"said": "coffee", "topic": "caffeine", "confidence": 0.2, "knowledge": "old999"}
    written.conversation("low", low, *["more"] * 6, at=NOON - 4 * DAY)
    written.rating("plain", "message-1", True)
    written.rating("low", "message-6", False)
    with database.begin() as connection:
        connection.execute(tags.insert().values(conversation="low", tag="coffee"))


FILTERS = {
    "": ["plain", "danger", "lost", "spanish", "low"],
    "words=legs": ["plain", "danger"],
    "words=LEG": ["plain", "danger"],
    "words=swollen+leg": ["danger"],
    "words=nothingatall": [],
    "since=2026-11-23": ["plain", "danger"],
    "until=2026-11-22": ["lost", "spanish", "low"],
    "since=2026-11-22&until=2026-11-22": ["lost"],
    "channel=sms": ["danger"],
    "topic=caffeine": ["low"],
    "safety=any": ["danger"],
    "safety=emergency": ["danger"],
    "safety=crisis_self_harm": [],
    "unclear=1": ["lost"],
    "low=1": ["lost", "low"],
    "low=1&topic=caffeine": ["low"],
    "thumbs=up": ["plain"],
    "thumbs=down": ["low"],
    "thumbs=none": ["danger", "lost", "spanish"],
    "least=3": ["low"],
    "most=1": ["lost", "spanish"],
    "tag=coffee": ["low"],
    "status=in_review": ["lost"],
    "open=1": ["plain", "danger", "lost", "low"],
    "assignee=vera": ["lost"],
    "assignee=-": ["plain", "danger", "spanish", "low"],
    "language=es": ["spanish"],
    "knowledge=old999": ["low"],
    "channel=web&least=2": ["plain", "low"],
}


@pytest.mark.parametrize("few", [0, 2_000], ids=["many", "few"])
def test_each_filter_narrows(
    filled: None, database: Engine, accounts: object, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(listing, "_FEW", few)
    found = {}
    for query in FILTERS:
        chosen, problems = Filter.read(dict(part.split("=") for part in query.replace("+", " ").split("&") if part))
        assert problems == []
        with database.connect() as connection:
            rows = Listing(connection, chosen)
            found[query] = [row.conversation for row in rows.page().rows]
            assert rows.count().number == len(found[query]), query
    assert found == FILTERS


def test_what_can_not_be_read_is_told_and_left_out(filled: None, reader: Member) -> None:
    page = reader.get("/conversations?since=soon&least=many&status=odd&thumbs=sideways&channel=%3Cb%3E").text
    assert page.count('class="problem"') == 5
    assert "is not a day such as" in page
    assert "<strong>5</strong>" in page


def test_an_empty_console_says_so(reader: Member) -> None:
    assert "There is no conversation yet" in reader.get("/conversations").text
    assert "No conversation is like that" in reader.get("/conversations?words=x").text


def pages(member: Member, path: str, rel: str) -> list[list[str]]:
    """Names of the conversations of each page, following the links from one."""
    found = []
    while path:
        text = member.get(path).text
        found.append(re.findall(r'class="what"><a href="/conversations/([^"?]+)', text))
        link = re.search(rf'rel="{rel}" href="([^"]+)"', text)
        path = link[1].replace("&amp;", "&") if link else ""
    return found


def test_the_pages_hold_each_conversation_once_also_where_times_are_equal(
    written: Written, reader: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(23):
        written.conversation(f"v{number:02}", "hello", at=NOON - (number // 5) * 60)
    monkeypatch.setattr(listing, "PAGE", 10)
    monkeypatch.setattr(Listing.page, "__defaults__", (None, None, 10))
    forward = pages(reader, "/conversations", "next")
    assert [len(page) for page in forward] == [10, 10, 3]
    assert len({name for page in forward for name in page}) == 23
    with reader_connection(written) as connection:
        rows = Listing(connection, Filter())
        first = rows.page()
        second = rows.page(after=first.after)
        back = rows.page(before=second.before)
    assert [row.conversation for row in back.rows] == forward[0]
    assert back.before is None


def reader_connection(written: Written) -> sa.engine.Connection:
    return written.database.connect()


def test_more_than_ten_thousand_are_not_counted(written: Written, reader: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_COUNTED", 3)
    for number in range(4):
        written.conversation(f"v{number}", "hello legs")
    assert "<strong>more than 3</strong>" in reader.get("/conversations").text
    monkeypatch.setattr(listing, "_FEW", 0)
    assert "<strong>more than 3</strong>" in reader.get("/conversations?words=legs").text


@pytest.mark.parametrize("text", ["", "~", "x~y", "1.0", "nan", "'~'"])
def test_a_place_that_is_none_is_the_first_page(filled: None, reader: Member, text: str) -> None:
    assert Key.read(text) is None or text == "nan"
    assert reader.get("/conversations", params={"after": text}).status_code == 200


def test_a_filter_is_kept_shown_and_removed(filled: None, reviewer: Member, database: Engine) -> None:
    answer = reviewer.submit("/filters", name="Monday", query="safety=any&status=new")
    assert answer.headers["location"] == "/conversations?safety=any&status=new"
    assert "Kept as &#39;Monday&#39;." in reviewer.get("/conversations").text
    page = reviewer.get("/conversations").text
    assert "Kept as" not in page
    assert '<a href="/conversations?safety=any&amp;status=new">Monday</a>' in page
    assert reviewer.submit("/filters", name="Monday", query="low=1").status_code == 303
    with database.connect() as connection:
        rows = connection.execute(sa.select(filters)).all()
    assert [(row.name, row.query) for row in rows] == [("Monday", "low=1")]
    assert reviewer.submit(f"/filters/{rows[0].id}/remove").status_code == 303
    assert "Monday" not in reviewer.get("/conversations?x=1").text


def test_another_s_filter_can_not_be_removed(filled: None, reviewer: Member, second: Member, database: Engine) -> None:
    reviewer.submit("/filters", name="of-my-own", query="low=1")
    with database.connect() as connection:
        number = connection.execute(sa.select(filters.c.id)).scalar()
    assert second.submit(f"/filters/{number}/remove").status_code == 404
    assert "of-my-own" not in second.get("/conversations").text
    assert "of-my-own" in reviewer.get("/conversations?low=1").text


@pytest.mark.parametrize(("name", "query"), [("", "low=1"), ("x", ""), ("x", "dance=1"), ("x" * 65, "low=1")])
def test_a_filter_that_says_nothing_is_refused(reviewer: Member, name: str, query: str) -> None:
    assert reviewer.submit("/filters", name=name, query=query).status_code == 422


def test_searches_are_in_the_audit_log_without_the_words(filled: None, reader: Member, database: Engine) -> None:
    reader.get("/conversations")
    reader.get("/conversations?words=swollen&channel=sms")
    with database.connect() as connection:
        rows = connection.execute(sa.select(audit.c.staff, audit.c.detail).where(audit.c.action == "search")).all()
    assert rows == [("rita", "words, channel=sms")]
