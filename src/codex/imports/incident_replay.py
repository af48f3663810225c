"""Lives an incident log through the real commands: moment by moment, at its instant, by whoever did it then.

A batch of moments is one transaction, in which the ledger says how far each incident got: killed at any moment, the
next run goes on where the last commit was. Commits do not wait for the disk, since what a crash takes back is
replayed; the last one does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from codex.classification import queries as classification
from codex.classification.models import Category
from codex.db.work import Work, Works
from codex.identity import queries as people
from codex.imports.incident_cast import Cast
from codex.imports.incident_names import UNKNOWN_CALLER, UNKNOWN_UPDATER, UNNAMED_GROUP, CategoryKey
from codex.imports.incident_order import Moment, Replay
from codex.imports.incident_plan import category_of, plan
from codex.imports.incident_steps import Assign, Known, Move, Open, SetCategory, SetPriority, Step, Transfer
from codex.imports.models import ImportedTicket
from codex.kernel.actor import importer, system
from codex.kernel.errors import Conflict
from codex.sla import instances
from codex.tickets import assignment, lifecycle, opening, triage
from codex.tickets.models import Ticket, TicketChannel, TicketPriority, TicketStatus

SOURCE = "incident-log"
BATCH = 200
_NEXT = timedelta(microseconds=1)
"""So much later is what the log has in the same minute: one instant is one command, as it is when people act."""
_ONE_AT_A_TIME = 0x1AC1DE47  # the advisory lock of a running import


@dataclass(slots=True)
class Outcome:
    """What a run did. `rows_before`: already here when it began; `commands`: what the rows amounted to."""

    tickets: int = 0
    rows: int = 0
    rows_before: int = 0
    commands: int = 0
    stopped: bool = False


@dataclass(slots=True)
class _Ledger:
    """How far each incident got: its ticket, and the position of its last moment that is here."""

    done: dict[str, tuple[UUID, int]] = field(default_factory=dict)

    def is_done(self, moment: Moment) -> bool:
        known = self.done.get(moment.row.number)
        return known is not None and moment.position <= known[1]


async def live(
    works: Works, replay: Replay, *, progress: Callable[[int], None], stopping: Callable[[], bool]
) -> Outcome:
    """Replay what is not here yet; `progress` hears the number of moments gone by, `stopping` is asked between batches.

    Raises Conflict when another import is running.
    """
    outcome, ledger, cast = Outcome(), _Ledger(), Cast()
    async with works.begin(system("Import")) as guard:
        if not await guard.session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME}):
            raise Conflict("Another import of incidents is running.")
        await _load(guard, replay, ledger, cast)
        todo = iter([moment for moment in replay.moments if not ledger.is_done(moment)])
        outcome.rows_before = sum(1 for m in replay.moments if not m.is_opening and ledger.is_done(m))
        progress(sum(1 for m in replay.moments if ledger.is_done(m)))
        while not stopping() and (batch := list(islice(todo, BATCH))):
            await _live_batch(works, batch, ledger, cast, outcome)
            progress(len(batch))
        outcome.stopped = next(todo, None) is not None
    async with works.begin(system("Import")) as last:  # waits for the disk, and with it for all commits before it
        await last.session.execute(text("SELECT pg_current_xact_id()"))
    return outcome


async def _load(work: Work, replay: Replay, ledger: _Ledger, cast: Cast) -> None:
    known = await work.session.execute(
        select(ImportedTicket.external_key, ImportedTicket.ticket_id, ImportedTicket.rows_done).where(
            ImportedTicket.source == SOURCE
        )
    )
    ledger.done = {key: (ticket_id, rows) for key, ticket_id, rows in known}
    rows = [moment.row for moment in replay.moments]
    seen = {k for r in rows for k in (r.caller, r.opened_by, r.agent, r.updated_by) if k}
    groups = {r.group or UNNAMED_GROUP for r in rows}
    paths = {path for r in rows if (key := category_of(r)) for path in (key, key.parent) if path}
    await cast.load(work, people=seen | {UNKNOWN_CALLER, UNKNOWN_UPDATER}, groups=groups, categories=paths)


async def _live_batch(works: Works, batch: Sequence[Moment], ledger: _Ledger, cast: Cast, outcome: Outcome) -> None:
    async with works.begin(system("Import"), durable=False) as work:
        tickets = await _lock(work, [ledger.done[m.row.number][0] for m in batch if m.row.number in ledger.done])
        await instances.hold(work, tickets.values())
        await cast.gather(work, {m.row.caller if m.is_opening else m.row.agent for m in batch})
        fresh: dict[str, tuple[UUID, int]] = {}
        for moment in batch:
            number = moment.row.number
            here = fresh.get(number) or ledger.done.get(number)
            ticket = tickets[here[0]] if here else None
            for step in plan(_known(ticket, cast) if ticket else None, moment.previous, moment.row):
                ticket = await _do(work, step, ticket, cast)
                outcome.commands += 1
            assert ticket is not None
            tickets[ticket.id] = ticket
            fresh[number] = (ticket.id, moment.position)
        await _note(work, fresh)
    ledger.done |= fresh
    outcome.tickets += sum(1 for m in batch if m.is_opening)
    outcome.rows += sum(1 for m in batch if not m.is_opening)


async def _lock(work: Work, ids: Sequence[UUID]) -> dict[UUID, Ticket]:
    found = await work.session.scalars(
        select(Ticket).where(Ticket.id.in_(set(ids))).order_by(Ticket.id).with_for_update()
    )
    return {ticket.id: ticket for ticket in found}


async def _do(work: Work, step: Step, ticket: Ticket | None, cast: Cast) -> Ticket:
    """One step by one command, in the name of who did it."""
    async with work.step(system("Import"), now=step.at) as making:
        who = await cast.person(making, step.by)
    actor = importer(str(cast.key_of(who)), who)
    now = max(step.at, ticket.updated_at + _NEXT) if ticket else step.at
    async with work.step(actor, now=now) as acting:
        if isinstance(step, Open):
            return await _open(acting, step, cast)
        assert ticket is not None
        match step:
            case SetCategory(category=key):
                await triage.set_category(acting, ticket, await _category(acting, key, cast))
            case SetPriority(priority=priority):
                await triage.set_priority(acting, ticket, TicketPriority(priority))
            case Transfer(group=key):
                team_id = await cast.team(acting, key)
                await assignment.transfer_to(acting, ticket, await people.team(work.session, team_id))
            case Assign(agent=None):
                await assignment.assign_to(acting, ticket, None)
            case Assign(agent=str(key)):
                await _assign(acting, ticket, key, cast)
            case Move(to=to):
                await lifecycle.move(acting, ticket, to=TicketStatus(to))
    return ticket


async def _open(work: Work, step: Open, cast: Cast) -> Ticket:
    requester_id = await cast.person(work, step.caller)
    return await opening.open_ticket(
        work,
        requester=await people.person(work.session, requester_id),
        subject=step.subject,
        description=step.description,
        priority=TicketPriority(step.priority),
        channel=TicketChannel(step.channel),
        category=await _category(work, step.category, cast) if step.category else None,
    )


async def _category(work: Work, key: CategoryKey, cast: Cast) -> Category:
    return await classification.category(work.session, await cast.category(work, key))


async def _assign(work: Work, ticket: Ticket, key: str, cast: Cast) -> None:
    user_id = await cast.person(work, key)
    if ticket.assigned_team_id is not None:
        await cast.join(work, ticket.assigned_team_id, user_id)
    await assignment.assign_to(work, ticket, user_id)


def _known(ticket: Ticket, cast: Cast) -> Known:
    return Known(
        status=ticket.status.value,
        group=cast.key_of(ticket.assigned_team_id),
        agent=cast.key_of(ticket.assignee_id),
        priority=ticket.priority.value,
        category=cast.category_of(ticket.category_id),
    )


async def _note(work: Work, fresh: dict[str, tuple[UUID, int]]) -> None:
    rows = [
        {"source": SOURCE, "external_key": number, "ticket_id": ticket_id, "rows_done": position}
        for number, (ticket_id, position) in fresh.items()
    ]
    await work.session.flush()
    upsert = insert(ImportedTicket).values(rows)
    await work.session.execute(
        upsert.on_conflict_do_update(
            index_elements=["source", "external_key"], set_={"rows_done": upsert.excluded.rows_done}
        )
    )
