"""One rule runs on one ticket, in a savepoint: it does all that it says, or nothing, and either is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from msgspec import to_builtins
from sqlalchemy import inspect

from codex.automation import references
from codex.automation.doing import Doing, Done
from codex.automation.facts import RuleRan
from codex.automation.models import AutomationExecution, Trigger
from codex.automation.pausing import pause_if_hopeless
from codex.automation.policy import rule_actor
from codex.automation.terms import Rule
from codex.db.database import CONNECTION_LOST, is_contended
from codex.db.work import Work
from codex.kernel.criteria.tree import Finding
from codex.kernel.errors import CodexError
from codex.kernel.ids import new_id
from codex.tickets.models import Ticket

DEPTH = 4
"""Rules that rules woke: so deep, and no deeper."""
log = structlog.get_logger("codex.automation")


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why rules are asked: what woke them, on which ticket. `root_id`: the original event that it all goes back to.
    `stay_event_id`: of timed rules, the event that began what has lasted for so long."""

    trigger: Trigger
    ticket: Ticket
    ticket_id: UUID
    event_id: UUID
    root_id: UUID
    stay_event_id: UUID | None = None


@dataclass(slots=True)
class Course:
    """Which rules ran in this transaction, for which original event, and how deep in each other they are now."""

    ran: set[tuple[UUID, UUID]] = field(default_factory=set)
    depth: int = 0

    def why_not(self, occasion: Occasion, rule: Rule) -> str | None:
        """Why the rule must not run now; None: it may."""
        if (occasion.root_id, rule.id) in self.ran:
            return "Cut off: this rule has already run for the same original event."
        if self.depth >= DEPTH:
            return f"Cut off: rules that woke each other were {DEPTH} deep by then."
        return None


def course_of(work: Work) -> Course:
    """What rules have done so far in this transaction."""
    found: Course = work.session.info.setdefault("automation_course", Course())
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule. `acted`: the ticket, or something about it, may be other than before."""

    acted: bool = False
    stops: bool = False


async def settle(work: Work) -> None:
    """Settle what has happened by now: it is no rule's doing, so no failing rule undoes it."""
    if work.recorded:
        async with work.step(work.actor, now=work.now):
            pass


async def run(work: Work, occasion: Occasion, rule: Rule, findings: Sequence[Finding]) -> Outcome:
    """Let a rule act whose conditions hold. What it refuses, or breaks, is undone, kept and told; nothing is raised
    but that the database is gone."""
    await settle(work)
    course = course_of(work)
    course.ran.add((occasion.root_id, rule.id))
    if gone := await references.missing(await work.reader(), rule.actions, team_id=rule.team_id):
        await note_broken(work, occasion, rule, "; ".join(problem.message for problem in gone))
        return Outcome()
    execution = _execution(work, occasion, rule, findings)
    doing = Doing(work, occasion.ticket, rule, occasion.trigger, execution.id)
    course.depth += 1
    try:
        async with work.session.begin_nested():
            await _act(work, occasion, doing, execution)
    except CodexError as refused:
        error = str(refused)
    except CONNECTION_LOST as gone_away:
        if not is_contended(gone_away):
            raise
        error = "Others were changing the same at that moment."
    except Exception as bug:  # a rule's bug is a row in its log, and seen in ours; it is not the person's error
        log.exception("rule failed", rule=str(rule.id), ticket=str(occasion.ticket_id))
        error = f"Something went wrong on our side ({type(bug).__name__}); it has been logged."
    else:
        return Outcome(acted=any(done.changed for done in doing.done), stops=doing.stops)
    finally:
        course.depth -= 1
    await _undone(work)
    await _note_failure(work, occasion, doing, _execution(work, occasion, rule, findings), error)
    return Outcome()


async def note_broken(work: Work, occasion: Occasion, rule: Rule, why: str) -> None:
    """Keep that a rule was passed over because it is broken."""
    await work.session.flush()  # what the row names is there before it
    execution = _execution(work, occasion, rule, ())
    execution.matched, execution.success, execution.error = False, False, f"Skipped as broken: {why}"
    work.session.add(execution)
    await work.session.flush()
    await pause_if_hopeless(work, rule, execution.error)


async def _act(work: Work, occasion: Occasion, doing: Doing, execution: AutomationExecution) -> None:
    rule = doing.rule
    async with work.step(rule_actor(rule.terms.name, rule.id), now=work.now) as step:
        step.cause_id, step.root_id, step.depth = occasion.event_id, occasion.root_id, 0
        doing.work = step
        await doing.all(rule.actions)
        kinds = tuple(done.type for done in doing.done if done.changed)
        if kinds:
            ran = RuleRan(
                ticket=occasion.ticket, rule_id=rule.id, name=rule.terms.name, version=rule.version,
                trigger=occasion.trigger.value, actions=kinds,
            )  # fmt: skip
            step.record(ran)
        execution.actions = to_builtins(doing.done)
        work.session.add(execution)
        await work.session.flush()
        work.session.add_all(doing.deliveries)


async def _undone(work: Work) -> None:
    """What the savepoint took back is read anew: nothing here loads by itself."""
    for held in list(work.session.sync_session.identity_map.values()):
        if inspect(held).expired_attributes:
            await work.session.refresh(held)


async def _note_failure(
    work: Work, occasion: Occasion, doing: Doing, execution: AutomationExecution, error: str
) -> None:
    attempted = [Done(done.type, []) for done in doing.done]
    if doing.trying is not None:
        attempted.append(Done(doing.trying, [], error))
    execution.success, execution.error, execution.actions = False, error, to_builtins(attempted)
    work.session.add(execution)
    await work.session.flush()
    log.info("rule failed and was undone", rule=str(doing.rule.id), ticket=str(occasion.ticket_id), error=error)
    await pause_if_hopeless(work, doing.rule, error)


def _execution(work: Work, occasion: Occasion, rule: Rule, findings: Sequence[Finding]) -> AutomationExecution:
    return AutomationExecution(
        id=new_id(), rule_id=rule.id, rule_version=rule.version, ticket_id=occasion.ticket_id,
        event_id=occasion.event_id, stay_event_id=occasion.stay_event_id, trigger=occasion.trigger.value, matched=True,
        success=True, conditions=to_builtins(list(findings)), actions=[], executed_at=work.now,
    )  # fmt: skip
