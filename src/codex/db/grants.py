"""What the application's role may do with the tables. It owns none of them and cannot rewrite history."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from codex.db.sight import APP_ROLE
from codex.kernel.errors import SetupError

APPEND_ONLY = (
    "ticket_events",
    "admin_audit_events",
    "sla_policy_versions",
    "sla_calendar_versions",
    "routing_rule_versions",
    "automation_rule_versions",
)
"""Read and added to; never changed, never deleted. Every other table but READ_ONLY may be changed freely."""

READ_ONLY = ("alembic_version",)

# What belongs to an extension is not ours to hand out.
_OURS = """
    SELECT format('%I', relname) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = ANY (:kinds) AND pg_has_role(relowner, 'USAGE')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    ORDER BY 1
"""


def ensure_role(connection: Connection) -> None:
    """Make the application's role if it is missing, and let the migrating role step down to it.

    Nobody needs to step down to a role that can log in by itself: it is left as it is. Raises SetupError with
    the SQL that an administrator must run where the migrating role may not.
    """
    grant_me = f"GRANT {APP_ROLE} TO {_me(connection)}"
    can_log_in = _can_log_in(connection)
    if can_log_in is None:
        _as_administrator(connection, f"CREATE ROLE {APP_ROLE} NOLOGIN", grant_me)
    if not can_log_in and not _can_step_down(connection):
        _as_administrator(connection, grant_me)


def grant(connection: Connection) -> None:
    """Give the application's role exactly its rights on every table; what it has beyond them goes."""
    tables = _ours(connection, "rp")
    sequences = ", ".join(_ours(connection, "S"))
    changing = ", ".join(table for table in tables if table not in APPEND_ONLY + READ_ONLY)
    run = connection.exec_driver_sql
    run(f"REVOKE ALL ON TABLE {', '.join(tables)} FROM {APP_ROLE}")
    run(f"REVOKE ALL ON SEQUENCE {sequences} FROM {APP_ROLE}")
    # PUBLIC too: a database that was made before PostgreSQL 15 lets everybody create tables in it.
    run(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {APP_ROLE}")
    run(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {changing} TO {APP_ROLE}")
    run(f"GRANT SELECT, INSERT ON TABLE {', '.join(table for table in tables if table in APPEND_ONLY)} TO {APP_ROLE}")
    run(f"GRANT SELECT ON TABLE {', '.join(READ_ONLY)} TO {APP_ROLE}")
    run(f"GRANT USAGE ON SEQUENCE {sequences} TO {APP_ROLE}")


def _can_log_in(connection: Connection) -> bool | None:
    """None: there is no such role."""
    found: bool | None = connection.scalar(
        text("SELECT rolcanlogin FROM pg_roles WHERE rolname = :role"), {"role": APP_ROLE}
    )
    return found


def _can_step_down(connection: Connection) -> bool:
    # Up to PostgreSQL 15 every member may SET ROLE. Since 16 that is an option of the membership, and whoever
    # creates a role becomes a member without it.
    option = "SET" if (connection.dialect.server_version_info or (0,)) >= (16,) else "MEMBER"
    may = connection.scalar(text("SELECT pg_has_role(:role, :option)"), {"role": APP_ROLE, "option": option})
    return bool(may)


def _as_administrator(connection: Connection, sql: str, *then: str) -> None:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(sql)
    except DBAPIError as refused:
        match getattr(refused.orig, "sqlstate", None):
            case "42710" | "23505":  # made just now, for another database of this server
                return
            case "42501":
                needed = " ".join(f"{statement};" for statement in (sql, *then))
                raise SetupError(
                    f"The role {_me(connection)} may not set up {APP_ROLE}, the role that Codex works as; "
                    f"an administrator of the server must run: {needed}"
                ) from refused
        raise


def _me(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT format('%I', current_user)")))


def _ours(connection: Connection, kinds: str) -> list[str]:
    return list(connection.scalars(text(_OURS), {"kinds": list(kinds)}))
