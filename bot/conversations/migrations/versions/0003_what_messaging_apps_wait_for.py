"""What came from messaging apps and is not answered yet, and what goes to them and is not delivered yet."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    count = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "deliveries",
        sa.Column("id", count, nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Float(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("done", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("deliveries_at", "deliveries", ["at"], unique=False)
    op.create_index("deliveries_conversation", "deliveries", ["conversation", "status", "place"], unique=False)
    op.create_index("deliveries_status", "deliveries", ["status", "id"], unique=False)
    op.create_table(
        "deliveries_seen",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("deliveries_seen_at", "deliveries_seen", ["at"], unique=False)
    op.create_table(
        "lanes",
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "purpose"),
    )
    op.create_index("lanes_owner", "lanes", ["owner"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", count, nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due", sa.Float(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("parting", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("sent", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("outbox_at", "outbox", ["at"], unique=False)
    op.create_index("outbox_conversation", "outbox", ["conversation", "status", "id"], unique=False)
    op.create_index("outbox_status", "outbox", ["status", "due"], unique=False)
    op.create_table(
        "silences",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=8), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
