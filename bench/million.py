"""Fills a database with a million messages and times what must not get slower with them.

    python -m bench.million [--messages 1000000] [--url postgresql://…]

Prints one line a measure: what a turn costs with the database empty and full, and their ratio; how long erasing a visitor
takes; and of each page of the console the first request and the median of those after it. A database that is filled
already is only timed.
"""

from __future__ import annotations

import argparse
import datetime
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
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from starlette.testclient import TestClient

from bot.console.accounts import Accounts
from bot.console.app import make_app
from bot.console.database import opened
from bot.console.role import Role
from bot.conversations import database, erasure, state, turns
from bot.conversations.archive import Archive
from bot.conversations.batch import Batch, new_key
from bot.conversations.search import INDEX
from bot.conversations.spool import Spool
from bot.conversations.tables import conversations, events, feedback, tags
from bot.conversations.tables import turns as turns_table
from bot.dialogue.demo import Maker, Source
from bot.settings import ROOT, settings

AT_ONCE = 2000
ROUNDS = 200
YEAR = 365 * 24 * 3600.0
NOW = 1_790_000_000.0
TURNS_EACH = 10
VIEWS = 6
STAFF, PASSWORD = "bench", "a password of the bench"
TAGS = ("coffee", "iron", "pregnancy", "sleep")

