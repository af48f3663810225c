"""What the demo world promises, and clocks in every state as of the instant at which it is loaded."""

import asyncio

from loaded import NOW, Demo

from codex.db.database import Reader
from codex.kernel.actor import system
from codex.sla.verify import verify
from world import opened

STANDS = """
    SELECT CASE WHEN sla_breaches_at < %s THEN 'BREACHED' ELSE sla_state::text END, completed_at IS NULL, count(*)
    FROM tickets GROUP BY 1, 2"""


def test_everybody_has_opening_hours_with_holidays_and_hr_has_its_own(demo: Demo) -> None:
    rows = demo.rows(
        "SELECT t.slug, h.timezone, h.schedule->'fri', jsonb_array_length(h.holidays) "
        "FROM sla_business_hours_settings h LEFT JOIN teams t ON t.id = h.team_id ORDER BY t.slug NULLS FIRST"
    )
    assert [row[:3] for row in rows] == [
        (None, "Europe/Berlin", [["08:30", "17:30"]]), ("hr", "Europe/Berlin", [["09:00", "13:00"]]),
    ]  # fmt: skip
    assert all(count > 15 for *_, count in rows)
    assert demo.one('SELECT holidays @> \'[{"date": "2026-12-25"}]\' FROM sla_business_hours_settings LIMIT 1')


def test_it_has_a_stricter_policy_and_facilities_hours_of_their_own(demo: Demo) -> None:
    assert demo.rows(
        "SELECT c.name, c.is_default, t.slug FROM sla_policy_configs c "
        "LEFT JOIN sla_policy_assignments a ON a.policy_config_id = c.id LEFT JOIN teams t ON t.id = a.team_id "
        "ORDER BY c.name"
    ) == [("IT, stricter", False, "it"), ("Standard", True, None)]
    stricter = demo.one(
        "SELECT bool_and(i.resolution_hours <= s.resolution_hours AND i.first_response_hours < s.first_response_hours) "
        "FROM sla_policy_config_targets i JOIN sla_policy_configs c ON c.id = i.policy_config_id AND NOT c.is_default "
        "JOIN sla_policy_config_targets s ON s.priority = i.priority AND s.policy_config_id <> c.id"
    )
    assert stricter
    assert demo.rows("SELECT t.slug, p.priority::text FROM sla_policies p JOIN teams t ON t.id = p.team_id") == [
        ("facilities", "P1")
    ]


def test_every_ticket_has_clocks_and_most_of_them_are_in_time(demo: Demo) -> None:
    stands = {(state, is_open): count for state, is_open, count in demo.rows(STANDS, NOW)}
    assert demo.one("SELECT count(*) FROM tickets WHERE sla_state IS NULL") == 0
    assert stands["RUNNING", True] >= 40
    assert stands["PAUSED", True] >= 20
    assert 5 <= stands["BREACHED", True] <= 40
    assert stands["MET", False] >= 100
    assert 3 <= stands["BREACHED_DONE", False] <= 60


def test_some_are_at_risk_and_each_clock_knows_it(demo: Demo) -> None:
    at_risk = """SELECT count(*) FROM tickets k JOIN sla_instances i ON i.ticket_id = k.id
        WHERE k.completed_at IS NULL AND k.sla_state = 'RUNNING' AND k.sla_breaches_at >= %s AND {}"""
    assert demo.one(at_risk.format("i.resolution_at_risk_notified_at IS NOT NULL"), NOW) >= 2
    waits_for_answer = "i.first_response_at_risk_notified_at IS NOT NULL AND k.first_response_at IS NULL"
    assert demo.one(at_risk.format(waits_for_answer), NOW) >= 1


def test_what_fell_due_was_announced_within_a_minute_or_by_what_happened(demo: Demo) -> None:
    late = demo.one(
        "SELECT count(*) FROM ticket_events WHERE type IN ('SLA_AT_RISK', 'SLA_BREACHED') "
        "AND (payload->>'cause') IS NULL AND created_at > (payload->>'at')::timestamptz + interval '61 seconds'"
    )
    told = demo.one("SELECT count(*) FROM ticket_events WHERE type IN ('SLA_AT_RISK', 'SLA_BREACHED')")
    assert told >= 30
    assert late <= told // 10, "a clock that waited when it fell due is told of when it goes on"
    assert demo.one("SELECT count(*) FROM sla_instances WHERE next_due_at < %s", NOW) == 0


def test_leads_have_heard_of_what_is_late(demo: Demo) -> None:
    lena = demo.one("SELECT id FROM users WHERE email = 'lena@acme.example'")
    assert demo.one("SELECT count(*) FROM notifications WHERE user_id = %s AND type = 'SLA_BREACHED'", lena) >= 1


def test_a_view_of_everybody_holds_what_is_overdue(demo: Demo) -> None:
    assert demo.one("SELECT count(*) FROM saved_views WHERE name = 'Overdue' AND user_id IS NULL") == 1


def test_recomputing_every_clock_from_its_events_changes_nothing(demo: Demo) -> None:
    count, differences = asyncio.run(recomputed(demo))
    assert (count, differences) == (demo.one("SELECT count(*) FROM tickets"), [])


async def recomputed(demo: Demo) -> tuple[int, list[object]]:
    async with opened(demo.database.app) as found, found.reading(system("Test")) as reader:
        return await _all(reader)


async def _all(reader: Reader) -> tuple[int, list[object]]:
    chunks = [chunk async for chunk in verify(reader)]
    return sum(count for count, _ in chunks), [difference for _, found in chunks for difference in found]
