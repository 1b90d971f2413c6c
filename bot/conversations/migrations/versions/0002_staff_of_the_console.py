"""The staff's accounts, sessions, filters and audit log, and what the console's lists look for."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    count = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('staff',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('password', sa.String(length=256), nullable=True),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=True),
    sa.Column('created', sa.Float(), nullable=False),
    sa.Column('visited', sa.Float(), nullable=True),
    sa.Column('seen', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('name'),
    sa.UniqueConstraint('subject')
    )
    op.create_table('staff_sessions',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('staff', sa.String(length=64), nullable=False),
    sa.Column('csrf', sa.String(length=64), nullable=False),
    sa.Column('created', sa.Float(), nullable=False),
    sa.Column('used', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_index('staff_sessions_staff', 'staff_sessions', ['staff'], unique=False)
    op.create_table('staff_failures',
    sa.Column('id', count, nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('staff_failures_key', 'staff_failures', ['key', 'at'], unique=False)
    op.create_table('staff_sign_ins',
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('nonce', sa.String(length=64), nullable=False),
    sa.Column('verifier', sa.String(length=128), nullable=False),
    sa.Column('then', sa.Text(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('state')
    )
    op.create_table('staff_filters',
    sa.Column('id', count, nullable=False),
    sa.Column('staff', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('query', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('staff', 'name', name='staff_filters_name')
    )
    op.create_table('staff_audit',
    sa.Column('id', count, nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('staff', sa.String(length=64), nullable=False),
    sa.Column('action', sa.String(length=32), nullable=False),
    sa.Column('what', sa.String(length=64), server_default='', nullable=False),
    sa.Column('detail', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('staff_audit_staff', 'staff_audit', ['staff', 'id'], unique=False)
    op.create_index('staff_audit_what', 'staff_audit', ['what', 'id'], unique=False)
    for name, table, columns, where in (
        ('turns_low_confidence', 'turns', ['at', 'conversation'], 'confidence < 0.35'),
        ('turns_knowledge', 'turns', ['knowledge', 'at'], None),
        ('conversations_thumbs_down', 'conversations', ['last'], 'thumbs_down > 0'),
        ('conversations_unclear', 'conversations', ['last'], 'unclear > 0'),
        ('conversations_assignee', 'conversations', ['assignee', 'last'], None),
        ('conversations_language', 'conversations', ['language', 'last'], None),
    ):
        condition = None if where is None else sa.text(where)
        op.create_index(name, table, columns, unique=False, sqlite_where=condition, postgresql_where=condition)
