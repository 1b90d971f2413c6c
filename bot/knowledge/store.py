"""The knowledge base in a database: built from the files, read by the running bot."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import sqlalchemy
from alembic import command
from alembic.config import Config
from pydantic import ValidationError
from sqlalchemy.engine import Connection, Engine, make_url

from bot.knowledge import tables
from bot.knowledge.base import Group, KnowledgeBase
from bot.knowledge.source import Fact, Source
from bot.knowledge.topic import Topic

MIGRATIONS = Path(__file__).parent / "migrations"
# What stands between a user's name and the host; what is said of an address goes to logs.
_PASSWORD = re.compile(r"(//[^/@:]*:).*@")

_CHANGED = "the knowledge database was changed by hand; run 'rls knowledge build'"


class StoreError(RuntimeError):
    """The knowledge database can't be used; the message says how to mend it."""


def engine(url: str) -> Engine:
    """An engine for a SQLAlchemy URL; the folder of an SQLite file is made when it is missing.

    Raises:
        StoreError: the URL can't be read.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return sqlalchemy.create_engine(url, future=True)
    except (sqlalchemy.exc.ArgumentError, ModuleNotFoundError):
        shown = _PASSWORD.sub(r"\1***@", url)
        raise StoreError(f"RLS_DATABASE: {shown!r} is not a SQLAlchemy URL; write e.g. sqlite:///var/knowledge.db") from None


def migrate(database: Engine) -> None:
    """Bring the tables to the newest shape."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def save(base: KnowledgeBase, database: Engine) -> None:
    """Replace what the database holds, in one transaction."""
    migrate(database)
    with database.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
        now = datetime.datetime.now(datetime.timezone.utc)
        _insert(connection, tables.versions, [{"version": base.version, "built_at": now}])
        _insert(connection, tables.groups, [_placed(i, g.dict()) for i, g in enumerate(base.groups.values())])
        _insert(connection, tables.sources, [_placed(i, _source_row(s)) for i, s in enumerate(base.sources.values())])
        _insert(connection, tables.facts, [_placed(i, f.dict()) for i, f in enumerate(base.facts.values())])
        _insert(connection, tables.topics, [_placed(i, _topic_row(t)) for i, t in enumerate(base.topics.values())])
        _insert(connection, tables.questions, [row for topic in base.topics.values() for row in _question_rows(topic)])
        _insert(connection, tables.sentences, [row for topic in base.topics.values() for row in _sentence_rows(topic)])


def load(database: Engine) -> KnowledgeBase:
    """Read the knowledge base.

    Raises:
        StoreError: nothing was built yet, or what is there is not what was written.
    """
    with database.connect() as connection:
        if not sqlalchemy.inspect(connection).has_table(tables.versions.name):
            raise StoreError("the knowledge database is empty; run 'rls knowledge build'")
        version = connection.execute(sqlalchemy.select(tables.versions.c.version)).scalar()
        try:
            base = KnowledgeBase(
                groups={row["id"]: Group(id=row["id"], title=row["title"]) for row in _rows(connection, tables.groups)},
                topics=_topics(connection),
                sources={row["id"]: _source(row) for row in _rows(connection, tables.sources)},
                facts={row["id"]: _fact(row) for row in _rows(connection, tables.facts)},
            )
        except ValidationError:
            raise StoreError(_CHANGED) from None
    if base.version != version:
        raise StoreError(_CHANGED)
    return base


def stored_version(database: Engine) -> str | None:
    """The version that the database holds, or None where nothing was built yet."""
    with database.connect() as connection:
        if not sqlalchemy.inspect(connection).has_table(tables.versions.name):
            return None
        version: str | None = connection.execute(sqlalchemy.select(tables.versions.c.version)).scalar()
        return version


def _insert(connection: Connection, table: sqlalchemy.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(table.insert(), rows)


def _rows(connection: Connection, table: sqlalchemy.Table) -> list[dict[str, Any]]:
    order = [table.c.topic, table.c.position] if "topic" in table.c else [table.c.position]
    return [dict(row) for row in connection.execute(sqlalchemy.select(table).order_by(*order)).mappings()]


def _placed(position: int, row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "position": position}


def _source_row(source: Source) -> dict[str, Any]:
    # The year may be text ("2023 (live)"); a number keeps its kind by having only digits.
    return {**source.dict(), "kind": source.kind.value, "year": None if source.year is None else str(source.year)}


def _source(row: dict[str, Any]) -> Source:
    year = row["year"]
    fields = {name: value for name, value in row.items() if name != "position"}
    return Source(**{**fields, "year": int(year) if year and year.isdecimal() else year})


def _fact(row: dict[str, Any]) -> Fact:
    return Fact(**{name: value for name, value in row.items() if name != "position"})


def _topic_row(topic: Topic) -> dict[str, Any]:
    return {
        "id": topic.id,
        "group": topic.group,
        "title": topic.title,
        "button": topic.button,
        "ask": topic.ask,
        "grade": topic.evidence.grade.value,
        "because": topic.evidence.because,
        "consult": [who.value for who in topic.consult],
        "related": list(topic.related),
        "facts": list(topic.facts),
        "differences": list(topic.differences),
        "review_status": topic.review.status.value,
        "review_written": topic.review.written,
        "review_due": topic.review.due,
        "review_by": topic.review.by,
        "review_on": topic.review.on,
    }


def _question_rows(topic: Topic) -> list[dict[str, Any]]:
    return [{"topic": topic.id, "position": i, "text": question} for i, question in enumerate(topic.questions)]


def _sentence_rows(topic: Topic) -> list[dict[str, Any]]:
    return [
        {
            "topic": topic.id,
            "part": part,
            "position": position,
            "kind": "fact" if sentence.fact else "say",
            "text": sentence.text,
            "sources": list(sentence.sources),
        }
        for part, sentences in (("answer", topic.answer), ("detail", topic.detail))
        for position, sentence in enumerate(sentences)
    ]


def _topics(connection: Connection) -> dict[str, Topic]:
    asked: dict[str, list[str]] = defaultdict(list)
    for row in _rows(connection, tables.questions):
        asked[row["topic"]].append(row["text"])
    said: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(connection, tables.sentences):
        said[row["topic"], row["part"]].append({row["kind"]: row["text"], "sources": row["sources"]})
    topics = {}
    for row in _rows(connection, tables.topics):
        topics[row["id"]] = Topic(
            id=row["id"],
            group=row["group"],
            title=row["title"],
            button=row["button"],
            questions=asked[row["id"]],
            answer=said[row["id"], "answer"],
            ask=row["ask"],
            detail=said[row["id"], "detail"],
            evidence={"grade": row["grade"], "because": row["because"]},
            consult=row["consult"],
            related=row["related"],
            facts=row["facts"],
            differences=row["differences"],
            review={
                "status": row["review_status"],
                "written": row["review_written"],
                "due": row["review_due"],
                "by": row["review_by"],
                "on": row["review_on"],
            },
        )
    return topics
