"""The tables of the staff: accounts, sessions, saved filters, the audit log and what was counted.

They lie beside the conversations and hold nothing of a visitor: the audit log names a conversation by its code, which does
not lead back to it.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.conversations.tables import Count, conversations, metadata, turns

# Below this a reply was given without being sure. It stands in an index, so it is no setting.
LOW_CONFIDENCE = 0.35

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    # None for who signs in by OpenID Connect only.
    sa.Column("password", sa.String(256)),
    sa.Column("role", sa.String(16), nullable=False),
    # Issuer and subject of an account that came by OpenID Connect.
    sa.Column("subject", sa.String(255), unique=True),
    sa.Column("created", sa.Float, nullable=False),
    # When this visit began, and the one before it.
    sa.Column("visited", sa.Float),
    sa.Column("seen", sa.Float),
)

sessions = sa.Table(
    "staff_sessions",
    metadata,
    # Only a digest: who reads the table can't take a session over.
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("staff", sa.String(64), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("used", sa.Float, nullable=False),
    sa.Index("staff_sessions_staff", "staff"),
)

# Log-ins that failed, by a digest of the name and one of the address.
failures = sa.Table(
    "staff_failures",
    metadata,
    sa.Column("id", Count, primary_key=True),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("staff_failures_key", "key", "at"),
)

# Sign-ins by OpenID Connect that are under way.
sign_ins = sa.Table(
    "staff_sign_ins",
    metadata,
    sa.Column("state", sa.String(64), primary_key=True),
    sa.Column("nonce", sa.String(64), nullable=False),
    sa.Column("verifier", sa.String(128), nullable=False),
    sa.Column("then", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

filters = sa.Table(
    "staff_filters",
    metadata,
    sa.Column("id", Count, primary_key=True),
    sa.Column("staff", sa.String(64), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.UniqueConstraint("staff", "name", name="staff_filters_name"),
)

audit = sa.Table(
    "staff_audit",
    metadata,
    sa.Column("id", Count, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("staff", sa.String(64), nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("what", sa.String(64), nullable=False, server_default=""),
    # Further words, never of a visitor.
    sa.Column("detail", sa.Text, nullable=False, server_default=""),
    sa.Index("staff_audit_staff", "staff", "id"),
    sa.Index("staff_audit_what", "what", "id"),
)

# What happened in a day or a week that is over, counted once. `turns` and `seconds`, the number of its turns and the sum of
# their times, tell whether it still holds: turns are deleted, and some are stored late.
counts = sa.Table(
    "counts",
    metadata,
    # The number of its first day since 1970, and how many days it has.
    sa.Column("first", sa.Integer, primary_key=True),
    sa.Column("days", sa.Integer, primary_key=True),
    sa.Column("turns", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.BigInteger, nullable=False),
    sa.Column("counts", sa.Text, nullable=False),
)

TABLES = (staff, sessions, failures, sign_ins, filters, audit, counts)

# What the console's lists look for, and nothing else does.
INDICES = (
    sa.Index(
        "turns_low_confidence",
        turns.c.at,
        turns.c.conversation,
        turns.c.topic,
        sqlite_where=turns.c.confidence < sa.literal_column(str(LOW_CONFIDENCE)),
        postgresql_where=turns.c.confidence < sa.literal_column(str(LOW_CONFIDENCE)),
    ),
    sa.Index(
        "conversations_thumbs_down",
        conversations.c.last,
        sqlite_where=conversations.c.thumbs_down > sa.literal_column("0"),
        postgresql_where=conversations.c.thumbs_down > sa.literal_column("0"),
    ),
    sa.Index(
        "conversations_unclear",
        conversations.c.last,
        sqlite_where=conversations.c.unclear > sa.literal_column("0"),
        postgresql_where=conversations.c.unclear > sa.literal_column("0"),
    ),
    sa.Index("turns_knowledge", turns.c.knowledge, turns.c.at, turns.c.conversation),
    sa.Index("conversations_assignee", conversations.c.assignee, conversations.c.last),
    sa.Index("conversations_language", conversations.c.language, conversations.c.last),
)
