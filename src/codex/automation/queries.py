"""Loading rules to change them: only what the actor may read, and never over what somebody else just saved."""

from collections.abc import Collection
from uuid import UUID

from codex.automation.models import AutomationRule
from codex.automation.policy import may_read
from codex.db.work import Work
from codex.kernel.errors import NotFound, StaleVersion


async def held_rule(work: Work, rule_id: UUID, *, versions: Collection[int] | None = None) -> AutomationRule:
    """A rule that the actor may read, for a change; nobody else changes it until this commits. Raises NotFound, and
    StaleVersion when the caller expected other `versions`."""
    found = await work.session.get(AutomationRule, rule_id, with_for_update=True, populate_existing=True)
    if found is None or found.deleted_at is not None or not may_read(work.actor, found.team_id):
        raise NotFound("There is no such rule.")
    if versions is not None and found.version not in versions:
        raise StaleVersion(f"The rule has changed since then; it is at version {found.version}.")
    return found
