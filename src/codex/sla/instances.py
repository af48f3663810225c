"""A ticket's clocks are kept with the ticket: moved by its facts, in the transaction of the fact."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import select

from codex.db.work import Work
from codex.sla import clock, kept_versions, selecting
from codex.sla.clock_announcing import Announcement, due_announcements
from codex.sla.clock_facts import (
    ClockFact,
    SlaAtRisk,
    SlaBreached,
    SlaCancelled,
    SlaMet,
    SlaPaused,
    SlaResumed,
    SlaRetargeted,
    SlaStarted,
)
from codex.sla.clock_occurrences import Created, Occurrence, RetargetCause, Retargeted
from codex.sla.clock_state import ClockKind, ClockState, Phase, Source, packed_terms, unpacked
from codex.sla.models import SlaInstance, SlaNotifyRole
from codex.sla.selecting import Chosen
from codex.sla.standing import columns, standing
from codex.tickets.models import Ticket, TicketPriority


async def hold(work: Work, tickets: Collection[Ticket]) -> None:
    """Have the clocks of these locked tickets at hand, in one read, for as long as the transaction lasts."""
    ids = [ticket.id for ticket in tickets]
    found = await work.session.scalars(select(SlaInstance).where(SlaInstance.ticket_id.in_(ids)))
    _held(work).update({**dict.fromkeys(ids), **{instance.ticket_id: instance for instance in found}})


async def begin(work: Work, ticket: Ticket, *, team_id: UUID | None, priority: TicketPriority) -> None:
    """Start the clocks of a ticket that was just received; without a policy they are kept too, and promise nothing."""
    chosen = await selecting.terms_for(work, team_id, priority)
    is_answered = chosen.terms is not None and _was_answered_at_once(work, ticket)
    state = clock.begin(Created(at=work.now, terms=chosen.terms, answered=is_answered))
    instance = SlaInstance(id=ticket.id, ticket_id=ticket.id, priority=priority, created_at=work.now)
    work.session.add(instance)
    _held(work)[ticket.id] = instance
    if chosen.terms is not None:
        work.record(SlaStarted(ticket=ticket, terms=packed_terms(chosen.terms), is_answered=is_answered))
    _by(instance, chosen)
    _keep(work, ticket, instance, _announced(work, ticket, state))


async def take(work: Work, ticket: Ticket, occurrence: Occurrence) -> None:
    """Let something happen to the clocks of a locked ticket, and record what they did about it. A ticket from before
    there were clocks has none."""
    instance = await _of(work, ticket)
    if instance is None:
        return
    before = await state_in(work, instance)
    after = clock.step(before, occurrence)
    for fact in told(ticket, before, after):
        work.record(fact)
    _keep(work, ticket, instance, _announced(work, ticket, after))


async def reselect(work: Work, ticket: Ticket, cause: RetargetCause) -> None:
    """Select the policy of a locked ticket anew because something about it is another.

    Another category selects no other version of the same policy: that takes an explicit apply (sla.md rule 14).
    """
    instance = await _of(work, ticket)
    if instance is None:
        return
    chosen = await selecting.terms_for(work, ticket.assigned_team_id, ticket.priority)
    of = (chosen.terms and chosen.terms.source, chosen.policy_id, chosen.policy_config_id)
    if cause == "CATEGORY" and of == (_source(instance), instance.policy_id, instance.policy_config_id):
        return
    await put_under(work, ticket, instance, chosen, cause)


async def put_under(work: Work, ticket: Ticket, instance: SlaInstance, chosen: Chosen, cause: RetargetCause) -> None:
    """Let the clocks of a locked ticket go on by other terms; by the same ones nothing changes."""
    if runs_by(instance, chosen):
        return
    if chosen.terms is None and instance.policy_version_id is None:  # nothing was promised, and nothing is
        instance.priority = chosen.priority
        return
    terms = packed_terms(chosen.terms) if chosen.terms else None
    work.record(SlaRetargeted(ticket=ticket, terms=terms, cause=cause, why=chosen.why))
    before = await state_in(work, instance)
    after = clock.step(before, Retargeted(at=work.now, terms=chosen.terms, cause=cause))
    for fact in told(ticket, before, after):
        work.record(fact)
    _by(instance, chosen)
    _keep(work, ticket, instance, _announced(work, ticket, after))


def runs_by(instance: SlaInstance, chosen: Chosen) -> bool:
    """Whether a ticket's clocks run by these very terms."""
    promised = (chosen.policy_version_id, chosen.settings_version_id, chosen.calendar_version_id, chosen.priority)
    return promised == (
        instance.policy_version_id, instance.settings_version_id, instance.calendar_version_id, instance.priority
    )  # fmt: skip


