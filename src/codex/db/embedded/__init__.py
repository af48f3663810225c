"""The built-in PostgreSQL: one private server per data directory, reached by a Unix socket only.

Whoever needs it calls `ensure`: the first starts it, the others adopt it, it outlives them until `stop`.
"""

from codex.db.embedded.binaries import find_bin_dir
from codex.db.embedded.databases import APP_ROLE, DATABASE, OWNER_ROLE, create_database, drop_database
from codex.db.embedded.errors import EmbeddedError
from codex.db.embedded.server import Server
from codex.db.embedded.starting import ensure, running

__all__ = [
    "APP_ROLE",
    "DATABASE",
    "OWNER_ROLE",
    "EmbeddedError",
    "Server",
    "create_database",
    "drop_database",
    "ensure",
    "find_bin_dir",
    "running",
]
