"""The statements of the fill. `%(name)s` are its parameters; what is random follows from a hash of the number."""

from bench import keys
from bench.words import TEAMS as TEAM_WORDS


def dice(seed: int, sides: str, number: str = "n") -> str:
    """A number from 1 to `sides` that looks random and is the same every time."""
    return f"((hashint8extended({number}, {seed}) & 2147483647) %% ({sides}) + 1)::int"


def _id(kind: int, number: str) -> str:
    return keys.uuid_sql(kind, "0", "(%(start_us)s / 1000)::bigint", f"({number})::bigint")


def _at(micros: str) -> str:
    return f"to_timestamp(({micros}) / 1000000.0::float8)"


def _text(sentences: int, seed: int, number: str = "n") -> str:
    said = [f"(%(sentences)s::text[])[{dice(seed + i, '16', number)}]" for i in range(sentences)]
    return f"concat_ws(' ', {', '.join(said)})"


TEAMS = f"""
INSERT INTO teams (id, name, slug, prefix, created_at, updated_at)
SELECT {_id(keys.TEAM, "i")}, name, slug, prefix, {_at("%(start_us)s")}, {_at("%(start_us)s")}
FROM unnest(%(slugs)s::text[], %(names)s::text[], %(prefixes)s::text[])
     WITH ORDINALITY AS team(slug, name, prefix, i)"""

# Agents first, team by team; then those who only ask.
USERS = f"""
INSERT INTO users (id, email, display_name, department, role, created_at, updated_at)
SELECT {_id(keys.USER, "i")}, 'person' || i || '@bench.example',
       (%(first)s::text[])[(i - 1) %% cardinality(%(first)s::text[]) + 1] || ' ' ||
       (%(last)s::text[])[(i - 1) %% cardinality(%(last)s::text[]) + 1],
       (%(names)s::text[])[(i - 1) %% cardinality(%(names)s::text[]) + 1],
       (CASE WHEN i <= %(agents)s THEN 'AGENT' ELSE 'EMPLOYEE' END)::user_role,
       {_at("%(start_us)s")}, {_at("%(start_us)s")}
FROM generate_series(1, %(users)s::int) i"""

MEMBERS = f"""
INSERT INTO team_members (id, team_id, user_id, role, created_at, updated_at)
SELECT {_id(keys.OTHER, "i")}, {_id(keys.TEAM, "(i - 1) / %(crew)s + 1")}, {_id(keys.USER, "i")}, 'AGENT',
       {_at("%(start_us)s")}, {_at("%(start_us)s")}
FROM generate_series(1, %(agents)s::int) i"""

CATEGORIES = f"""
INSERT INTO categories (id, name, slug, parent_id, created_at, updated_at)
SELECT {_id(keys.CATEGORY, "100 * i + j")}, concat_ws(' ', name, nullif(j, 0)),
       lower(concat_ws('-', name, nullif(j, 0))), CASE WHEN j > 0 THEN {_id(keys.CATEGORY, "100 * i")} END,
       {_at("%(start_us)s")}, {_at("%(start_us)s")}
FROM unnest(%(categories)s::text[]) WITH ORDINALITY AS category(name, i), generate_series(0, 3) j ORDER BY j, i"""

STEPS = """
CREATE TEMPORARY TABLE bench_step (plot int, version int, type text, old text, new text, message text,
    by_requester bool, is_first bool);
CREATE TEMPORARY TABLE bench_ending (plot int, events int, status text, is_moved bool, is_raised bool,
    is_assigned bool, first_response int, resolved int, closed int, status_since int, unassigned_since int)"""