Row = dict[str, Any]


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--url", help="a database, empty or filled; an SQLite file in a temporary folder by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{folder}/million.db"
        engine = database.patient(url)
        database.migrate(engine)
        archive = Archive(engine, Spool(Path(folder) / "spool", 10**6))
        empty: dict[str, float] = {}
        if not archive.names():
            empty = writing(archive)
            began = time.perf_counter()
            fill(engine, options.messages)
            print(f"{options.messages:,} messages filled in {time.perf_counter() - began:.0f} s; {size(engine)}")
        for name, full in writing(archive).items():
            ratio = f"{empty[name]:7.2f} ms empty, {full / empty[name]:.2f} times that" if empty else ""
            print(f"{name:<34} {full:8.2f} ms   {ratio}")
        names = random.sample([name for name in archive.names() if name.startswith("bench-")], 10)
        print(f"{'erasing a visitor':<34} {timed(lambda: erasure.erase(archive, names.pop()), len(names)):8.0f} ms")
        # As the console opens it: who looks may wait longer than a visitor's turn, and no longer.
        archive.engine = opened(url)
        for name, times in pages(archive).items():
            print(f"{name:<34} {statistics.median(times[1:]):8.0f} ms   {times[0]:7.0f} ms at first", flush=True)
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
    rows, chance = _rows(), random.Random(3)
    for first in range(0, count, AT_ONCE):
        made: dict[sa.Table, list[Row]] = {table: [] for table in (turns_table, conversations, events, feedback, tags)}
        for number in range(first // TURNS_EACH, min(first + AT_ONCE, count) // TURNS_EACH):
            name = f"bench-{number:07}"
            at = NOW - YEAR * (1 - number * TURNS_EACH / count)
            part = [
                {**row, "conversation": name, "at": at + 40 * place, "answered": at + 40 * place + 1}
                for place, row in enumerate(islice(rows, TURNS_EACH))
            ]
            rated = [_rated(row, chance) for row in part if row["topic"] and chance.random() < 0.15]
            made[turns_table] += part
            made[feedback] += rated
            made[conversations].append(_conversation(name, part, rated, chance))
            made[events] += [
                {"conversation": name, "type": kind, "at": row["at"], "data": "{}", "key": None}
                for row in part
                for kind in ("user", "bot")
            ]
            if chance.random() < 0.03:
                made[tags].append({"conversation": name, "tag": chance.choice(TAGS)})
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                # What is filled may be lost with the machine; it is filled again.
                connection.exec_driver_sql("PRAGMA synchronous = OFF")
                connection.exec_driver_sql("PRAGMA cache_size = -300000")
            for table, content in made.items():
                if content:
                    connection.execute(table.insert(), content)
    with database.raw(engine) as connection:
        _tidy(connection)
    # The settings above belong to connections that are not used again.
    engine.dispose()


def _rated(row: Row, chance: random.Random) -> Row:
    same = {name: row[name] for name in ("conversation", "topic", "knowledge", "at")}
    row["message"] = f"{chance.getrandbits(64):016x}"
    return {**same, "message": row["message"], "helpful": chance.random() < 0.8}


def _conversation(name: str, part: list[Row], rated: list[Row], chance: random.Random) -> Row:
    danger = [row["safety"] for row in part if row["safety"]]
    old = part[-1]["at"] < NOW - 14 * 24 * 3600
    return {
        "conversation": name, "channel": part[0]["channel"], "started": part[0]["at"], "last": part[-1]["at"],
        "turns": len(part), "language": "en", "flagged": bool(danger), "safety": danger[-1] if danger else None,
        "unclear": sum(r["unclear"] for r in part), "thumbs_down": sum(not r["helpful"] for r in rated),
        "status": chance.choices(("done", "new", "in_review", "second_look"), (70, 24, 3, 3))[0] if old else "new",
        "assignee": STAFF if chance.random() < 0.02 else None,
    }  # fmt: skip


def _tidy(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("VACUUM ANALYZE"))
        return
    connection.execute(sa.text(f"INSERT INTO {INDEX}({INDEX}) VALUES ('optimize')"))
    connection.execute(sa.text("ANALYZE"))
    database.settle(connection)


def addresses(conversation: str) -> dict[str, str]:
    """The console's pages, by what is seen there; one is that of a conversation."""

    def day(before: int) -> str:
        return datetime.datetime.fromtimestamp(NOW - before * 86_400, datetime.timezone.utc).date().isoformat()

    lists: dict[str, dict[str, Any]] = {
        "list": {},
        "list: half-way": {"after": f"{NOW - YEAR / 2!r}~x"},
        "search: a frequent word": {"words": "legs"},
        "search: a rare word": {"words": "thyroid"},
        "search: two words": {"words": "coffee worse"},
        "filter: days": {"since": day(200), "until": day(180)},
        "filter: channel": {"channel": "sms"},
        "filter: topic": {"topic": "caffeine"},
        "filter: any safety flag": {"safety": "any"},
        "filter: one kind of danger": {"safety": "emergency"},
        "filter: not understood": {"unclear": 1},
        "filter: low confidence": {"low": 1},
        "filter: thumbs down": {"thumbs": "down"},
        "filter: thumbs up": {"thumbs": "up"},
        "filter: no thumbs": {"thumbs": "none"},
        "filter: at least ten messages": {"least": 10},
        "filter: at most three messages": {"most": 3},
        "filter: tag": {"tag": TAGS[0]},
        "filter: status": {"status": "in_review"},
        "filter: open": {"open": 1},
        "filter: assigned": {"assignee": STAFF},
        "filter: assigned to nobody": {"assignee": "-"},
        "filter: language": {"language": "en"},
        "filter: no such language": {"language": "fr"},
        "filter: knowledge version": {"knowledge": next(_rows())["knowledge"]},
        "a word, a channel, open": {"words": "legs", "channel": "sms", "open": 1},
        "low confidence, a channel, open": {"low": 1, "channel": "sms", "open": 1},
        "low confidence of a topic": {"low": 1, "topic": "caffeine"},
        "a topic, not understood, thumbs up": {"topic": "caffeine", "unclear": 1, "thumbs": "up"},
        "low, thumbs up, a channel, days": {"low": 1, "thumbs": "up", "channel": "sms", "since": day(200)},
        "danger, done, thumbs down, a tag": {"safety": "emergency", "status": "done", "thumbs": "down", "tag": TAGS[0]},
    }
    found = {name: f"/conversations?{urlencode(query)}" for name, query in lists.items()}
    return {
        **found,
        "a transcript in a filtered list": f"/conversations/{conversation}?low=1&channel=sms",
        "start": "/",
        "inbox": "/inbox",
        "dashboard: 30 days": f"/dashboard?first={day(29)}&last={day(0)}",
        "dashboard: a year": f"/dashboard?first={day(360)}&last={day(0)}",
    }


def pages(archive: Archive) -> dict[str, list[float]]:
    """Milliseconds of each page for an admin, whose browser asks a few times; figures are counted anew each time."""
    accounts = Accounts(archive.engine)
    if not accounts.all():
        accounts.add(STAFF, Role.ADMIN, PASSWORD)
    app = make_app(archive, settings())
    browser = TestClient(app, base_url="http://localhost")
    browser.get("/log-in")
    form = {"csrf": browser.cookies["rls_console_form"], "name": STAFF, "password": PASSWORD}
    browser.post("/log-in", data=form)
    taken: dict[str, list[float]] = {}
    for name, address in addresses(sorted(archive.names())[1000]).items():
        for _ in range(VIEWS):
            app.state.console.kept.pop("figures", None)
            began = time.perf_counter()
            answer = browser.get(address)
            taken.setdefault(name, []).append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (name, answer.status_code)
    return taken


def timed(action: Callable[[], Any], rounds: int) -> float:
    """The median of so many rounds, in milliseconds."""
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def size(engine: Engine) -> str:
    """How big the database is."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            return str(connection.execute(sa.text("SELECT pg_size_pretty(pg_database_size(current_database()))")).scalar())
    return f"{Path(engine.url.database or '').stat().st_size / 1e9:.1f} GB"


if __name__ == "__main__":
    main()
