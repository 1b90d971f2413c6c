"""The tables of the conversations: what the dialogue needs of them, and what staff read.

Times are seconds since 1970 by the server's clock. Every text in them is redacted before it is written. A table that holds
something of a visitor names the conversation in a column `conversation`: erasure, export and retention go by that.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

# A number that SQLite counts up by itself must be an INTEGER there.
Count = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

CONVERSATION = "conversation"


def of_conversation(**more: bool) -> sa.Column:
    """The column that makes a row part of a conversation."""
    return sa.Column(CONVERSATION, sa.String(64), nullable=False, **more)


conversations = sa.Table(
    "conversations",
    metadata,
    # A pseudonym: nobody gets from it to a person's account or number.
    of_conversation(primary_key=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("started", sa.Float, nullable=False),
    sa.Column("last", sa.Float, nullable=False),
    sa.Column("turns", sa.Integer, nullable=False, server_default="0"),
    sa.Column("language", sa.String(8)),
    # What the dialogue must know beside the last events: slots, the active form, whether it is paused.
    sa.Column("state", sa.Text, nullable=False, server_default="{}"),
    # Whether any turn was about safety, and the category of the latest; kept here so that the list needs no join.
    sa.Column("flagged", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("safety", sa.String(32)),
    sa.Column("unclear", sa.Integer, nullable=False, server_default="0"),
    sa.Column("thumbs_down", sa.Integer, nullable=False, server_default="0"),
    sa.Column("status", sa.String(16), nullable=False, server_default="new"),
    sa.Column("assignee", sa.String(64)),
    sa.Column("reviewer", sa.String(64)),
    sa.Column("second_reviewer", sa.String(64)),
    # Made up by `rls conversations demo`, and shown as such.
    sa.Column("demo", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("conversations_last", "last"),
    sa.Index("conversations_started", "started", "channel"),
    sa.Index("conversations_channel_last", "channel", "last"),
    sa.Index("conversations_status_last", "status", "last"),
    sa.Index("conversations_flagged_last", "flagged", "last"),
)

# Rasa's events, one a row, from which the dialogue goes on.
events = sa.Table(
    "events",
    metadata,
    sa.Column("id", Count, primary_key=True),
    of_conversation(),
    sa.Column("type", sa.String(64), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    # On the first event of what was stored together: its name, by which it is stored once.
    sa.Column("key", sa.String(64), unique=True),
    sa.Index("events_conversation", CONVERSATION, "id"),
    sa.Index("events_at", "at"),
)

# A message and its reply, one a row, from which staff read.
turns = sa.Table(
    "turns",
    metadata,
    sa.Column("id", Count, primary_key=True),
    of_conversation(),
    sa.Column("channel", sa.String(32), nullable=False),
    # When the message came, and when the last message of its reply was made.
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("answered", sa.Float),
    # The client's or the provider's name for the message.
    sa.Column("message", sa.String(64)),
    # What was written, or the words on the button that was pressed.
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("language", sa.String(8)),
    sa.Column("intent", sa.String(64)),
    # The kind of reply (answer, clarify, out_of_scope, safety …), the first topic answered and its group; all topics as JSON.
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("topic", sa.String(64)),
    sa.Column("group", sa.String(64)),
    sa.Column("topics", sa.Text, nullable=False, server_default="[]"),
    sa.Column("confidence", sa.Float, nullable=False, server_default="0"),
    # What was recognised, as JSON: each with `entity` and `value`.
    sa.Column("entities", sa.Text, nullable=False, server_default="[]"),
    sa.Column("safety", sa.String(32)),
    sa.Column("rule", sa.String(64)),
    sa.Column("unclear", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("milliseconds", sa.Float),
    # All messages of the reply as JSON, as the channel got them, and their text.
    sa.Column("reply", sa.Text, nullable=False),
    sa.Column("replied", sa.Text, nullable=False),
    sa.Column("knowledge", sa.String(16)),
    # Rows are wide, so what staff's lists ask of many turns stands in the indices themselves.
    sa.Index("turns_conversation", CONVERSATION, "id", "topic", "safety", "confidence", "knowledge"),
    sa.Index("turns_message", CONVERSATION, "message"),
    sa.Index("turns_at", "at"),
    sa.Index("turns_topic_at", "topic", "at", CONVERSATION, "confidence"),
    sa.Index("turns_safety_at", "safety", "at", CONVERSATION),
    sa.Index("turns_unclear_at", "unclear", "at"),
)

feedback = sa.Table(
    "feedback",
    metadata,
    of_conversation(primary_key=True),
    sa.Column("message", sa.String(64), primary_key=True),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("word", sa.Text, nullable=False, server_default=""),
    sa.Column("at", sa.Float, nullable=False),
    # Of the answer that it was given for.
    sa.Column("topic", sa.String(64)),
    sa.Column("knowledge", sa.String(16)),
    sa.Index("feedback_at", "at", "topic", "helpful"),
    sa.Index("feedback_topic", "topic"),
)

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("id", Count, primary_key=True),
    of_conversation(),
    sa.Column("turn", Count),
    sa.Column("staff", sa.String(64), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Index("notes_conversation", CONVERSATION),
)

tags = sa.Table(
    "tags",
    metadata,
    of_conversation(primary_key=True),
    sa.Column("tag", sa.String(32), primary_key=True),
    sa.Index("tags_tag", "tag"),
)

# What a reviewer decided about a message that was not understood, until it is imported into the topics' files.
lessons = sa.Table(
    "lessons",
    metadata,
    sa.Column("id", Count, primary_key=True),
    of_conversation(),
    sa.Column("turn", Count, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    # topic, out_of_scope, danger, new_topic or test.
    sa.Column("decision", sa.String(16), nullable=False),
    sa.Column("topic", sa.String(64)),
    sa.Column("staff", sa.String(64), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("imported", sa.Float),
    sa.Index("lessons_conversation", CONVERSATION),
    sa.Index("lessons_imported", "imported"),
    sa.Index("lessons_turn", "turn", unique=True),
)

# Conversations that were erased: nothing of them but a digest of the name, which tells that their sessions have ended.
receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("receipt", sa.String(16), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("messages", sa.Integer, nullable=False),
    # How many rows of which table, as JSON.
    sa.Column("rows", sa.Text, nullable=False, server_default="{}"),
    sa.Index("receipts_at", "at"),
)
