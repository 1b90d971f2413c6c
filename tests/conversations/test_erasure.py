from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.channels.messaging.tables import deliveries, lanes, outbox
from bot.conversations import database, erasure, feedback
from bot.conversations.archive import Archive, Away
from bot.conversations.erasure import RECEIPT_LETTERS, Receipt, erase, receipt_of
from bot.conversations.export import export
from bot.conversations.search import condition
from bot.conversations.spool import Spool
from bot.conversations.tables import lessons, metadata, notes, receipts, tags, turns
from bot.dialogue.reply import Kind
from tests.conversations.making import MEGABYTE, MarkFinder, Talk, archive_of
from tests.talk import Bot

pytestmark = pytest.mark.filterwarnings("ignore")


def filled(engine: Engine, folder: Path) -> Archive:
    """Two conversations with rows in every table that names one, and in one of another part of the bot."""
    archive = archive_of(engine, folder)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE elsewhere (conversation VARCHAR(64), words TEXT)"))
    talks = {name: Talk(name) for name in ("me", "you")}
    for name, talk in talks.items():
        batch = talk.turn(f"unusual{name} words")
        archive.keep(batch)
        feedback.rate(name, batch.turns[0]["message"], False, f"because {name}", archive, MarkFinder())
        with engine.begin() as connection:
            of = {"conversation": name, "staff": "ann", "at": 1.0}
            connection.execute(notes.insert().values(**of, text=f"note {name}"))
            connection.execute(tags.insert().values(conversation=name, tag="iron"))
            turn = connection.execute(sa.select(turns.c.id).where(turns.c.conversation == name)).scalar()
            connection.execute(lessons.insert().values(**of, turn=turn, said=f"unusual{name}", decision="topic"))
            waiting = {
                "conversation": name,
                "channel": "telegram",
                "key": f"key {name}",
                "status": "waiting",
                "body": "",
                "at": 1.0,
            }
            connection.execute(deliveries.insert().values(**waiting, place=1.0))
            connection.execute(outbox.insert().values(**waiting, due=1.0))
            connection.execute(lanes.insert().values(conversation=name, purpose="send", owner="worker", until=1.0))
            connection.execute(sa.text("INSERT INTO elsewhere VALUES (:name, 'kept by others')"), {"name": name})
    for name, talk in talks.items():
        archive.spool.add(talk.turn(f"waiting {name}"))
    return archive


def test_one_conversation_is_gone_everywhere_and_the_others_stay(engine: Engine, tmp_path: Path) -> None:
    archive = filled(engine, tmp_path)
    before = export(archive, "you")
    receipt = erase(archive, "me")
    assert receipt.messages == 4
    assert {table: count for table, count in receipt.rows.items() if count} == {
        "conversations": 1, "events": 6, "turns": 1, "feedback": 1, "notes": 1, "tags": 1, "lessons": 1, "elsewhere": 1, "spool": 1,
        "deliveries": 1, "outbox": 1, "lanes": 1,
    }  # fmt: skip
    # Whatever table there will be: each that names a conversation was counted.
    assert {table.name for table in metadata.sorted_tables if "conversation" in table.c} <= set(receipt.rows)
    assert export(archive, "me") == {}
    assert archive.recent("me") is None
    assert {**export(archive, "you"), "exported": 0} == {**before, "exported": 0}
    with engine.connect() as connection:
        found = connection.execute(sa.select(turns.c.id).where(condition(engine, "unusualme"))).all()
        (row,) = connection.execute(sa.select(receipts)).all()
    assert found == []
    assert json.loads(row.rows) == receipt.rows
    assert "me" not in (row.digest, row.receipt)
    assert receipt_of(archive, "me") == receipt
    assert receipt_of(archive, "you") is None


def test_nothing_of_it_is_left_in_the_files(sqlite: Engine, tmp_path: Path) -> None:
    archive = filled(sqlite, tmp_path)
    erase(archive, "me")
    sqlite.dispose()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for trace in (b"waiting me", b"because me", b"note me"):
                assert trace not in content, path


