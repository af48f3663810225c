"""A rule that only fails is paused, and whoever made it is told."""

from sqlalchemy import select, update

from codex.automation.facts import AutomationRulePaused
from codex.automation.models import AutomationExecution, AutomationRule
from codex.automation.terms import Rule
from codex.db.work import Work
from codex.kernel.ids import new_id
from codex.notifications.models import Notification, NotificationType

FAILURES = 20
"""So many in a row."""


async def pause_if_hopeless(work: Work, rule: Rule, error: str) -> None:
    """Pause a rule whose last FAILURES runs failed, all as it stands now.

    Nobody waits for anybody else here: who finds the rule held by another leaves it to them.
    """
    runs = select(AutomationExecution.success, AutomationExecution.rule_version)
    last = runs.where(AutomationExecution.rule_id == rule.id).order_by(
        AutomationExecution.executed_at.desc(), AutomationExecution.id.desc()
    )
    found = (await work.session.execute(last.limit(FAILURES))).all()
    if len(found) < FAILURES or any(success or version != rule.version for success, version in found):
        return
    free = select(AutomationRule.id).where(
        AutomationRule.id == rule.id, AutomationRule.paused_at.is_(None), AutomationRule.deleted_at.is_(None)
    )
    paused = await work.session.execute(
        update(AutomationRule)
        .where(AutomationRule.id == free.with_for_update(skip_locked=True).scalar_subquery())
        .values(paused_at=work.now)
        .returning(AutomationRule.created_by_id),
        execution_options={"synchronize_session": False},
    )
    creator = paused.scalar_one_or_none()
    if creator is None:
        return
    work.session.info.pop("automation_rules", None)
    told = Notification(
        id=new_id(), user_id=creator, type=NotificationType.TICKET_UPDATED, created_at=work.now,
        title=f"The rule “{rule.terms.name}” is paused",
        body=f"It failed {FAILURES} times in a row. The last time: {error}",
    )  # fmt: skip
    work.session.add(told)
    work.record(
        AutomationRulePaused(
            team_id=rule.team_id, rule_id=rule.id, name=rule.terms.name, version=rule.version, failures=FAILURES,
            error=error,
        )
    )  # fmt: skip
