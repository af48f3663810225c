"""`codex audit verify`: whole or not, in words and as JSON."""

import json

from shells import Shell

import databases
from codex.db import embedded
from databases import FreshDatabase


def test_a_log_that_is_whole_is_said_to_be(shell: Shell) -> None:
    as_text, as_json = shell("audit", "verify"), shell("audit", "verify", "--json")
    assert (as_text.code, as_text.err, as_json.code) == (0, "", 0)
    told = json.loads(as_json.out)
    assert as_text.out == f"{told['events']} events, 1 days, 0 broken\n"
    assert told["events"] > 0 and told["days"] == 1 and told["broken"] == []


def test_the_first_row_that_is_not_as_written_is_named(
    shell: Shell, server: embedded.Server, world_database: FreshDatabase
) -> None:
    with databases.superuser(server, world_database.name) as connection:
        connection.execute("UPDATE admin_audit_events SET type = 'X' WHERE chain_position IN (4, 7)")
        row = connection.execute("SELECT id FROM admin_audit_events WHERE chain_position = 4").fetchone()
    as_text, as_json = shell("audit", "verify"), shell("audit", "verify", "--json")

    assert row is not None
    assert (as_text.code, as_text.sentence) == (1, "1 days of the audit log are not as they were written.")
    assert as_text.out.startswith(f"2026-01-05 number 4 ({row[0]}): ")
    (broken,) = json.loads(as_json.out)["broken"]
    assert (as_json.code, broken["day"], broken["position"], broken["id"]) == (1, "2026-01-05", 4, str(row[0]))