def test_erasing_again_gives_a_new_receipt(engine: Engine, tmp_path: Path) -> None:
    archive = archive_of(engine, tmp_path)
    first = erase(archive, "me")
    archive.keep(Talk("me").turn("here again"))
    second = erase(archive, "me")
    assert (first.messages, sum(first.rows.values()), second.messages) == (0, 0, 2)
    assert receipt_of(archive, "me") == second


def test_a_database_that_is_away_erases_nothing(tmp_path: Path) -> None:
    archive = Archive(database.engine("postgresql://nobody@127.0.0.1:1/none"), Spool(tmp_path, MEGABYTE))
    archive.spool.add(Talk("me").turn("hello"))
    with pytest.raises(Away, match="try again"):
        erase(archive, "me")
    assert len(archive.spool.of("me")) == 1


def test_a_receipt_can_be_read_aloud() -> None:
    receipt = Receipt.issue(3, at=5.0)
    assert (receipt.messages, receipt.at, len(receipt.receipt)) == (3, 5.0, 9)
    assert set(receipt.receipt) <= {*RECEIPT_LETTERS, "-"}
    assert not set("O0I1L") & set(RECEIPT_LETTERS)


def test_a_message_that_holds_a_receipt() -> None:
    receipt = Receipt.issue(3, at=5.0)
    assert erasure.receipt({"reply": {"lookup": {"type": "deletion", **receipt.as_dict()}}}) == receipt
    assert erasure.receipt({"reply": {"lookup": {"type": "food"}}}) is None
    assert erasure.receipt({}) is None


@pytest.mark.parametrize("name", ["memory", "guide", "wrapped"])
def test_each_store_that_the_bot_may_have(sqlite: Engine, tmp_path: Path, name: str) -> None:
    from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import BotUttered, UserUttered

    from bot.dialogue.deletion import erase as erase_from
    from bot.dialogue.tracker_store import GuideTrackerStore

    guide = GuideTrackerStore(Domain.empty(), archive=archive_of(sqlite, tmp_path), finder=MarkFinder())
    store: Any = {"memory": InMemoryTrackerStore(Domain.empty()), "guide": guide, "wrapped": FailSafeTrackerStore(guide)}[name]

    async def play() -> tuple[int, Any, Any, int]:
        for sender in ("me", "you"):
            tracker = await store.get_or_create_tracker(sender)
            tracker.update(UserUttered("hello"))
            tracker.update(BotUttered("hello"))
            await store.save(tracker)
        first = await erase_from(store, "me")
        again = await erase_from(store, "me")
        gone, kept = await store.retrieve_full_tracker("me"), await store.retrieve_full_tracker("you")
        return first.messages, gone, kept, again.messages

    messages, gone, kept, again = asyncio.run(play())
    assert (messages, again) == (2, 0)
    assert gone is None or not gone.events
    assert kept.events


def test_a_store_that_it_does_not_know() -> None:
    from bot.dialogue.deletion import erase as erase_from

    class Elsewhere:
        pass

    with pytest.raises(NotImplementedError, match="Elsewhere"):
        asyncio.run(erase_from(Elsewhere(), "me"))  # type: ignore[arg-type]


@pytest.mark.model
@pytest.mark.parametrize("answer", ["#delete:yes", "yes", "Yes, delete it", "the first one"])
def test_asked_confirmed_deleted(bot: Bot, answer: str) -> None:
    visitor = bot.visitor()
    asked = visitor.say("does magnesium help restless legs", "delete everything I said")
    assert [button["payload"] for button in asked.messages[0]["buttons"]] == ["#delete:yes", "#delete:no"]
    deleted = visitor.say(answer)
    assert deleted.kind == Kind.SMALLTALK.value
    assert deleted.lookup["type"] == "deletion"
    assert deleted.lookup["messages"] == 4
    assert deleted.lookup["receipt"] in deleted.plain
    assert bot.tracker(visitor.name) is None
    # What comes next is a new conversation.
    assert "not answered anything yet" in visitor.say("tell me more").plain


