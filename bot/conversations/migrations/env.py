"""Alembic's entry: migrates over the connection that `bot.conversations.database` hands in."""

from alembic import context

from bot.conversations.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="conversations_schema",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