# The last six of a hundred are mostly unresolved, of the others few: 8 % in all.
DRAFT = f"""
CREATE TEMPORARY TABLE bench_ticket AS
SELECT n, {_id(keys.USER, "requester")} AS requester_id, {_id(keys.USER, "(team - 1) * %(crew)s + helper")} AS agent_id,
       {_id(keys.TEAM, "team")} AS team_id,
       {_id(keys.TEAM, "CASE WHEN is_moved THEN other_team ELSE team END")} AS entry_team_id,
       {_id(keys.TEAM, "other_team")} AS other_team_id, {_id(keys.USER, "colleague")} AS colleague_id,
       CASE WHEN category > 0 THEN {_id(keys.CATEGORY, "100 * ((category - 1) / 3 + 1) + (category - 1) %% 3 + 1")}
       END AS category_id,
       CASE WHEN is_moved THEN other_team ELSE team END AS entry_team,
       CASE WHEN is_raised THEN 'P3' ELSE 'P' || urgency END AS priority,
       %(start_us)s::bigint + n * %(step_us)s AS opened_us, life_us / greatest(events - 1, 1) AS pace_us, e.*
FROM (
    SELECT n, {dice(1, "%(users)s - %(agents)s")} + %(agents)s AS requester, {dice(2, "%(crew)s")} AS helper,
           CASE WHEN n %% {keys.EVERY} = 0 THEN 1 ELSE (%(teams)s::int[])[{dice(3, "100")}] END AS team,
           greatest({dice(4, "20")} - 2, 0) AS category, (%(urgencies)s::int[])[{dice(5, "100")}] AS urgency,
           CASE WHEN n > %(size)s * 0.94 AND n %% {keys.EVERY} = 0 THEN %(steady)s
                WHEN {dice(6, "1000")} <= CASE WHEN n > %(size)s * 0.94 THEN 850 ELSE 32 END
                    THEN CASE WHEN n %% {keys.EVERY} = 0 THEN (%(open_still)s::int[])[{dice(7, "100")}]
                              ELSE (%(open)s::int[])[{dice(7, "100")}] END
                WHEN n %% {keys.EVERY} = 0 THEN (%(done_still)s::int[])[{dice(7, "100")}]
                ELSE (%(done)s::int[])[{dice(7, "100")}] END AS plot
    FROM generate_series(1, %(size)s::bigint) n) drawn
JOIN bench_ending e USING (plot),
LATERAL (SELECT team %% {len(TEAM_WORDS)} + 1 AS other_team,
                (requester - %(agents)s) %% (%(users)s - %(agents)s) + 1 + %(agents)s AS colleague) others,
LATERAL (SELECT %(now_us)s::bigint - (%(start_us)s::bigint + n * %(step_us)s) AS age_us,
                {dice(8, "1000000")} / 1000000.0::float8 AS chance) luck,
LATERAL (SELECT (CASE WHEN e.closed IS NULL AND e.resolved IS NULL THEN age_us * (0.02 + 0.93 * chance)
                 ELSE least(age_us * 0.95, 1.8e9 + 2.6e12 * chance ^ 3) END)::bigint AS life_us) lasting"""


def _event_at(version: str) -> str:
    return _at(f"t.opened_us + t.pace_us * ({version} - 1)")


_TICKET_ID = keys.uuid_sql(keys.TICKET, "0", "t.opened_us / 1000", "t.n")
_STEP_MS = "(t.opened_us + t.pace_us * (s.version - 1)) / 1000"
_MESSAGE_ID = keys.uuid_sql(keys.MESSAGE, "s.version", _STEP_MS, "t.n")
_SUBJECT = f"(%(subjects)s::text[])[{dice(9, '16', 't.n')}]"
_WORDS = _text(3, 20, "t.n")
_DISPLAY_ID = "(%(prefixes)s::text[])[t.entry_team] || '-' || t.n"

TICKETS = f"""
INSERT INTO tickets (id, number, display_id, subject, description, status, priority, channel, requester_id,
    assigned_team_id, assignee_id, category_id, first_response_at, resolved_at, closed_at, completed_at, version,
    created_at, updated_at, status_since, unassigned_since, active_at)
OVERRIDING SYSTEM VALUE
SELECT {_TICKET_ID}, t.n, {_DISPLAY_ID}, {_SUBJECT}, {_WORDS}, t.status::ticket_status,
       (CASE WHEN t.is_raised THEN 'P2' ELSE t.priority END)::ticket_priority,
       (CASE WHEN t.n %% 3 = 0 THEN 'EMAIL' ELSE 'PORTAL' END)::ticket_channel, t.requester_id, t.team_id,
       CASE WHEN t.is_assigned THEN t.agent_id END, t.category_id, {_event_at("t.first_response")},
       {_event_at("t.resolved")}, {_event_at("t.closed")}, {_event_at("coalesce(t.resolved, t.closed)")}, t.events,
       {_event_at("1")}, {_event_at("t.events")}, {_event_at("t.status_since")}, {_event_at("t.unassigned_since")},
       {_event_at("t.events")}
FROM bench_ticket t ORDER BY t.n"""

