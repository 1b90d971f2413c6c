"""Whether an answer helped, and the visitor's word on why."""

from __future__ import annotations

import time

import sqlalchemy as sa

from bot.conversations.archive import Archive, the_archive
from bot.conversations.concealing import Finder
from bot.conversations.tables import conversations, feedback


def rate(
    conversation: str,
    message: str,
    helpful: bool,
    word: str = "",
    archive: Archive | None = None,
    finder: Finder | None = None,
) -> None:
    """Keep feedback for the answer to a message, with its topic and the knowledge version; a second thought replaces the first.

    Args:
        word: the visitor's own words, which are redacted.

    Raises:
        Away: the database does not answer; nothing was kept.
    """
    archive = archive or the_archive()
    turn = archive.answered(conversation, message) or {}
    values = {
        "conversation": conversation,
        "message": message,
        "helpful": helpful,
        "word": _redacted(word, finder),
        "at": time.time(),
        "topic": turn.get("topic"),
        "knowledge": turn.get("knowledge"),
    }
    of_message = (feedback.c.conversation == conversation) & (feedback.c.message == message)
    against = sa.select(sa.func.count()).where((feedback.c.conversation == conversation) & feedback.c.helpful.is_(False))
    with archive.answering(), archive.ready().begin() as connection:
        connection.execute(feedback.delete().where(of_message))
        connection.execute(feedback.insert().values(values))
        row = conversations.c.conversation == conversation
        connection.execute(conversations.update().where(row).values(thumbs_down=against.scalar_subquery()))


def _redacted(word: str, finder: Finder | None) -> str:
    if not word.strip():
        return ""
    if finder is None:
        # Loading it takes seconds, which most feedback does not need: it has no words.
        from bot.conversations.redaction import redactor

        finder = redactor()
    return finder.find(word).text.replace("\x00", "")
