"""What came in and is not answered yet, and what goes out and is not delivered yet.

These rows hold raw words and addresses, so they are sealed, and blank as soon as they are dealt with. Erasure, export and
retention find those of a conversation by its column, like every table of the conversations.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.conversations.tables import CONVERSATION, Count, metadata, of_conversation

# A message of a visitor, until it is answered; then only that it was there.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", Count, primary_key=True),
    of_conversation(),
    sa.Column("channel", sa.String(32), nullable=False),
    # The provider's name for the message, as a digest.
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    # What orders the messages of a conversation: the provider's number or time.
    sa.Column("place", sa.Float, nullable=False),
    # waiting, done, or failed where nothing could be made of it.
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("done", sa.Float),
    sa.Index("deliveries_conversation", CONVERSATION, "status", "place"),
    sa.Index("deliveries_status", "status", "id"),
    sa.Index("deliveries_at", "at"),
)

# Which messages came, for longer than any provider repeats them. It has no conversation: a message that is repeated after its
# conversation was erased must not start a new one.
seen = sa.Table(
    "deliveries_seen",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("deliveries_seen_at", "at"),
)

# A request to a provider, until it was taken.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Count, primary_key=True),
    of_conversation(),
    sa.Column("channel", sa.String(32), nullable=False),
    # The same when it is sent again.
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    # Which of the requests that follow on one another, such as an upload and the message with it.
    sa.Column("step", sa.Integer, nullable=False, server_default="0"),
    # waiting, held (until the visitor asks for more), sent or dead.
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("body", sa.Text, nullable=False),
    # It says that the conversation was erased: nothing is left of it once it is sent.
    sa.Column("parting", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("sent", sa.Float),
    sa.Index("outbox_conversation", CONVERSATION, "status", "id"),
    sa.Index("outbox_status", "status", "due"),
    sa.Index("outbox_at", "at"),
)

# Who works on a conversation: only one worker at a time answers in it, and only one sends.
lanes = sa.Table(
    "lanes",
    metadata,
    of_conversation(primary_key=True),
    # answer or send.
    sa.Column("purpose", sa.String(8), primary_key=True),
    sa.Column("owner", sa.String(32), nullable=False),
    # When it is free again, unless its owner says that it still lives.
    sa.Column("until", sa.Float, nullable=False),
    sa.Index("lanes_owner", "owner"),
)

# Who asked to be left alone, and groups that were told that health is not talked about there. It outlives the conversation,
# or erasing it would open the door again; it is a digest, with which nobody finds the account or the conversation.
silences = sa.Table(
    "silences",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    # stop or group.
    sa.Column("why", sa.String(8), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

TABLES = (deliveries, seen, outbox, lanes, silences)
