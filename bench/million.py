"""Fills a database with a million messages and times what must not get slower with them.

    python -m bench.million [--messages 1000000] [--url postgresql://…]

Prints one line a measure: the median with the database empty and full, and their ratio.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversations import database, erasure, state, turns
from bot.conversations.archive import Archive
from bot.conversations.batch import Batch, new_key
from bot.conversations.search import INDEX, condition
from bot.conversations.spool import Spool
from bot.conversations.tables import conversations, events
from bot.conversations.tables import turns as turns_table
from bot.dialogue.demo import Maker, Source
from bot.settings import ROOT, settings

AT_ONCE = 2000
ROUNDS = 200
YEAR = 365 * 24 * 3600.0
NOW = 1_790_000_000.0
TURNS_EACH = 10

Row = dict[str, Any]


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--url", help="an empty database; an SQLite file in a temporary folder by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = database.patient(options.url or f"sqlite:///{folder}/million.db")
        database.migrate(engine)
        archive = Archive(engine, Spool(Path(folder) / "spool", 10**6))
        empty = writing(archive)
        began = time.perf_counter()
        fill(engine, options.messages)
        print(f"{options.messages:,} messages filled in {time.perf_counter() - began:.0f} s; {size(engine, folder)}")
        full = writing(archive)
        for name, before in empty.items():
            print(f"{name:<34} empty {before:8.2f} ms   full {full[name]:8.2f} ms   ratio {full[name] / before:.2f}")
        erasing = timed(lambda: erasure.erase(archive, f"bench-{random.randrange(1000):07}"), 10)
        print(f"{'erasing a visitor':<34} full {erasing:14.2f} ms")
        for name, query in queries(engine).items():
            print(f"{name:<34} full {timed(lambda query=query: run(engine, query), 7):14.2f} ms")  # type: ignore[misc]
        archive.close()


def writing(archive: Archive) -> dict[str, float]:
    """Milliseconds that a turn's reading and writing take: of a new conversation, and of one with 500 turns."""
    template = _template()
    fresh, late = [], []
    for _ in range(ROUNDS):
        fresh.append(_turn(archive, uuid.uuid4().hex, template))
    long = uuid.uuid4().hex
    for number in range(500 + ROUNDS // 2):
        spent = _turn(archive, long, template)
        if number >= 500:
            late.append(spent)
    return {"a turn of a new conversation": statistics.median(fresh), "turn 500 of one": statistics.median(late)}


def _turn(archive: Archive, name: str, template: tuple[list[Row], ...]) -> float:
    began = time.perf_counter()
    known = archive.recent(name)
    before = known[0] if known else state.new()
    said = [{**event, "timestamp": time.time()} for event in (template[0] if known is None else [])] + [
        {**event, "timestamp": time.time()} for event in template[1]
    ]
    after = state.advance(before, said)
    archive.keep(Batch(new_key(), name, said, turns.rows(name, said, {}, "bench", 1.0), after))
    return (time.perf_counter() - began) * 1000


def _template() -> tuple[list[Row], list[Row]]:
    """The events of a session's start, and of a turn with an ordinary reply."""
    row = next(_rows())
    (message,) = json.loads(row["reply"])
    listen = {"event": "action", "name": "action_listen", "policy": None, "confidence": None}
    user = {
        "event": "user", "text": row["said"], "input_channel": "web", "message_id": uuid.uuid4().hex,
        "metadata": {"country": "CA"},
        "parse_data": {"text": row["said"], "intent": {"name": row["intent"], "confidence": 1.0}, "entities": []},
    }  # fmt: skip
    bot = {
        "event": "bot",
        "text": message["text"],
        "data": {"buttons": message["buttons"]},
        "metadata": {"reply": message["reply"]},
    }
    action = {"event": "action", "name": "action_answer", "policy": "RulePolicy", "confidence": 1.0}
    return [{"event": "action", "name": "action_session_start"}, {"event": "session_started"}, listen], [
        user,
        action,
        bot,
        listen,
    ]


def _rows() -> Iterator[Row]:
    """Rows of `turns` without end, as the made-up conversations have them, spread over a year."""
    maker = Maker(Source.load(settings().knowledge, ROOT / "data" / "nlu.yml"), NOW, random.Random(1))
    made: dict[str, list[Row]] = {"conversations": [], "turns": [], "feedback": []}
    for number in range(2000):
        maker.conversation(str(number), made)
    yield from (row for row in made["turns"] if row["kind"] == "answer")
    chance = random.Random(2)
    while True:
        yield chance.choice(made["turns"])


def fill(engine: Engine, count: int) -> None:
    """Write so many messages in conversations of ten, the oldest first."""
    rows = _rows()
    for first in range(0, count, AT_ONCE):
        said: list[Row] = []
        listed: list[Row] = []
        happened: list[Row] = []
        for number in range(first // TURNS_EACH, min(first + AT_ONCE, count) // TURNS_EACH):
            name = f"bench-{number:07}"
            at = NOW - YEAR * (1 - number * TURNS_EACH / count)
            part = [
                {**row, "conversation": name, "at": at + 40 * place, "answered": at + 40 * place + 1}
                for place, row in enumerate(islice(rows, TURNS_EACH))
            ]
            said += part
            listed.append(_conversation(name, part))
            happened += [
                {"conversation": name, "type": kind, "at": row["at"], "data": "{}", "key": None}
                for row in part
                for kind in ("user", "bot")
            ]
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                # What is filled may be lost with the machine; it is filled again.
                connection.exec_driver_sql("PRAGMA synchronous = OFF")
                connection.exec_driver_sql("PRAGMA cache_size = -300000")
            for table, content in ((turns_table, said), (conversations, listed), (events, happened)):
                connection.execute(table.insert(), content)
    with database.raw(engine) as connection:
        _tidy(connection)
    # The settings above belong to connections that are not used again.
    engine.dispose()


def _conversation(name: str, part: list[Row]) -> Row:
    danger = [row["safety"] for row in part if row["safety"]]
    return {
        "conversation": name, "channel": part[0]["channel"], "started": part[0]["at"], "last": part[-1]["at"],
        "turns": len(part), "language": "en", "flagged": bool(danger), "safety": danger[-1] if danger else None,
        "unclear": sum(r["unclear"] for r in part),
    }  # fmt: skip


def _tidy(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("VACUUM ANALYZE"))
        return
    connection.execute(sa.text(f"INSERT INTO {INDEX}({INDEX}) VALUES ('optimize')"))
    connection.execute(sa.text("ANALYZE"))
    database.settle(connection)


def queries(engine: Engine) -> dict[str, sa.sql.Select]:
    """What the console asks: a page of the list, filtered, searched."""
    page = sa.select(conversations).order_by(conversations.c.last.desc()).limit(50)
    of_turns = sa.select(turns_table.c.id, turns_table.c.conversation).order_by(turns_table.c.at.desc()).limit(50)
    said = conversations.c.conversation.in_
    return {
        "list: first page": page,
        "list: flagged": page.where(conversations.c.flagged.is_(True)),
        "list: of one channel": page.where(conversations.c.channel == "sms"),
        "turns: of one topic": of_turns.where(turns_table.c.topic == "caffeine"),
        "turns: not understood": of_turns.where(turns_table.c.unclear.is_(True)),
        "search: a frequent word": page.where(said(sa.select(turns_table.c.conversation).where(condition(engine, "legs")))),
        "search: a rare word": page.where(said(sa.select(turns_table.c.conversation).where(condition(engine, "thyroid")))),
        "search: two words": page.where(said(sa.select(turns_table.c.conversation).where(condition(engine, "coffee worse")))),
    }


def run(engine: Engine, query: sa.sql.Select) -> None:
    """Ask, and take all rows."""
    with engine.connect() as connection:
        connection.execute(query).all()


def timed(action: Callable[[], Any], rounds: int) -> float:
    """The median of so many rounds, in milliseconds."""
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def size(engine: Engine, folder: str) -> str:
    """How big the database is."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            return str(connection.execute(sa.text("SELECT pg_size_pretty(pg_database_size(current_database()))")).scalar())
    return f"{sum(path.stat().st_size for path in Path(folder).glob('million.db*')) / 1e9:.1f} GB"


if __name__ == "__main__":
    main()
