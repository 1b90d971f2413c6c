"""What was not understood: groups, decisions, and what becomes of them."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.engine import Engine

from bot.cli import main
from bot.console import inbox as module
from bot.console import teaching
from bot.console.likeness import Nearest, groups
from bot.console.tables import audit
from bot.conversations.tables import conversations, lessons
from bot.settings import settings
from tests.console.conftest import Member
from tests.console.data import NOON, Written, danger, unclear
from tests.console.test_teaching import files as files


def kept(database: Engine) -> list[tuple[str, str, str | None, str]]:
    with database.connect() as connection:
        rows = connection.execute(sa.select(lessons).order_by(lessons.c.id)).all()
    return [(row.said, row.decision, row.topic, row.staff) for row in rows]


def test_like_messages_are_put_together_the_largest_group_first() -> None:
    texts = [
        "cbd oil drops",
        "Do weighted blankets help?",
        "is cbd oil ok",
        "weighted blanket",
        "do weighted blankets help",
        "kjh",
    ]
    assert groups(texts) == [[1, 4, 3], [0, 2], [5]]
    assert groups([]) == []
    assert groups(["?!", "..", "a"]) == [[0, 1], [2]]


def test_five_thousand_messages_take_seconds() -> None:
    words = [
        f"{first} {second}"
        for first in ("leg", "foot", "iron", "sleep", "tea")
        for second in ("pain", "cramp", "dose", "night")
    ]
    texts = [f"{words[number % 20]} {number % 997} and more words {number % 31}" for number in range(5_000)]
    start = time.process_time()
    assert sum(len(group) for group in groups(texts)) == 5_000
    assert time.process_time() - start < 15


def test_the_nearest_topics_are_found_despite_slips() -> None:
    nearest = Nearest({"caffeine": ["coffee and legs", "cola at night"], "iron": ["iron tablets", "ferritin test"]})
    assert nearest.topics("cofee in the evening") == ["caffeine"]
    assert nearest.topics("zzz") == []
    assert Nearest({}).topics("coffee") == []


def test_it_works(written: Written, reviewer: Member, database: Engine) -> None:
    written.conversation("v1", "hello", unclear("do weighted blankets help"), unclear("kjh"))
    written.conversation("v2", unclear("weighted blankets help?"))
    page = reviewer.get("/inbox").text
    assert "3 messages in 2 groups" in page
    answer = reviewer.submit("/inbox", turn=["2", "4"], decision="topic", topic="Does caffeine make restless legs worse?")
    assert answer.headers["location"] == "/inbox"
    page = reviewer.get("/inbox").text
    assert "Belongs to a topic “Does caffeine make restless legs worse?”: 2 kept." in page
    assert "1 message in 1 group" in page
    assert kept(database) == [
        ("do weighted blankets help", "topic", "caffeine", "vera"),
        ("weighted blankets help?", "topic", "caffeine", "vera"),
    ]
    with database.connect() as connection:
        line = connection.execute(sa.select(audit).where(audit.c.action == "decide")).one()
    assert (line.what, line.detail) == ("topic", "2 messages, caffeine")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"decision": "topic:caffeine"}, ("topic", "caffeine")),
        ({"decision": "out_of_scope", "topic": "caffeine"}, ("out_of_scope", None)),
        ({"decision": "danger"}, ("danger", None)),
        ({"decision": "new_topic", "new": "Tap Dancing!"}, ("new_topic", "tap_dancing")),
        ({"decision": "test", "topic": "caffeine"}, ("test", "caffeine")),
        ({"decision": "test", "topic": "out of scope"}, ("test", "out_of_scope")),
    ],
)
def test_each_decision_is_kept(
    written: Written, reviewer: Member, database: Engine, fields: dict[str, str], expected: tuple[str, str | None]
) -> None:
    written.conversation("v1", unclear("kjh"))
    assert reviewer.submit("/inbox", turn="1", **fields).status_code == 303
    assert kept(database) == [("kjh", *expected, "vera")]


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "topic:caffeine"},
        {"turn": "1", "decision": "topic", "topic": "no such"},
        {"turn": "1", "decision": "topic", "topic": "out of scope"},
        {"turn": "1", "decision": "test"},
        {"turn": "1", "decision": "new_topic", "new": "!"},
        {"turn": "1", "decision": "new_topic", "new": "caffeine"},
        {"turn": "1", "decision": "dance"},
        {"turn": "x", "decision": "danger"},
    ],
)
def test_a_decision_that_says_nothing_is_refused(
    written: Written, reviewer: Member, database: Engine, fields: dict[str, str]
) -> None:
    written.conversation("v1", unclear("kjh"))
    assert reviewer.submit("/inbox", **fields).status_code == 422
    assert kept(database) == []


def test_only_messages_of_the_inbox_can_be_decided_and_once(
    written: Written, reviewer: Member, second: Member, database: Engine
) -> None:
    written.conversation("v1", "was understood", unclear("kjh"))
    assert reviewer.submit("/inbox", turn=["1", "77"], decision="danger").status_code == 409
    assert reviewer.submit("/inbox", turn="2", decision="out_of_scope").status_code == 303
    assert second.submit("/inbox", turn="2", decision="danger").status_code == 409
    assert kept(database) == [("kjh", "out_of_scope", None, "vera")]


def test_a_danger_that_was_missed_is_looked_at_by_a_second_person(written: Written, reviewer: Member, database: Engine) -> None:
    written.conversation("v1", unclear("no feeling in my leg"), status="done")
    reviewer.submit("/inbox", turn="1", decision="danger")
    with database.connect() as connection:
        row = connection.execute(sa.select(conversations)).one()
    assert (row.flagged, row.status, row.reviewer) == (True, "second_look", "vera")


def test_what_is_new_is_grouped_while_nobody_waits(written: Written, database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    written.conversation("v1", unclear("kjh"))
    inbox = module.Inbox()

    def shown() -> list[str]:
        with database.connect() as connection:
            return [group.text for group in inbox.groups(connection)]

    assert shown() == ["kjh"]
    written.conversation("v2", unclear("weighted blankets"))
    assert shown() == ["kjh"]
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + module._KEPT + 1)
    slow = threading.Event()
    grouped = module.groups
    monkeypatch.setattr(module, "groups", lambda texts: slow.wait(10) and grouped(texts))
    assert shown() == ["kjh"]
    slow.set()
    assert inbox._grouping
    inbox._grouping.join(10)
    assert shown() == ["weighted blankets", "kjh"]


def test_what_was_taken_back_meanwhile_is_not_overwritten(written: Written, database: Engine) -> None:
    inbox = module.Inbox()
    written.conversation("v1", unclear("kjh"))
    with database.connect() as connection:
        before = inbox.groups(connection)
        inbox.forget()
        inbox._renew(database, before)
        assert inbox._groups is None
        assert [group.text for group in inbox.groups(connection)] == ["kjh"]


def test_a_decision_is_taken_back_until_it_is_imported(written: Written, reviewer: Member, database: Engine) -> None:
    written.conversation("v1", unclear("kjh"), unclear("asd"))
    reviewer.submit("/inbox", turn="1", decision="out_of_scope")
    reviewer.submit("/inbox", turn="2", decision="out_of_scope")
    with database.begin() as connection:
        connection.execute(lessons.update().where(lessons.c.turn == 2).values(imported=NOON))
    assert "kjh" in reviewer.get("/inbox/decisions").text
    assert "1 imported" in reviewer.get("/inbox/decisions").text
    assert reviewer.submit("/inbox/decisions/1/undo").status_code == 303
    assert reviewer.submit("/inbox/decisions/2/undo").status_code == 404
    assert reviewer.submit("/inbox/decisions/9/undo").status_code == 404
    assert "kjh" in reviewer.get("/inbox").text


def test_the_start_page_shows_what_waits(written: Written, reviewer: Member) -> None:
    written.conversation("v1", "hello there", danger("one leg is swollen"))
    written.conversation("v2", danger("this one is done"), status="done")
    written.conversation("v3", "how much tea", "fine", assignee="vera")
    written.rating("v3", "message-4", False)
    written.conversation("v4", unclear("weighted blankets"), status="second_look")
    page = reviewer.get("/").text
    assert "one leg is swollen" in page
    assert "hello there" not in page
    assert "this one is done" not in page
    assert "how much tea" in page
    assert "weighted blankets" in page
    assert "1 with you" in page
    assert "1 need a second look" in page


# The command.


@pytest.fixture
def run(files: teaching.Files, database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """`rls knowledge import-review` on copies of the files."""
    import shutil

    from bot.settings import ROOT

    for name in ("groups.yml", "sources.yml", "facts.csv", "safety.yml"):
        shutil.copy(ROOT / "knowledge" / name, files.knowledge)
    for name in ("caffeine", "alcohol"):
        path = files.topic(name)
        text = path.read_text(encoding="utf-8")
        path.write_text("".join(line for line in text.splitlines(keepends=True)), encoding="utf-8")
    monkeypatch.setenv("RLS_CONVERSATIONS", str(database.url))
    monkeypatch.setenv("RLS_KNOWLEDGE", str(files.knowledge))
    monkeypatch.setattr(teaching, "Files", lambda knowledge: files)
    monkeypatch.setattr("bot.knowledge.base.read", lambda folder: None)
    settings.cache_clear()
    yield lambda *words, typed="": CliRunner().invoke(main, ["knowledge", "import-review", *words], input=typed)
    settings.cache_clear()


def decided(written: Written, reviewer: Member) -> None:
    written.conversation("v1", unclear("brew for jumpy legs"), unclear("i am <name> and coffee hurts"))
    reviewer.submit("/inbox", turn=["1", "2"], decision="topic:caffeine")


def imported(database: Engine) -> list[bool]:
    with database.connect() as connection:
        return [at is not None for at in connection.execute(sa.select(lessons.c.imported).order_by(lessons.c.id)).scalars()]


def test_the_command_shows_what_changes_and_asks(
    written: Written, reviewer: Member, database: Engine, run: object, files: teaching.Files
) -> None:
    decided(written, reviewer)
    before = files.topic("caffeine").read_text(encoding="utf-8")
    answer = run(typed="n\n")  # type: ignore[operator]
    assert "+- brew for jumpy legs" in answer.output
    assert "Left out: 'i am <name> and coffee hurts' (topic, by vera): holds <name>" in answer.output
    assert "Nothing was written." in answer.output
    assert files.topic("caffeine").read_text(encoding="utf-8") == before
    assert imported(database) == [False, False]
    answer = run(typed="y\n")  # type: ignore[operator]
    assert answer.exit_code == 0, answer.output
    assert "1 decisions imported, 1 left out, 1 file written." in answer.output
    assert imported(database) == [True, False]
    assert "- brew for jumpy legs\n" in files.topic("caffeine").read_text(encoding="utf-8")


def test_a_decision_is_not_imported_where_writing_fails(
    written: Written, reviewer: Member, database: Engine, run: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(written, reviewer)

    def fail(plan: teaching.Plan) -> None:
        raise teaching.Refused("topic.yml has changed meanwhile; nothing was written, run it again")

    monkeypatch.setattr(teaching, "write", fail)
    answer = run("--yes")  # type: ignore[operator]
    assert answer.exit_code == 1
    assert "has changed meanwhile" in answer.output
    assert imported(database) == [False, False]


def test_without_decisions_there_is_nothing_to_do(run: object) -> None:
    assert run().output == "No decision waits.\n"  # type: ignore[operator]
