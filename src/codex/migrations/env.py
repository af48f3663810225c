"""What alembic runs: migrations, on the connection and in the transaction that `codex.db.migrate` gives."""

from alembic import context

from codex.db.base import Base

# The metadata lends its naming convention: constraints without a name get the one that models give them, and a
# check's name is the short one.
context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
