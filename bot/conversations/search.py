"""Finding turns by the visitor's words: an index of SQLite's FTS5, or a PostgreSQL column with a GIN index.

What visitors said is indexed. What the bot said is not: it comes from the knowledge base and is found by its topic.
Both keep the index within the transaction that writes or deletes a turn.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from bot.conversations.tables import turns

# The newest so many turns that hold the words are found, so that a frequent word costs no more than a rare one.
MOST = 5_000

INDEX = "turns_text"
_WORD = re.compile(r"[^\W_]+")

_SQLITE = (
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5(said, content='turns', content_rowid='id', detail=none, "
    "tokenize='porter unicode61 remove_diacritics 2')",
    f"CREATE TRIGGER turns_text_new AFTER INSERT ON turns BEGIN "
    f"INSERT INTO {INDEX}(rowid, said) VALUES (new.id, new.said); END",
    f"CREATE TRIGGER turns_text_gone AFTER DELETE ON turns BEGIN "
    f"INSERT INTO {INDEX}({INDEX}, rowid, said) VALUES ('delete', old.id, old.said); END",
    f"CREATE TRIGGER turns_text_changed AFTER UPDATE OF said ON turns BEGIN "
    f"INSERT INTO {INDEX}({INDEX}, rowid, said) VALUES ('delete', old.id, old.said); "
    f"INSERT INTO {INDEX}(rowid, said) VALUES (new.id, new.said); END",
)
_POSTGRESQL = (
    "ALTER TABLE turns ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('english', said)) STORED",
    "CREATE INDEX turns_words ON turns USING gin (words)",
)


def statements(dialect: str) -> tuple[str, ...]:
    """The SQL that makes the index beside the table `turns`."""
    return {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[dialect]


def condition(engine: sa.engine.Engine, words: str) -> sa.sql.ColumnElement:
    """A condition on `turns`: the visitor said all of these words, each in any ending, the last letters of each left out.

    Nothing that is typed is an operator. No words at all are a condition that is always true.
    """
    asked = _WORD.findall(words)
    if not asked:
        # Letters were typed and none of them makes a word, such as "???": nothing holds that.
        return sa.false() if words.strip() else sa.true()
    if engine.dialect.name == "postgresql":
        # As an array, since a join would go through all turns.
        newest = "SELECT id FROM turns WHERE words @@ to_tsquery('english', :words) ORDER BY id DESC LIMIT :most"
        query = " & ".join(f"{word}:*" for word in asked)
        return sa.text(f"turns.id = ANY(ARRAY({newest}))").bindparams(words=query, most=MOST)
    found = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH :words ORDER BY rowid DESC LIMIT :most"
    query = " ".join(f'"{word}"*' for word in asked)
    return turns.c.id.in_(sa.text(found).bindparams(words=query, most=MOST).columns(sa.column("id", sa.BigInteger)))


def _create(table: sa.Table, connection: sa.engine.Connection, **_: Any) -> None:
    for statement in statements(connection.dialect.name):
        connection.execute(sa.text(statement))


# For tables that are made without a migration.
sa.event.listen(turns, "after_create", _create)
