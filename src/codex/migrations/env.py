"""What alembic runs: migrations, on the connection and in the transaction that `codex.db.migrate` gives."""

from alembic import context

# The metadata lends its naming convention: a key without a name gets one, a check's name is the short one.
given = context.config.attributes
context.configure(connection=given["connection"], target_metadata=given["metadata"])
with context.begin_transaction():
    context.run_migrations()
