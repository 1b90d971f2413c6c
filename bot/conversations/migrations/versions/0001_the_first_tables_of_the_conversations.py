"""The first tables of the conversations; what an older version of the bot kept is taken over."""

import sqlalchemy as sa
from alembic import op

from bot.conversations import legacy, search

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    old = legacy.put_aside(op.get_bind())
    op.create_table('conversations',
    sa.Column('conversation', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.String(length=32), nullable=False),
    sa.Column('started', sa.Float(), nullable=False),
    sa.Column('last', sa.Float(), nullable=False),
    sa.Column('turns', sa.Integer(), server_default='0', nullable=False),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('state', sa.Text(), server_default='{}', nullable=False),
    sa.Column('flagged', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('safety', sa.String(length=32), nullable=True),
    sa.Column('unclear', sa.Integer(), server_default='0', nullable=False),
    sa.Column('thumbs_down', sa.Integer(), server_default='0', nullable=False),
    sa.Column('status', sa.String(length=16), server_default='new', nullable=False),
    sa.Column('assignee', sa.String(length=64), nullable=True),
    sa.Column('reviewer', sa.String(length=64), nullable=True),
    sa.Column('second_reviewer', sa.String(length=64), nullable=True),
    sa.Column('demo', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.PrimaryKeyConstraint('conversation')
    )
    op.create_index('conversations_channel_last', 'conversations', ['channel', 'last'], unique=False)
    op.create_index('conversations_flagged_last', 'conversations', ['flagged', 'last'], unique=False)
    op.create_index('conversations_last', 'conversations', ['last'], unique=False)
    op.create_index('conversations_status_last', 'conversations', ['status', 'last'], unique=False)
    op.create_table('events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('conversation', sa.String(length=64), nullable=False),
    sa.Column('type', sa.String(length=64), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('data', sa.Text(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key')
    )
    op.create_index('events_at', 'events', ['at'], unique=False)
    op.create_index('events_conversation', 'events', ['conversation', 'id'], unique=False)
    op.create_table('feedback',
    sa.Column('conversation', sa.String(length=64), nullable=False),
    sa.Column('message', sa.String(length=64), nullable=False),
    sa.Column('helpful', sa.Boolean(), nullable=False),
    sa.Column('word', sa.Text(), server_default='', nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('topic', sa.String(length=64), nullable=True),
    sa.Column('knowledge', sa.String(length=16), nullable=True),
    sa.PrimaryKeyConstraint('conversation', 'message')
    )
    op.create_index('feedback_at', 'feedback', ['at'], unique=False)
    op.create_index('feedback_topic', 'feedback', ['topic'], unique=False)
    op.create_table('lessons',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('conversation', sa.String(length=64), nullable=False),
    sa.Column('turn', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('decision', sa.String(length=16), nullable=False),
    sa.Column('topic', sa.String(length=64), nullable=True),
    sa.Column('staff', sa.String(length=64), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('imported', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('lessons_conversation', 'lessons', ['conversation'], unique=False)
    op.create_index('lessons_imported', 'lessons', ['imported'], unique=False)
    op.create_index('lessons_turn', 'lessons', ['turn'], unique=True)
    op.create_table('notes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('conversation', sa.String(length=64), nullable=False),
    sa.Column('turn', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('staff', sa.String(length=64), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('notes_conversation', 'notes', ['conversation'], unique=False)
    op.create_table('receipts',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('receipt', sa.String(length=16), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('messages', sa.Integer(), nullable=False),
    sa.Column('rows', sa.Text(), server_default='{}', nullable=False),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_index('receipts_at', 'receipts', ['at'], unique=False)
    op.create_table('tags',
    sa.Column('conversation', sa.String(length=64), nullable=False),
    sa.Column('tag', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('conversation', 'tag')
    )
    op.create_index('tags_tag', 'tags', ['tag'], unique=False)
    op.create_table('turns',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('conversation', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.String(length=32), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('answered', sa.Float(), nullable=True),
    sa.Column('message', sa.String(length=64), nullable=True),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('intent', sa.String(length=64), nullable=True),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('topic', sa.String(length=64), nullable=True),
    sa.Column('group', sa.String(length=64), nullable=True),
    sa.Column('topics', sa.Text(), server_default='[]', nullable=False),
    sa.Column('confidence', sa.Float(), server_default='0', nullable=False),
    sa.Column('entities', sa.Text(), server_default='[]', nullable=False),
    sa.Column('safety', sa.String(length=32), nullable=True),
    sa.Column('rule', sa.String(length=64), nullable=True),
    sa.Column('unclear', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('milliseconds', sa.Float(), nullable=True),
    sa.Column('reply', sa.Text(), nullable=False),
    sa.Column('replied', sa.Text(), nullable=False),
    sa.Column('knowledge', sa.String(length=16), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('turns_at', 'turns', ['at'], unique=False)
    op.create_index('turns_conversation', 'turns', ['conversation', 'id'], unique=False)
    op.create_index('turns_message', 'turns', ['conversation', 'message'], unique=False)
    op.create_index('turns_safety_at', 'turns', ['safety', 'at'], unique=False)
    op.create_index('turns_topic_at', 'turns', ['topic', 'at'], unique=False)
    op.create_index('turns_unclear_at', 'turns', ['unclear', 'at'], unique=False)
    for statement in search.statements(op.get_bind().dialect.name):
        op.execute(sa.text(statement))
    legacy.take_over(op.get_bind(), old)


def downgrade() -> None:
    raise NotImplementedError("the older tables held what visitors wrote, unredacted; there is no way back to them")
