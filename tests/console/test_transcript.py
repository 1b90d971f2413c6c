"""One conversation, and what staff do with it."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.console.audit import code
from bot.console.tables import audit
from bot.conversations.tables import conversations, notes, tags, turns
from tests.console.conftest import Member
from tests.console.data import NOON, Written, danger, unclear


def row(database: Engine, name: str = "v1") -> sa.engine.Row:
    with database.connect() as connection:
        return connection.execute(sa.select(conversations).where(conversations.c.conversation == name)).one()


def test_it_works(written: Written, reader: Member) -> None:
    entities = json.dumps([{"entity": "food", "value": "almonds"}])
    low = {"said": "how much in almonds", "confidence": 0.2, "entities": entities, "topic": "caffeine", "intent": "food_amount"}
    ids = written.conversation("v1", low, danger("one leg is swollen"), unclear("kjh"))
    written.rating("v1", "message-1", False, word="not what I asked")
    page = reader.get("/conversations/v1").text
    for shown in (
        "how much in almonds",
        "food: almonds",
        "low confidence",
        "20%",
        "Does caffeine make restless legs worse?",
        "food amount",
        "emergency: rule clot-risk",
        "not understood",
        "not what I asked",
        "thumbs down",
        "Marshall 2019",
        "30 ms",
        "abc123",
        "24 Nov 2026, 12:00",
        f'id="turn-{ids[0]}"',
        f'href="#turn-{ids[0]}"',
        'href="https://example.org/marshall"',
    ):
        assert shown in page, shown


def test_the_next_of_the_queue_follows_the_list(written: Written, reader: Member) -> None:
    for number in range(3):
        written.conversation(f"v{number}", danger("one leg is swollen") if number != 1 else "hello", at=NOON - number * 60)
    page = reader.get("/conversations/v0?safety=any").text
    assert 'rel="next" href="/conversations/v2?safety=any"' in page
    assert 'rel="next" href="/conversations/v1"' in reader.get("/conversations/v0").text
    last = reader.get("/conversations/v2?safety=any").text
    assert "Last of the list" in last
    assert 'rel="prev" href="/conversations/v0?safety=any"' in last


def test_names_in_addresses_are_any_text(written: Written, reader: Member) -> None:
    name = "a b&c?d%e"
    written.conversation(name, "hello")
    page = reader.get("/conversations").text
    assert "/conversations/a%20b%26c%3Fd%25e" in page
    assert reader.get("/conversations/a%20b%26c%3Fd%25e").status_code == 200


def test_a_view_is_in_the_audit_log_by_its_code_only(written: Written, reader: Member, database: Engine) -> None:
    written.conversation("visitor-with-a-name", "secret words")
    reader.get("/conversations/visitor-with-a-name")
    with database.connect() as connection:
        rows = connection.execute(sa.select(audit).where(audit.c.action == "view")).all()
    assert [(one.staff, one.what) for one in rows] == [("rita", code("visitor-with-a-name"))]
    assert "visitor" not in str(rows)
    assert "secret" not in str(rows)


def test_notes_are_kept(written: Written, reviewer: Member, database: Engine) -> None:
    first = written.conversation("v1", "hello")[0]
    assert (
        reviewer.submit("/conversations/v1/notes", text="look again", list="low=1")
        .headers["location"]
        .startswith("/conversations/v1?low=1#")
    )
    assert (
        reviewer.submit("/conversations/v1/notes", text="this one", turn=str(first)).headers["location"]
        == f"/conversations/v1#turn-{first}"
    )
    page = reviewer.get("/conversations/v1").text
    assert page.count("this one") == 2
    with database.connect() as connection:
        rows = connection.execute(sa.select(notes.c.staff, notes.c.turn, notes.c.text).order_by(notes.c.id)).all()
    assert rows == [("vera", None, "look again"), ("vera", first, "this one")]


def test_a_note_on_another_conversation_s_message_is_refused(written: Written, reviewer: Member, database: Engine) -> None:
    written.conversation("v1", "hello")
    other = written.conversation("v2", "hello")[0]
    for turn in (str(other), "9999", "1; DROP", "²"):
        assert reviewer.submit("/conversations/v1/notes", text="x", turn=turn).status_code == 404
    with database.connect() as connection:
        assert connection.execute(sa.select(notes)).all() == []


@pytest.mark.parametrize(("text", "status"), [("", 422), ("   ", 422), ("x" * 4001, 422), ("x" * 4000, 303)])
def test_a_note_has_words_and_a_limit(written: Written, reviewer: Member, text: str, status: int) -> None:
    written.conversation("v1", "hello")
    assert reviewer.submit("/conversations/v1/notes", text=text).status_code == status


def test_tags_are_added_once_and_removed(written: Written, reviewer: Member, database: Engine) -> None:
    written.conversation("v1", "hello")
    for _ in range(2):
        assert reviewer.submit("/conversations/v1/tags", tag="Good Idea!").status_code == 303
    with database.connect() as connection:
        assert connection.execute(sa.select(tags.c.tag)).scalars().all() == ["good-idea"]
    assert "good-idea" in reviewer.get("/conversations").text
    reviewer.submit("/conversations/v1/tags", tag="good-idea", remove="1")
    with database.connect() as connection:
        assert connection.execute(sa.select(tags)).all() == []
    assert reviewer.submit("/conversations/v1/tags", tag="!!!").status_code == 422
    for number in range(20):
        reviewer.submit("/conversations/v1/tags", tag=f"t{number}")
    assert reviewer.submit("/conversations/v1/tags", tag="one-more").status_code == 422


def test_somebody_looks_after_it(written: Written, reviewer: Member, database: Engine) -> None:
    written.conversation("v1", "hello")
    reviewer.submit("/conversations/v1/assignee", assignee="viktor")
    assert row(database).assignee == "viktor"
    assert reviewer.submit("/conversations/v1/assignee", assignee="nobody-known").status_code == 422
    reviewer.submit("/conversations/v1/assignee", assignee="")
    assert row(database).assignee is None


def test_a_plain_conversation_is_done_by_one(written: Written, reviewer: Member, database: Engine) -> None:
    written.conversation("v1", "hello")
    written.conversation("v2", "hello", at=NOON - 60)
    answer = reviewer.submit("/conversations/v1/status", status="done", before="new", next="1", list="")
    assert answer.headers["location"] == "/conversations/v2?"
    assert (row(database).status, row(database).reviewer) == ("done", "vera")
    last = reviewer.submit("/conversations/v2/status", status="done", before="new", next="1", list="")
    assert last.headers["location"] == "/conversations?"


def test_a_flagged_one_needs_a_second_person(written: Written, reviewer: Member, second: Member, database: Engine) -> None:
    written.conversation("v1", danger("one leg is swollen"))
    assert reviewer.submit("/conversations/v1/status", status="done", before="new").status_code == 303
    assert (row(database).status, row(database).reviewer, row(database).second_reviewer) == ("second_look", "vera", None)
    again = reviewer.submit("/conversations/v1/status", status="done", before="second_look")
    assert again.status_code == 409
    assert "Somebody else must agree" in again.text
    assert "Agree, done" not in reviewer.get("/conversations/v1").text
    assert "Agree, done" in second.get("/conversations/v1").text
    assert second.submit("/conversations/v1/status", status="done", before="second_look").status_code == 303
    assert (row(database).status, row(database).reviewer, row(database).second_reviewer) == ("done", "vera", "viktor")


def test_what_was_said_in_the_meantime_is_read_before_it_is_done(written: Written, reviewer: Member, database: Engine) -> None:
    written.conversation("v1", "hello", "my leg")
    assert '<input type="hidden" name="seen" value="2">' in reviewer.get("/conversations/v1").text
    with database.begin() as connection:
        connection.execute(conversations.update().values(turns=3))
    answer = reviewer.submit("/conversations/v1/status", status="done", before="new", seen="2")
    assert answer.status_code == 409
    assert "More was said since you opened this" in answer.text
    assert row(database).status == "new"
    assert reviewer.submit("/conversations/v1/status", status="done", before="new", seen="3").status_code == 303
    assert row(database).status == "done"


def test_the_second_person_may_disagree(written: Written, reviewer: Member, second: Member, database: Engine) -> None:
    written.conversation("v1", danger("one leg is swollen"))
    reviewer.submit("/conversations/v1/status", status="done", before="new")
    second.submit("/conversations/v1/status", status="in_review", before="second_look")
    assert (row(database).status, row(database).reviewer) == ("in_review", None)
    second.submit("/conversations/v1/status", status="done", before="in_review")
    assert (row(database).status, row(database).reviewer) == ("second_look", "viktor")


def test_going_round_by_another_status_does_not_help(written: Written, reviewer: Member, database: Engine) -> None:
    written.conversation("v1", danger("one leg is swollen"))
    before = "new"
    for wanted in ("second_look", "in_review", "done", "new", "done", "second_look"):
        reviewer.submit("/conversations/v1/status", status=wanted, before=before)
        before = row(database).status
        assert before != "done"


def test_a_change_that_somebody_else_made_is_not_overwritten(
    written: Written, reviewer: Member, second: Member, database: Engine
) -> None:
    written.conversation("v1", "hello")
    second.submit("/conversations/v1/status", status="in_review", before="new")
    answer = reviewer.submit("/conversations/v1/status", status="done", before="new")
    assert answer.status_code == 409
    assert row(database).status == "in_review"
    assert reviewer.submit("/conversations/v1/status", status="burnt", before="in_review").status_code == 422


@pytest.mark.parametrize("what", ["notes", "tags", "assignee", "status"])
def test_a_conversation_that_is_not_there_can_not_be_changed(reviewer: Member, what: str) -> None:
    fields = {"text": "x", "tag": "x", "assignee": "", "status": "done", "before": "new"}
    assert reviewer.submit(f"/conversations/gone/{what}", **fields).status_code == 404


def test_erasing_asks_and_gives_a_receipt(written: Written, admin: Member, database: Engine) -> None:
    written.conversation("v1", "secret words", unclear("kjh"))
    written.conversation("v2", "stays")
    written.rating("v1", "message-1", False)
    admin.submit("/conversations/v1/notes", text="a note")
    admin.submit("/conversations/v1/tags", tag="a-tag")
    admin.submit("/inbox", turn="2", decision="out_of_scope")
    assert code("v1") in admin.get("/conversations/v1/erase").text
    wrong = admin.submit("/conversations/v1/erase", confirm="yes")
    assert wrong.status_code == 422
    assert row(database)
    page = admin.submit("/conversations/v1/erase", confirm=code("v1"))
    assert page.status_code == 200
    assert "The receipt is" in page.text
    assert admin.get("/conversations/v1").status_code == 404
    assert admin.get("/conversations/v2").status_code == 200
    with database.connect() as connection:
        assert connection.execute(sa.select(turns.c.conversation)).scalars().all() == ["v2"]
        assert connection.execute(sa.select(notes)).all() == []
        line = connection.execute(sa.select(audit).where(audit.c.action == "erase")).one()
    assert line.what == code("v1")
    assert line.detail in page.text


def test_an_export_holds_everything_of_one_visitor(written: Written, admin: Member, database: Engine) -> None:
    written.conversation("v1", "my words")
    written.conversation("v2", "other words")
    answer = admin.get("/conversations/v1/export")
    assert answer.headers["content-disposition"] == f'attachment; filename="conversation-{code("v1")}.json"'
    assert "my words" in answer.text
    assert "other words" not in answer.text
    with database.connect() as connection:
        assert connection.execute(sa.select(audit.c.what).where(audit.c.action == "export")).scalar() == code("v1")
