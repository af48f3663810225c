"""Running clocks move to what is promised now only when somebody says so, having seen what that changes (rule 14)."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from codex.db.work import Work
from codex.identity.models import Team
from codex.kernel.actor import TeamRole
from codex.kernel.errors import Unprocessable, require
from codex.sla import clock, instances, kept_versions, selecting
from codex.sla.applying_sql import BEHIND, OPEN, behind
from codex.sla.calendar import Calendar
from codex.sla.clock_occurrences import RetargetCause, Retargeted
from codex.sla.clock_state import ClockKind, ClockState, unpacked
from codex.sla.clock_verdicts import State, seen_at
from codex.sla.facts import SlaApplied
from codex.sla.models import SlaInstance, SlaPolicyConfig
from codex.sla.policy import may_read
from codex.sla.selecting import Chosen
from codex.tickets.models import Ticket, TicketPriority
from codex.tickets.queries import hold_merges

CHUNK = 200
MOST_SHOWN = 1_000
Kind = tuple[UUID | None, TicketPriority]
"""The team and the priority of tickets: what is promised for one of them is promised for all."""
Promises = Mapping[Kind, Chosen]
"""What is promised now."""


class Moved(Struct, frozen=True, rename="camel"):
    """One clock before and after; null where nothing is or would be promised, or, of a due time, while it waits."""

    old_state: State | None
    new_state: State | None
    old_due_at: datetime | None
    new_due_at: datetime | None


class Affected(Struct, frozen=True, rename="camel", kw_only=True):
    """An open ticket whose clocks run by something else than what is promised now, and what applying that would do."""

    ticket_id: UUID
    display_id: str | None
    subject: str
    team_id: UUID | None
    priority: TicketPriority
    first_response: Moved
    resolution: Moved
    why: str


class Scope(Struct, frozen=True, kw_only=True):
    """Which tickets are asked for; None: any. `policy_id`: those that run by it, or would. `kinds`: of these alone."""

    policy_id: UUID | None = None
    team_id: UUID | None = None
    ticket_ids: Collection[UUID] | None = None
    kinds: Collection[Kind] | None = None


async def pending(
    work: Work, scope: Scope, *, limit: int = MOST_SHOWN, after: UUID | None = None
) -> tuple[list[Affected], int]:
    """The open tickets that applying what is promised now would change, by id, and how many there are from `after` on.

    For owners; for the admins of teams, those of their teams. Raises Forbidden, and Unprocessable for a policy or a
    team that there is not.
    """
    promised = await promises(work, scope)
    rows = await (await work.reader()).all(
        f"""SELECT t.id, t.display_id, t.subject, t.assigned_team_id, t.priority::text, i.clocks, i.calendar_version_id,
            count(*) OVER () {BEHIND} ORDER BY t.id LIMIT %(limit)s""",
        behind(promised, scope.policy_id, scope.ticket_ids, after, limit),
    )
    known = await kept_versions.calendars(await work.reader(), {row[6] for row in rows})
    found = [_affected(row, promised, known.get(row[6], kept_versions.ALWAYS), work.now) for row in rows]
    return found, rows[0][-1] if rows else 0


async def apply(work: Work, scope: Scope, *, after: UUID | None = None) -> tuple[int, UUID | None]:
    """Let the next open tickets run by what is promised now; how many did, and where to go on (None: that was all).

    The same rights as to see them pending. Whoever comes second moves only what the first has left.
    """
    promised = await promises(work, scope)
    ids = await (await work.reader()).all(
        f"SELECT t.id {BEHIND} ORDER BY t.id LIMIT %(limit)s",
        behind(promised, scope.policy_id, scope.ticket_ids, after, CHUNK),
    )
    moved = 0
    async for ticket, instance in _held(work, [key for (key,) in ids]):
        chosen = promised.get((ticket.assigned_team_id, ticket.priority))
        if chosen is not None and not instances.runs_by(instance, chosen):
            await instances.put_under(work, ticket, instance, chosen, _cause(instance, chosen))
            moved += 1
    if moved:
        asked = scope.ticket_ids is not None
        work.record(SlaApplied(team_id=scope.team_id, policy_id=scope.policy_id, are_chosen=asked, count=moved))
    return moved, ids[-1][0] if len(ids) == CHUNK else None


async def promises(work: Work, scope: Scope) -> Promises:
    """What is promised now for every kind of open tickets that is asked for and that the actor sets.

    Raises what `pending` does.
    """
    sets = _sets(work, scope)
    await _refuse_absent(work, scope)
    await work.see_beyond()
    reader = await work.reader()
    rows = await reader.all(f"SELECT DISTINCT t.assigned_team_id, t.priority::text FROM tickets t WHERE {OPEN}")
    kinds = {(team_id, TicketPriority(priority)) for team_id, priority in rows}
    kinds &= kinds if scope.kinds is None else set(scope.kinds)
    return {kind: await selecting.terms_of(reader, *kind) for kind in kinds if sets is None or kind[0] in sets}


def _sets(work: Work, scope: Scope) -> Collection[UUID] | None:
    """The teams whose tickets are meant; None: all, those of no team included."""
    actor = work.actor
    led = [team for team, role in actor.team_roles.items() if role is TeamRole.ADMIN]
    sets_all = actor.is_owner or not actor.is_person
    require(
        sets_all or (bool(led) and scope.team_id in (None, *led)),
        "Owners and the admins of a team apply what is promised.",
    )
    if scope.team_id is not None:
        return [scope.team_id]
    return None if sets_all else led


async def _refuse_absent(work: Work, scope: Scope) -> None:
    if scope.policy_id is not None:
        policy = await work.session.get(SlaPolicyConfig, scope.policy_id)
        if policy is None or not may_read(work.actor, policy.team_id):
            raise Unprocessable("There is no such policy.", path="policyId")
    if scope.team_id is not None and await work.session.get(Team, scope.team_id) is None:
        raise Unprocessable("There is no such team.", path="teamId")


async def _held(work: Work, ids: Sequence[UUID]) -> AsyncIterator[tuple[Ticket, SlaInstance]]:
    """These tickets and their clocks, locked, those that are still open.

    Both are locked: of one that somebody else has just changed, only what is locked is read anew.
    """
    await hold_merges(work)
    rows = (
        await work.session.execute(
            select(Ticket, SlaInstance)
            .join(SlaInstance, SlaInstance.ticket_id == Ticket.id)
            .where(Ticket.id.in_(ids))
            .order_by(Ticket.id)
            .with_for_update(of=[Ticket, SlaInstance])
        )
    ).all()
    work.now = max([work.now, *(ticket.updated_at for ticket, _ in rows)])
    for ticket, instance in rows:
        if ticket.completed_at is None and ticket.deleted_at is None and ticket.merged_into_id is None:
            yield ticket, instance


def _cause(instance: SlaInstance, chosen: Chosen) -> RetargetCause:
    by = (instance.policy_version_id, instance.settings_version_id)
    return "CALENDAR" if by == (chosen.policy_version_id, chosen.settings_version_id) else "POLICY_VERSION"


def _affected(row: tuple[Any, ...], promised: Promises, calendar: Calendar, now: datetime) -> Affected:
    ticket_id, display_id, subject, team_id, priority = row[:5]
    chosen = promised[team_id, TicketPriority(priority)]
    before = unpacked(row[5], lambda _: calendar)
    at = max(now, before.at)
    after = clock.step(before, Retargeted(at=at, terms=chosen.terms, cause="POLICY_VERSION"))
    return Affected(
        ticket_id=ticket_id, display_id=display_id, subject=subject, team_id=team_id, priority=chosen.priority,
        first_response=_moved(before, after, ClockKind.FIRST_RESPONSE, at),
        resolution=_moved(before, after, ClockKind.RESOLUTION, at), why=chosen.why,
    )  # fmt: skip


def _moved(before: ClockState, after: ClockState, kind: ClockKind, now: datetime) -> Moved:
    old, new = seen_at(before, now)[kind], seen_at(after, now)[kind]
    return Moved(
        old.state if old else None, new.state if new else None, old.due_at if old else None, new.due_at if new else None
    )
