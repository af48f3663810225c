"""The database itself shows a ticket, and what hangs on it, only to those who may see it.

Who asks stands in settings of the transaction (`codex.db.sight`); without them nothing is seen. The policies are a
second lock: they know sight, not the finer rights of `tickets/policy.py`.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

_ME = "(SELECT nullif(current_setting('codex.me', true), '')::uuid)"
_TEAMS = "((SELECT coalesce(nullif(current_setting('codex.teams', true), ''), '{}')::uuid[])::uuid[])"
_SEES_ALL = "(SELECT current_setting('codex.sees_all', true) = 'on')"
_NOW = "(SELECT coalesce(nullif(current_setting('codex.now', true), '')::timestamptz, now()))"
_TICKET = f"""
    {_SEES_ALL} OR requester_id = {_ME} OR assigned_team_id = ANY {_TEAMS} OR id IN (SELECT codex_tied())"""
"""The last is asked once for a whole statement, and only if a ticket is none of the others."""
_OF_TICKETS = (
    "ticket_events", "ticket_followers", "ticket_access", "ticket_merges", "attachments", "sla_instances",
    "automation_executions",
)  # fmt: skip
_SEARCHED = ("custom_field_values", "custom_field_choices", "ticket_tags")
"""What lists are narrowed and sorted by."""


def upgrade() -> None:
    """Policies of the application's role; the owner of the tables is not bound by them."""
    # Owned by the owner of the tables, they look past the policies of the tables that they read.
    op.execute(
        f"""
        CREATE FUNCTION codex_tied() RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE ROWS 100 SET search_path = public AS $$
            SELECT f.ticket_id FROM ticket_followers f WHERE f.user_id = {_ME}
            UNION ALL
            SELECT g.ticket_id FROM ticket_access g
            WHERE g.team_id = ANY {_TEAMS} AND (g.expires_at IS NULL OR g.expires_at > {_NOW})
        $$
        """
    )
    op.execute(
        f"""
        CREATE FUNCTION codex_is_inside(ticket uuid) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = public AS $$
            SELECT EXISTS (SELECT FROM tickets t WHERE t.id = ticket AND t.assigned_team_id = ANY {_TEAMS})
                OR EXISTS (SELECT FROM ticket_access g WHERE g.ticket_id = ticket AND g.team_id = ANY {_TEAMS}
                           AND (g.expires_at IS NULL OR g.expires_at > {_NOW}))
        $$
        """
    )
    _secure("tickets", _TICKET)
    # A scalar is looked up ticket by ticket; for EXISTS, which is the same, all tickets may be read for their sight.
    for table in _SEARCHED:
        _secure(table, f"{_SEES_ALL} OR (SELECT true FROM tickets t WHERE t.id = ticket_id)")
    of_ticket = "EXISTS (SELECT FROM tickets t WHERE t.id = ticket_id)"
    for table in _OF_TICKETS:
        _secure(table, f"{_SEES_ALL} OR {of_ticket}")
    _secure("ticket_messages", f"{_SEES_ALL} OR (type = 'PUBLIC' AND {of_ticket}) OR codex_is_inside(ticket_id)")
    _secure("message_mentions", f"{_SEES_ALL} OR EXISTS (SELECT FROM ticket_messages m WHERE m.id = message_id)")
    _secure(
        "ticket_links",
        f"{_SEES_ALL} OR ({of_ticket} AND EXISTS (SELECT FROM tickets t WHERE t.id = other_id))",
    )
    for table in ("ticket_reads", "drafts", "notifications"):
        own = f"{_SEES_ALL} OR user_id = {_ME}"
        _secure(table, own, write=own)
    _secure("notification_outbox", _SEES_ALL)


def _secure(table: str, seen: str, *, write: str = _SEES_ALL) -> None:
    """Written is only what has been decided, by whoever then sees all."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY sight ON {table} TO codex_app USING ({seen}) WITH CHECK ({write})")
