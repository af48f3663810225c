"""How many statements the application has executed, from pg_stat_statements; BEGIN and COMMIT do not count."""

import psycopg

from codex.db import embedded


def prepare(superuser: psycopg.Connection) -> bool:
    """Whether the server counts statements; makes its view readable if so."""
    row = superuser.execute("SHOW shared_preload_libraries").fetchone()
    if row is None or "pg_stat_statements" not in row[0]:
        return False
    superuser.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    return True


def executed(superuser: psycopg.Connection) -> int:
    """Statements since the server started, by the application's role."""
    row = superuser.execute(
        """SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s
           JOIN pg_roles r ON r.oid = s.userid WHERE r.rolname = %s""",
        [embedded.APP_ROLE],
    ).fetchone()
    return int(row[0]) if row else 0
