"""Indices that hold what the console's lists ask of many turns, and what was counted of days that are over."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LOW = sa.text("confidence < 0.35")
# Name, table, columns, and of which rows only.
WIDER = (
    ("turns_conversation", "turns", ["conversation", "id", "topic", "safety", "confidence", "knowledge"], None),
    ("turns_topic_at", "turns", ["topic", "at", "conversation", "confidence"], None),
    ("turns_safety_at", "turns", ["safety", "at", "conversation"], None),
    ("turns_knowledge", "turns", ["knowledge", "at", "conversation"], None),
    ("turns_low_confidence", "turns", ["at", "conversation", "topic"], LOW),
    ("feedback_at", "feedback", ["at", "topic", "helpful"], None),
)


def upgrade() -> None:
    for name, table, columns, where in WIDER:
        op.drop_index(name, table)
        op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)
    op.create_index("conversations_started", "conversations", ["started", "channel"], unique=False)
    op.create_table(
        "counts",
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("turns", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("first", "days"),
    )
