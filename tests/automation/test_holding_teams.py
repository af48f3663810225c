"""What would be lost with a team is in the way of removing it, and is named."""

from typing import Any

import pytest
from sqlalchemy import select

from codex import tables
from codex.automation.holding_teams import HOLDING
from codex.automation.models import AutomationRule
from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
GOES_ALONG = {
    "users", "team_members", "admin_audit_events", "sla_policy_assignments", "sla_business_hours_settings",
    "sla_policies", "sla_policy_versions", "sla_calendar_versions",
}  # fmt: skip
"""Memberships, what is set for the team alone and has no name; and the audit log, which names teams itself."""
RULE = {"name": "Fire!", "trigger": "TICKET_CREATED", "priority": 1, "actions": [{"type": "stop"}]}
ASK: list[Any] = [{"field": "priority", "operator": "equals", "value": "P1"}]


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("routing-rules", {"name": "To it", "keywords": ["x"], "priority": 1}, "the routing rule “To it”"),
        ("automation-rules", RULE, "the automation rule “Fire!”"),
        ("saved-views", {"name": "Urgent", "filters": {"conditions": ASK}}, "the view “Urgent”"),
        ("canned-responses", {"name": "Hello", "content": "Hi"}, "the prepared text “Hello”"),
        ("custom-fields", {"name": "Colour", "fieldType": "TEXT"}, "the custom field “Colour”"),
        ("tags", {"name": "red"}, "the tag “red”"),
    ],
)
async def test_a_team_is_not_removed_over_what_is_its_own(
    world: World, path: str, body: dict[str, Any], told: str
) -> None:
    async with await world.client(world.ona, Scope.ADMIN) as ona:
        team = (await ona.post("/api/v1/teams", json={"name": "Legal", "slug": "legal"})).json()
        made = await ona.post(f"/api/v1/{path}", json={**body, "teamId": team["id"]})
        assert made.status_code == 201, made.text

        refused = await ona.delete("/api/v1/teams/legal")
        assert (refused.status_code, told in refused.json()["detail"]) == (409, True), refused.text
        assert (await ona.get(f"/api/v1/{path}")).json()["items"] != []

        assert (await ona.delete(f"/api/v1/{path}/{made.json()['id']}")).status_code == 204
        assert (await ona.delete("/api/v1/teams/legal")).status_code == 204


async def test_the_first_of_many_are_named_and_all_kinds_are(world: World) -> None:
    async with await world.client(world.ona, Scope.ADMIN) as ona:
        team = (await ona.post("/api/v1/teams", json={"name": "Legal", "slug": "legal"})).json()["id"]
        ticket = await world.ticket(team=world.it)
        grant = await ona.put(f"/api/v1/tickets/{ticket.id}/access/{team}", json={"accessLevel": "READ"})
        assert grant.status_code == 204
        for name in ("e", "b", "a", "d", "c"):
            assert (await ona.post("/api/v1/automation-rules", json={**RULE, "name": name, "teamId": team})).is_success
        category = {"name": "Contracts", "slug": "agreements", "defaultTeamId": team}
        assert (await ona.post("/api/v1/categories", json=category)).is_success

        said = (await ona.delete("/api/v1/teams/legal")).json()["detail"]
    display_id = (await world.reload(ticket)).display_id
    assert said == (
        "This team still has the automation rule “a”, “b”, “c” and 2 more, the default of the category “Contracts”, "
        f"the grant on the ticket “{display_id}”. Remove or move them, or deactivate the team."
    )


async def test_a_rule_that_is_gone_is_in_no_teams_way(world: World) -> None:
    async with await world.client(world.ona, Scope.ADMIN) as ona:
        team = (await ona.post("/api/v1/teams", json={"name": "Legal", "slug": "legal"})).json()["id"]
        rule = (await ona.post("/api/v1/automation-rules", json={**RULE, "teamId": team})).json()
        assert (await ona.delete(f"/api/v1/automation-rules/{rule['id']}")).status_code == 204
        assert (await ona.delete("/api/v1/teams/legal")).status_code == 204
    async with world.session() as session:
        kept = await session.scalar(select(AutomationRule).where(AutomationRule.name == "Fire!"))
    assert kept is not None
    assert (kept.team_id, kept.is_active, kept.deleted_at is not None) == (None, False, True)


def test_whatever_names_a_team_is_in_the_way_or_goes_along() -> None:
    naming = {
        table.name for table in tables.metadata.tables.values()
        for key in table.foreign_keys if key.column.table.name == "teams"
    }  # fmt: skip
    assert naming - {"tickets"} == set(HOLDING) | GOES_ALONG
