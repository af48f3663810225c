"""What `codex doctor` looks at."""

import os
import shutil
from datetime import timedelta

import psycopg
from msgspec import Struct

from codex.db import access
from codex.db.database import Access
from codex.db.sight import APP_ROLE, SEE_ALL
from codex.kernel import clock
from codex.kernel.errors import SetupError
from codex.settings import Settings, load
from codex.web.present.render import DIST

LEAST_FREE_BYTES = 500_000_000
CLOCK_MAY_DIFFER = timedelta(seconds=5)


class Finding(Struct, frozen=True):
    """One thing that was looked at, how it is, and what to do if it is not well."""

    subject: str
    ok: bool
    says: str


async def examine() -> list[Finding]:
    """Look at everything; what cannot be looked at because of something before it is left out."""
    try:
        settings = load()
    except SetupError as wrong:
        return [Finding("settings", False, str(wrong))]
    findings = [Finding("settings", True, "understood"), *_files(settings)]
    try:
        with access.opened(settings) as found:
            findings += _database(found)
    except SetupError as wrong:
        findings.append(Finding("database", False, str(wrong)))
    return findings


def _files(settings: Settings) -> list[Finding]:
    path = settings.data_path
    there = next(p for p in (path, *path.parents) if p.exists())
    writable = os.access(there, os.W_OK)
    free = shutil.disk_usage(there).free
    return [
        Finding("data directory", writable, f"{path} can be written to" if writable else f"make {there} writable"),
        Finding("disk", free > LEAST_FREE_BYTES, f"{free / 1e9:.1f} GB free" + ("" if free > LEAST_FREE_BYTES else
                ", free at least 0.5 GB")),
        Finding("front-end files", (DIST / "manifest.json").exists(), "built" if (DIST / "manifest.json").exists()
                else "missing; run python tools/assets.py"),
    ]  # fmt: skip


def _database(found: Access) -> list[Finding]:
    with psycopg.connect(found.conninfo, prepare_threshold=None) as connection:
        if found.assume_role:
            connection.execute(f"SET LOCAL ROLE {APP_ROLE}")
        connection.execute(SEE_ALL)
        row = connection.execute(
            """SELECT current_setting('server_version'), clock_timestamp(),
                      has_table_privilege('ticket_events', 'UPDATE') OR has_table_privilege('ticket_events', 'DELETE'),
                      current_setting('fsync'), (SELECT max(beat_at) FROM worker_heartbeats),
                      (SELECT count(*) FROM sla_instances i WHERE
                           (i.first_response_target IS NOT NULL AND i.first_response_counted_at IS NOT NULL
                            AND i.first_response_due_at IS NULL)
                        OR (i.resolution_target IS NOT NULL AND i.resolution_counted_at IS NOT NULL
                            AND i.resolution_due_at IS NULL))"""
        ).fetchone()
    assert row is not None
    version, at, may_rewrite, fsync, beat, endless = row
    apart = abs(clock.now() - at)
    return [
        Finding("database", True, f"PostgreSQL {version}, reachable, schema up to date"),
        Finding("history", not may_rewrite, "cannot be rewritten by the application" if not may_rewrite else
                "the application's role may UPDATE or DELETE ticket_events; run codex migrate as the owner"),
        Finding("durability", fsync == "on", "fsync is on" if fsync == "on" else "set fsync = on in PostgreSQL"),
        Finding("clock", apart < CLOCK_MAY_DIFFER, f"within {apart.total_seconds():.1f} s of the database's" if
                apart < CLOCK_MAY_DIFFER else f"{apart} apart from the database's; synchronise both"),
        Finding("service targets", endless == 0, "every running clock has a due time" if endless == 0 else
                f"clocks whose opening hours do not open within five years: {endless}; mend the hours, then apply"),
        Finding("worker", True, f"last heartbeat {clock.iso(beat)}" if beat else "not running now"),
    ]  # fmt: skip