async def announce(work: Work, ticket: Ticket, instance: SlaInstance) -> bool:
    """Record what is to be announced by now of the clocks of a locked ticket; whether there was anything."""
    before = await state_in(work, instance)
    after = _announced(work, ticket, before)
    _keep(work, ticket, instance, after)
    return after is not before


async def state_in(work: Work, instance: SlaInstance) -> ClockState:
    """The clocks as they are kept."""
    calendar = await kept_versions.calendar(await work.reader(), instance.calendar_version_id)
    return unpacked(instance.clocks, lambda _: calendar)


async def notify_roles(work: Work, ticket: Ticket) -> tuple[SlaNotifyRole, ...]:
    """Who hears of a ticket's clocks, by the policy that they run by."""
    instance = await _of(work, ticket)
    if instance is None:
        return ()
    by_own_hours = _source(instance) is Source.TEAM_POLICY
    version_id = instance.settings_version_id if by_own_hours else instance.policy_version_id
    return await kept_versions.notify_roles(await work.reader(), version_id)


async def is_running(work: Work, ticket: Ticket, kind: ClockKind) -> bool:
    """Whether a clock of a ticket counts against a target, after all that has happened in this work so far."""
    instance = await _of(work, ticket)
    state = await state_in(work, instance) if instance else None
    found = state.clock(kind) if state else None
    return found is not None and found.target is not None and found.phase is Phase.RUNNING


def _source(instance: SlaInstance) -> Source | None:
    """Where the terms of a ticket's clocks came from: also of hours that have been removed since."""
    terms = instance.clocks.get("terms")
    return Source(terms.get("source", Source.DEFAULT)) if terms else None


def told(ticket: Ticket, before: ClockState, after: ClockState) -> Iterator[ClockFact]:
    """What the clocks that promise something did from one state to the next."""
    for kind in ClockKind:
        old, new = before.clock(kind), after.clock(kind)
        if old is None or new is None or new.target is None or old.phase is new.phase:
            continue
        match new.phase:
            case Phase.PAUSED:
                yield SlaPaused(ticket=ticket, clock=kind)
            case Phase.HELD:
                yield SlaCancelled(ticket=ticket, clock=kind)
            case Phase.STOPPED if not new.is_late:
                yield SlaMet(ticket=ticket, clock=kind)
            case Phase.RUNNING:
                yield SlaResumed(ticket=ticket, clock=kind, due_at=new.due_at)
            case _:
                pass


def fact_of(ticket: Ticket, due: Announcement) -> ClockFact:
    """What is recorded of an announcement."""
    if due.kind == "AT_RISK":
        return SlaAtRisk(ticket=ticket, clock=due.clock, at=due.at, due_at=due.due_at, notify=due.notify)
    return SlaBreached(ticket=ticket, clock=due.clock, at=due.at, due_at=due.due_at, notify=due.notify, cause=due.cause)


async def _of(work: Work, ticket: Ticket) -> SlaInstance | None:
    """The clocks of a ticket, those of one that this work opened included; read once in a transaction."""
    held = _held(work)
    if ticket.id not in held:
        held[ticket.id] = await work.session.get(SlaInstance, ticket.id)
    return held[ticket.id]


def _held(work: Work) -> dict[UUID, SlaInstance | None]:
    """The clocks that this transaction has at hand: a session itself remembers only what somebody else holds."""
    held: dict[UUID, SlaInstance | None] = work.session.info.setdefault("sla_instances", {})
    return held


def _was_answered_at_once(work: Work, ticket: Ticket) -> bool:
    """An agent opened it for somebody else, and said something to them with it (sla.md rule 8)."""
    return ticket.first_response_at == work.now and work.actor.is_person and work.actor.id != ticket.requester_id


def _announced(work: Work, ticket: Ticket, state: ClockState) -> ClockState:
    for due in due_announcements(state, work.now):
        work.record(fact_of(ticket, due))
        state = clock.step(state, due.made(work.now))
    return state


def _by(instance: SlaInstance, chosen: Chosen) -> None:
    instance.priority = chosen.priority
    instance.policy_id, instance.policy_config_id = chosen.policy_id, chosen.policy_config_id
    instance.policy_version_id, instance.settings_version_id = chosen.policy_version_id, chosen.settings_version_id
    instance.calendar_version_id = chosen.calendar_version_id


def _keep(work: Work, ticket: Ticket, instance: SlaInstance, state: ClockState) -> None:
    """The row, and what of it stands on the ticket, follow from the state."""
    for name, value in columns(state).items():
        setattr(instance, name, value)
    ticket.first_response_due_at, ticket.due_at = instance.first_response_due_at, instance.resolution_due_at
    ticket.sla_paused_at = instance.paused_at
    ticket.sla_state, ticket.sla_breaches_at = standing(state)
    instance.updated_at = work.now
