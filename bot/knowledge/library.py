"""All that the running bot looks things up in, opened once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.knowledge import store
from bot.knowledge.base import KnowledgeBase, read
from bot.knowledge.foods import Foods
from bot.knowledge.intake import Intake
from bot.knowledge.interactions import Interactions
from bot.knowledge.names import Names
from bot.safety.replies import Replies
from bot.settings import settings


@dataclass(frozen=True)
class Library:
    """The knowledge base from the database, and the look-up tables beside it."""

    base: KnowledgeBase
    foods: Foods
    intake: Intake
    interactions: Interactions
    names: Names
    replies: Replies

    @classmethod
    def open(cls, folder: Path, database: str) -> Library:
        """Open a library; a database that nothing was built into yet is filled from the files.

        Raises:
            StoreError: the database can't be used.
            KnowledgeError, KnowledgeErrors: a file can't be used.
        """
        engine = store.engine(database)
        try:
            if store.stored_version(engine) is None:
                store.save(read(folder), engine)
            base = store.load(engine)
        except SQLAlchemyError:
            raise store.StoreError(
                "the knowledge database does not answer or is no database; check RLS_DATABASE, then run 'rls knowledge build'"
            ) from None
        return cls.of(base, folder)

    @classmethod
    def of(cls, base: KnowledgeBase, folder: Path) -> Library:
        """A knowledge base with the tables of a knowledge folder.

        Raises:
            KnowledgeError, KnowledgeErrors: a file can't be used.
        """
        names = Names.load(folder / "names.yml")
        return cls(
            base=base,
            foods=Foods.load(folder / "foods"),
            intake=Intake.load(folder / "intake.csv"),
            interactions=Interactions.load(folder / "interactions.csv", names),
            names=names,
            replies=Replies.load(folder / "safety.yml"),
        )


# One that was opened and is to take the place of the present one.
_next: list[Library] = []


@lru_cache(maxsize=1)
def library() -> Library:
    """The library that the settings name."""
    return _next.pop() if _next else Library.open(settings().knowledge, settings().database)


def renew() -> str:
    """Open the library anew, and return the knowledge base's version.

    Raises:
        StoreError, KnowledgeError, KnowledgeErrors: it can't be opened; the one that was open stays open.
    """
    _next[:] = [Library.open(settings().knowledge, settings().database)]
    library.cache_clear()
    return library().base.version
