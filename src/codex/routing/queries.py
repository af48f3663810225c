"""Loading a rule to change it: only what the actor may read, and never over what somebody else just saved."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from codex.db.work import Work
from codex.kernel.errors import Conflict, NotFound, StaleVersion
from codex.routing.models import RoutingRule
from codex.routing.policy import may_read


async def held_rule(work: Work, rule_id: UUID, *, versions: Collection[int] | None = None) -> RoutingRule:
    """A rule that the actor may read, for a change; nobody else changes it until this commits. Raises NotFound;
    StaleVersion when the caller expected other `versions`; Conflict when somebody else saved it while this waited."""
    seen: int | None = await work.session.scalar(select(RoutingRule.version).where(RoutingRule.id == rule_id))
    query = select(RoutingRule).where(RoutingRule.id == rule_id).with_for_update()
    found: RoutingRule | None = await work.session.scalar(query, execution_options={"populate_existing": True})
    if found is None or not may_read(work.actor, found.team_id):
        raise NotFound("There is no such routing rule.")
    if versions is not None and found.version not in versions:
        raise StaleVersion(f"This has changed since then; it is at version {found.version}.")
    if found.version != seen:  # it was locked, and has another version now than when this began
        raise Conflict("Somebody else has just saved this; look at it again.")
    return found
