"""What a desk is given beside its history, once, for who sees widely and for answers to a field: no fact tells of it,
so it comes after the desk has been verified."""

import psycopg

from bench import fill_sql
from bench.fill import Filled, settle

TEAMS = 17
"""Small teams more, which with three of the desk's own make a person's twenty."""
GRANTS = 5000
"""Tickets of the biggest team that these see by a grant; of a small desk all that it has."""
OFFICES = ("Lisbon", "Oslo", "Turin", "Vienna")
"""What every fifth ticket answers to the field."""

_TEAM = f"""
    INSERT INTO teams (id, name, slug, prefix)
    SELECT gen_random_uuid(), 'Branch ' || i, 'branch-' || i, 'B' || i FROM generate_series(1, {TEAMS}) i"""
_PEOPLE = """
    INSERT INTO users (id, email, display_name, role) VALUES
        (%(wide)s, 'wide@bench.example', 'Wilma Wide', 'AGENT'),
        (%(owner)s, 'owner@bench.example', 'Ona Owner', 'OWNER')"""
_MEMBER = """
    INSERT INTO team_members (id, team_id, user_id, role)
    SELECT gen_random_uuid(), t.id, %(wide)s, 'AGENT' FROM teams t
    WHERE t.slug LIKE 'branch-%%' OR t.slug IN ('travel', 'legal', 'fleet')"""
_GRANT = f"""
    INSERT INTO ticket_access (id, ticket_id, team_id, access_level, created_at)
    SELECT gen_random_uuid(), t.id, b.id, 'READ', t.created_at
    FROM (SELECT id, created_at, row_number() OVER (ORDER BY number) AS place FROM tickets
          WHERE assigned_team_id = %(biggest)s AND number %% %(every)s = 0 LIMIT {GRANTS}) t
    JOIN teams b ON b.slug = 'branch-' || (t.place %% {TEAMS} + 1)
    ON CONFLICT DO NOTHING"""
_FIELD = """
    INSERT INTO custom_fields (id, name, field_type, options)
    VALUES (%(field)s, 'Office', 'DROPDOWN', to_jsonb(%(offices)s::text[]))"""
_ANSWER = f"""
    INSERT INTO custom_field_values (id, ticket_id, custom_field_id, value, sort_value)
    SELECT gen_random_uuid(), t.id, %(field)s, to_jsonb(office)::text, lower(office)
    FROM (SELECT id, (%(offices)s::text[])[{fill_sql.dice(11, "4", "number")}] AS office
          FROM tickets WHERE number %% 5 = 0) t"""


def furnish(connection: psycopg.Connection, desk: Filled) -> None:
    """Give a desk all of it; one that has it stays as it is. In one transaction, by a superuser."""
    params = {
        "wide": desk.wide_id, "owner": desk.owner_id, "biggest": desk.team_id,
        "field": desk.field_id, "offices": list(OFFICES), "every": max(1, desk.tickets // (GRANTS * 10)),
    }  # fmt: skip
    with connection.transaction():
        if connection.execute("SELECT FROM custom_fields WHERE id = %(field)s", params).fetchone() is not None:
            return
        for sql in (_TEAM, _PEOPLE, _MEMBER, _GRANT, _FIELD, _ANSWER):
            connection.execute(sql.encode(), params)
    settle(connection)  # after what a migration may have stirred up, too


def grants(connection: psycopg.Connection, desk: Filled) -> int:
    """How many grants the person of twenty teams sees by."""
    row = connection.execute(
        """SELECT count(*) FROM ticket_access g JOIN team_members m ON m.team_id = g.team_id WHERE m.user_id = %s""",
        [desk.wide_id],
    ).fetchone()
    return int(row[0]) if row else 0