MESSAGES = f"""
INSERT INTO ticket_messages (id, ticket_id, author_id, type, body, created_at)
SELECT {_MESSAGE_ID}, {_TICKET_ID}, CASE WHEN s.by_requester THEN t.requester_id ELSE t.agent_id END,
       s.message::message_type, {_text(2, 40, "t.n * 64 + s.version")}, {_event_at("s.version")}
FROM bench_ticket t JOIN bench_step s USING (plot) WHERE s.message IS NOT NULL ORDER BY {_STEP_MS}"""

_TOLD = f"""
SELECT t.n AS number, {keys.uuid_sql(keys.EVENT, "s.version", _STEP_MS, "t.n")} AS id, {_TICKET_ID} AS ticket_id,
       s.version, s.type,
       CASE s.type
       WHEN 'TICKET_CREATED' THEN jsonb_build_object(
           'number', t.n, 'displayId', {_DISPLAY_ID}, 'subject', {_SUBJECT}, 'description', {_WORDS},
           'priority', t.priority, 'channel', CASE WHEN t.n %% 3 = 0 THEN 'EMAIL' ELSE 'PORTAL' END,
           'requesterId', t.requester_id, 'teamId', t.entry_team_id, 'categoryId', t.category_id)
       WHEN 'ASSIGNED' THEN jsonb_build_object('from', NULL, 'to', t.agent_id)
       WHEN 'TEAM_CHANGED' THEN jsonb_build_object('from', t.entry_team_id, 'to', t.team_id)
       WHEN 'MESSAGE_ADDED' THEN jsonb_build_object(
           'messageId', {_MESSAGE_ID}, 'type', s.message, 'firstResponse', s.is_first)
       WHEN 'FOLLOWER_ADDED' THEN jsonb_build_object('userId', t.colleague_id)
       WHEN 'ACCESS_GRANTED' THEN jsonb_build_object(
           'teamId', t.other_team_id, 'accessLevel', 'READ', 'expiresAt', NULL, 'reason', NULL)
       ELSE jsonb_build_object('from', s.old, 'to', s.new) END AS payload,
       'person'::actor_kind AS actor_kind, who.display_name AS actor_name, who.id AS created_by_id,
       {_event_at("s.version")} AS created_at, NULL::uuid AS cause_id, {_STEP_MS} AS place
FROM bench_ticket t JOIN bench_step s USING (plot)
JOIN users who ON who.id = CASE WHEN s.by_requester THEN t.requester_id ELSE t.agent_id END"""
EVENTS = f"""
INSERT INTO ticket_events (id, ticket_id, version, type, payload, actor_kind, actor_name, created_by_id, created_at)
SELECT id, ticket_id, version, type, payload, actor_kind, actor_name, created_by_id, created_at
FROM ({_TOLD}) told WHERE number < %(clocks_from)s ORDER BY place"""
STAGED_EVENTS = f"""
CREATE TEMPORARY TABLE bench_event AS
SELECT number, id, ticket_id, version, type, payload, actor_kind, actor_name, created_by_id, created_at, cause_id
FROM ({_TOLD}) told WHERE number >= %(clocks_from)s"""

FOLLOWERS = f"""
INSERT INTO ticket_followers (id, ticket_id, user_id, added_by_id, created_at)
SELECT {keys.uuid_sql(keys.OTHER, "1", _STEP_MS, "t.n")}, {_TICKET_ID}, t.colleague_id, t.requester_id,
       {_event_at("s.version")}
FROM bench_ticket t JOIN bench_step s USING (plot) WHERE s.type = 'FOLLOWER_ADDED' ORDER BY {_STEP_MS}"""

GRANTS = f"""
INSERT INTO ticket_access (id, ticket_id, team_id, access_level, granted_by_id, created_at)
SELECT {keys.uuid_sql(keys.OTHER, "2", _STEP_MS, "t.n")}, {_TICKET_ID}, t.other_team_id, 'READ', t.agent_id,
       {_event_at("s.version")}
FROM bench_ticket t JOIN bench_step s USING (plot) WHERE s.type = 'ACCESS_GRANTED' ORDER BY {_STEP_MS}"""

SEQUENCE = "SELECT setval('tickets_number_seq', (SELECT max(number) FROM tickets))"
PEOPLE = (TEAMS, USERS, MEMBERS, CATEGORIES)
HISTORY = (TICKETS, MESSAGES, EVENTS, STAGED_EVENTS, FOLLOWERS, GRANTS)
