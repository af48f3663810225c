"""What was promised before there were versions is version 1 of itself after an upgrade."""

import psycopg
import pytest
from msgspec import convert
from psycopg.types.json import Jsonb

from codex.db import migrate, revision
from codex.kernel.ids import new_id
from codex.sla.hours import Hours, written
from codex.sla.versions import PolicyTerms
from codex.tickets.models import TicketPriority
from databases import FreshDatabase

BEFORE = [number for number in revision.known() if number < "0009"]


def test_policies_hours_and_calendars_from_before_have_a_first_version(
    empty_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(revision, "known", lambda: tuple(BEFORE))
        migrate.upgrade(empty_database.owner)
    team, gold, bare = new_id(), new_id(), new_id()
    with psycopg.connect(**empty_database.owner) as connection:
        run = connection.execute
        run("INSERT INTO teams (id, name, slug) VALUES (%s, 'IT', 'it')", [team])
        run("INSERT INTO sla_policy_configs (id, name, is_default) VALUES (%s, 'Gold', true)", [gold])
        run("INSERT INTO sla_policy_configs (id, name, enabled) VALUES (%s, 'Bare', false)", [bare])
        run(
            """INSERT INTO sla_policy_config_targets
                   (id, policy_config_id, priority, first_response_hours, resolution_hours)
               VALUES (%s, %s, 'P1', 0.50, 4), (%s, %s, 'P2', NULL, 8)""",
            [new_id(), gold, new_id(), gold],
        )
        run(
            "INSERT INTO sla_policies (id, team_id, priority, resolution_hours) VALUES (%s, %s, 'P1', 2)",
            [new_id(), team],
        )
        for key, of in (("global", None), (str(team), team)):
            run(
                """INSERT INTO sla_business_hours_settings (id, team_id, timezone, schedule)
                   VALUES (%s, %s, 'Europe/Berlin', %s)""",
                [key, of, Jsonb({"mon": [["09:00", "17:00"]]})],
            )

    migrate.upgrade(empty_database.owner)

    with psycopg.connect(**empty_database.owner) as connection:
        run = connection.execute
        said = dict(run("SELECT policy_config_id, terms FROM sla_policy_versions WHERE team_id IS NULL").fetchall())
        own = run("SELECT priority, version, terms FROM sla_policy_versions WHERE team_id = %s", [team]).fetchall()
        calendars = run(
            """SELECT v.setting_id, v.team_id, v.version = s.version, v.schedule = s.schedule, v.holidays
               FROM sla_calendar_versions v JOIN sla_business_hours_settings s ON s.id = v.setting_id"""
        ).fetchall()
    targets = {TicketPriority.P1: written(0.5, 4), TicketPriority.P2: written(None, 8)}
    assert convert(said[gold], PolicyTerms) == PolicyTerms(name="Gold", is_default=True, targets=targets)
    assert convert(said[bare], PolicyTerms) == PolicyTerms(name="Bare", enabled=False)
    ((priority, version, hours),) = own
    assert (priority, version, convert(hours, Hours)) == ("P1", 1, written(None, 2))
    assert sorted(calendars, key=str) == sorted(
        [("global", None, True, True, []), (str(team), team, True, True, [])], key=str
    )