@pytest.mark.model
@pytest.mark.parametrize("answer", ["#delete:no", "no", "No, keep it", "what are the symptoms of restless legs"])
def test_asked_and_not_confirmed(bot: Bot, answer: str) -> None:
    visitor = bot.visitor()
    visitor.say("does magnesium help restless legs", "delete everything I said", answer)
    assert bot.tracker(visitor.name) is not None
    # The question is no longer on the screen, so a late yes is none.
    visitor.say("thanks", "yes")
    assert bot.tracker(visitor.name) is not None


@pytest.mark.model
def test_nothing_is_deleted_that_was_not_asked_about(bot: Bot) -> None:
    visitor = bot.visitor()
    visitor.say("does magnesium help restless legs", "#delete:yes")
    assert bot.tracker(visitor.name) is not None


def words(known: tuple[Any, list[Any]] | None) -> list[str]:
    return [event["text"] for event in known[1] if event["event"] == "user"] if known else []


def test_what_another_process_erased_is_not_remembered_while_the_database_is_away(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, console = archive_of(engine, tmp_path), archive_of(engine, tmp_path)
    for name in ("me", "you"):
        server.keep(Talk(name).turn(f"words of {name}"))
    erase(console, "me")
    # Somebody else's turn tells the server of it.
    server.recent("you")
    monkeypatch.setattr(Archive, "away", property(lambda archive: True))
    assert server.recent("me") is None
    assert words(server.recent("you")) == ["words of you"]


def test_what_was_under_way_while_another_process_erased_brings_nothing_back(engine: Engine, tmp_path: Path) -> None:
    server, console = archive_of(engine, tmp_path), archive_of(engine, tmp_path)
    talk = Talk("me")
    server.keep(talk.batch([*talk.turn("before").events, {"event": "slot", "name": "age", "value": 41, "timestamp": 1.0}]))
    erase(console, "me")
    server.keep(talk.turn("after"))
    known = server.recent("me")
    assert known
    assert words(known) == ["after"]
    assert (known[0]["now"]["slots"], len(known[0]["window"]), known[0]["past"]) == ({}, 1, None)
    assert [row["said"] for row in server.history("me", 10)] == ["after"]


def test_what_waits_elsewhere_does_not_come_back(engine: Engine, tmp_path: Path) -> None:
    """The console of another machine can't reach what waits on this one's disk."""
    server, console = archive_of(engine, tmp_path / "server"), archive_of(engine, tmp_path / "console")
    talk, other = Talk("me"), Talk("you")
    server.keep(talk.turn("stored"))
    server.spool.add(talk.turn("waits"))
    server.spool.add(other.turn("waits too"))
    erase(console, "me")
    assert server.recent("me") is None
    assert server.events("me") == []
    server.spool.add(talk.turn("said later"))
    assert words(server.recent("me")) == ["said later"]
    server.drain()
    assert export(server, "me")["tables"]["turns"][0]["said"] == "said later"
    known = server.recent("me")
    assert known
    assert (words(known), len(known[0]["window"])) == (["said later"], 1)
    assert words(server.recent("you")) == ["waits too"]


def test_turns_that_wait_go_on_from_what_is_stored(engine: Engine, tmp_path: Path) -> None:
    """The server did not hear of the erasure before the database was gone, and answered from what it remembered."""
    server, console = archive_of(engine, tmp_path), archive_of(engine, tmp_path)
    talk = Talk("me")
    server.keep(talk.turn("before"))
    erase(console, "me")
    for text in ("one", "two"):
        server.spool.add(talk.turn(text))
    server.drain()
    known = server.recent("me")
    assert known
    assert (words(known), len(known[0]["window"])) == (["one", "two"], 2)
