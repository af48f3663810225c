"""The audit log as a chain: whoever changes, removes, inserts or reorders a row, as superuser even, breaks it.

An event's hash is SHA-256 over the hash before it (nothing for the first event ever) and the text of LINK_SQL for its
row. Positions count from 1 each UTC day; a day's first event covers the hash of the last one before that day.
"""

import msgspec

from codex.db.sql import clause
from codex.db.work import Work
from codex.kernel import clock
from codex.kernel.facts import AdminFact
from codex.kernel.ids import new_id

LINK_SQL = """jsonb_build_array(
    e.id, e.type, e.payload, {team}, e.created_by_id, e.actor_kind, e.actor_name, e.address, e.request_id,
    e.chain_day, e.chain_position, extract(epoch FROM e.created_at))::text"""
"""What a hash covers of a row `e`, in the one form that PostgreSQL gives it, so that no client's JSON matters.

`team`: where the team's id stands. A team that is deleted leaves its rows without it, and every hash as it was.
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('admin_audit_events'))"
_LAST = "SELECT day, position, hash FROM admin_audit_days ORDER BY day DESC LIMIT 1"
_APPEND = f"""
    WITH e AS (
        SELECT CAST(%(id)s AS uuid) AS id, CAST(%(type)s AS text) AS type, CAST(%(payload)s AS jsonb) AS payload,
               CAST(%(team_id)s AS uuid) AS team_id, CAST(%(created_by_id)s AS uuid) AS created_by_id,
               CAST(%(actor_kind)s AS actor_kind) AS actor_kind, CAST(%(actor_name)s AS text) AS actor_name,
               CAST(%(address)s AS text) AS address, CAST(%(request_id)s AS text) AS request_id,
               CAST(%(chain_day)s AS date) AS chain_day, CAST(%(chain_position)s AS integer) AS chain_position,
               CAST(%(created_at)s AS timestamptz) AS created_at
    ), added AS (
        INSERT INTO admin_audit_events
            (id, type, payload, team_id, created_by_id, actor_kind, actor_name, address, request_id, chain_day,
             chain_position, created_at, hash)
        SELECT e.*, sha256(CAST(%(before)s AS bytea) || convert_to({LINK_SQL.format(team="e.team_id")}, 'UTF8')) FROM e
        RETURNING chain_day, chain_position, hash
    )
    INSERT INTO admin_audit_days (day, position, hash) SELECT * FROM added
    ON CONFLICT (day) DO UPDATE SET position = excluded.position, hash = excluded.hash"""


async def append(work: Work, fact: AdminFact) -> None:
    """Add an administrative fact to the chain of its day, or of the newest day there is: the chain never goes back.

    One writer at a time: whoever comes second waits until the first one's transaction has ended.
    """
    await work.session.flush()  # what the row refers to may have been added just now
    await work.session.execute(clause(_LOCK))
    last = (await work.session.execute(clause(_LAST))).one_or_none()
    today = clock.in_utc(work.now).date()
    day = max(today, last.day) if last else today
    row = {
        "id": new_id(), "type": fact.type, "payload": msgspec.json.encode(fact.payload()).decode(),
        "team_id": fact.team_id, "created_by_id": work.actor.id, "actor_kind": work.actor.kind.value,
        "actor_name": work.actor.name, "address": work.origin.address, "request_id": work.origin.request_id,
        "chain_day": day, "chain_position": last.position + 1 if last and last.day == day else 1,
        "created_at": work.now, "before": last.hash if last else b"",
    }  # fmt: skip
    await work.session.execute(clause(_APPEND), row)
