"""One change of many tickets: each by itself, with its own rights and its own result, and undone as one."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, convert, to_builtins
from sqlalchemy import select

from codex.classification.models import Category
from codex.db.database import CONNECTION_LOST, is_contended
from codex.db.work import Work
from codex.identity.models import Team
from codex.kernel.errors import CodexError, Conflict, NotFound
from codex.kernel.ids import new_id
from codex.tickets import assignment, lifecycle, messages, queries, tagging, triage
from codex.tickets.hanging_models import BulkChange
from codex.tickets.models import MessageType, Ticket, TicketPriority, TicketStatus
from codex.tickets.queries import Ref
from codex.tickets.undoing import put_back

MOST = 500
_AT_ONCE = 50
Begin = Callable[..., Work]
"""Begins a work in the name of whoever asks: `begin()`; `begin(durable=False)`, as of `Works.begin`."""
Compose = Callable[[Ref], Awaitable[str]]
"""Puts together the words that are sent to one ticket, before the ticket is locked."""
Act = Callable[[Work, Ticket], Awaitable[object]]
"""Does to one ticket what else is wanted; the ticket is locked, and what it refuses is raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to become of each ticket; UNSET, None and nothing leave it as it is.

    Carried out in this order: category, priority, tags, message, `act`, person, status, team. The team last, since with
    it the right to the rest may go. `lasting`: what of that which `act` does is not undone.
    """

    category: Category | None | UnsetType = UNSET
    priority: TicketPriority | None = None
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    message_type: MessageType = MessageType.PUBLIC
    compose: Compose | None = None
    act: Act | None = None
    lasting: Sequence[str] = ()
    assignee_id: UUID | None | UnsetType = UNSET
    status: TicketStatus | None = None
    team: Team | None = None


class Done(Struct, frozen=True, array_like=True):
    """What became of a ticket that was changed: its version before and after, whether it was written to, and what else
    undoing leaves as it is."""

    id: UUID
    old: int
    new: int
    wrote: bool
    lasting: tuple[str, ...] = ()

    @property
    def remains(self) -> tuple[str, ...]:
        """What undoing leaves as it is."""
        return tuple(dict.fromkeys((*(("message",) if self.wrote else ()), *self.lasting)))


@dataclass(frozen=True, slots=True)
class Result:
    """How it went with one ticket: `name` is its id, or, when there is no such ticket, what it was called by.

    `error`: it is as it was, and why. `remains`: what undoing has left as it is.
    """

    name: str
    error: Exception | None = None
    remains: tuple[str, ...] = ()


async def announce(work: Work, *, asked: dict[str, Any]) -> BulkChange:
    """Say that a change of many tickets begins; it is undone by the id. `asked`: what, as JSON, without its words."""
    made = BulkChange(id=new_id(), user_id=work.actor.id, changes=asked, results=[], created_at=work.now)
    work.session.add(made)
    return made


async def change(begin: Begin, refs: Iterable[Ref], wanted: Wanted, *, announced: BulkChange) -> list[Result]:
    """Change each of the tickets, or leave it whole; twice named, once changed.

    Many at a time, and where one of them is refused, those one by one. A crash in between may leave a part of them
    changed, not to be undone.
    """
    progress = _Progress()
    named = list(dict.fromkeys(refs))
    for start in range(0, len(named), _AT_ONCE):
        some = named[start : start + _AT_ONCE]
        try:
            await _attempt(begin, some, wanted, progress)
        except (CodexError, *CONNECTION_LOST) as error:
            _keep_going(error)
            for ref in some:
                await _try_one(begin, ref, wanted, progress)
    async with begin() as work:  # waits for the disk, and so for all before it
        kept = await work.session.get_one(BulkChange, announced.id)
        kept.results = to_builtins(progress.done)
    return list(progress.results.values())


async def claim_undo(work: Work, undo_id: UUID) -> list[Done]:
    """What an own change of many tickets did, to be undone now and never again. Raises NotFound and Conflict."""
    query = select(BulkChange).where(BulkChange.id == undo_id, BulkChange.user_id == work.actor.id)
    found: BulkChange | None = await work.session.scalar(query.with_for_update())
    if found is None:
        raise NotFound("There is no such change of yours.")
    if found.undone_at is not None:
        raise Conflict("This has been undone already.")
    found.undone_at = work.now
    return convert(found.results, list[Done])


async def undo(begin: Begin, done: Sequence[Done]) -> list[Result]:
    """Put each ticket back to how it was before, unless it has been changed since; what was written stays. With the
    rights of now."""
    results: list[Result] = []
    for start in range(0, len(done), _AT_ONCE):
        some = done[start : start + _AT_ONCE]
        try:
            results += await _put_back(begin, some)
        except (CodexError, *CONNECTION_LOST) as error:
            _keep_going(error)
            results += [await _put_one_back(begin, each) for each in some]
    return results


@dataclass(slots=True)
class _Progress:
    """How far a change has come. `names`: what the results call the tickets that were found."""

    results: dict[str, Result] = field(default_factory=dict)
    done: list[Done] = field(default_factory=list)
    names: dict[Ref, str] = field(default_factory=dict)


async def _attempt(begin: Begin, refs: Sequence[Ref], wanted: Wanted, progress: _Progress) -> None:
    """Change all of these tickets but those that are changed already. Raises what refuses any of them; then none is."""
    bodies = {ref: await wanted.compose(ref) for ref in refs} if wanted.compose else {}
    versions: dict[UUID, int] = {}
    async with begin(durable=False) as work:
        found = await queries.several(work, refs)
        progress.names |= {ref: str(ticket.id) for ref, ticket in found.items()}
        for ref, ticket in found.items():
            if ticket.id not in versions and str(ticket.id) not in progress.results:
                versions[ticket.id] = ticket.version
                await _apply(work, ticket, wanted, bodies.get(ref))
    for ref in refs:
        if ref not in found:
            progress.results.setdefault(str(ref), Result(str(ref), NotFound("There is no such ticket.")))
            continue
        ticket, name = found[ref], progress.names[ref]
        old = versions.pop(ticket.id, ticket.version)
        if old != ticket.version:
            progress.done.append(Done(ticket.id, old, ticket.version, ref in bodies, tuple(wanted.lasting)))
        progress.results.setdefault(name, Result(name))


async def _try_one(begin: Begin, ref: Ref, wanted: Wanted, progress: _Progress) -> None:
    try:
        await _attempt(begin, [ref], wanted, progress)
    except (CodexError, *CONNECTION_LOST) as error:
        _keep_going(error)
        name = progress.names.get(ref, str(ref))
        progress.results.setdefault(name, Result(name, error))


async def _apply(work: Work, ticket: Ticket, wanted: Wanted, body: str | None) -> None:
    if wanted.category is not UNSET:
        await triage.set_category(work, ticket, wanted.category)
    if wanted.priority is not None:
        await triage.set_priority(work, ticket, wanted.priority)
    if wanted.add_tags:
        await tagging.add(work, ticket, *wanted.add_tags)
    for name in wanted.remove_tags:
        await tagging.remove(work, ticket, name)
    if body is not None:
        await messages.add(work, ticket, type=wanted.message_type, body=body)
    if wanted.act is not None:
        await wanted.act(work, ticket)
    agent_id = None if wanted.assignee_id is UNSET else wanted.assignee_id
    stays = wanted.team is None or (wanted.team.id == ticket.assigned_team_id and wanted.assignee_id is not UNSET)
    if stays and wanted.assignee_id is not UNSET:
        await assignment.assign_to(work, ticket, agent_id)
    if wanted.status is not None:
        await lifecycle.move(work, ticket, to=wanted.status)
    if not stays:
        await assignment.transfer_to(work, ticket, wanted.team, agent_id=agent_id)


async def _put_back(begin: Begin, done: Sequence[Done]) -> list[Result]:
    async with begin(durable=False) as work:
        found = await queries.several(work, [each.id for each in done])
        for each in done:
            if each.id not in found:
                raise NotFound("There is no such ticket.")
            if found[each.id].version != each.new:
                raise Conflict("It has been changed since.")
            await put_back(work, found[each.id], version=each.old)
    return [Result(str(each.id), remains=each.remains) for each in done]


async def _put_one_back(begin: Begin, done: Done) -> Result:
    try:
        (result,) = await _put_back(begin, [done])
    except (CodexError, *CONNECTION_LOST) as error:
        _keep_going(error)
        return Result(str(done.id), error)
    return result


def _keep_going(error: Exception) -> None:
    """Only a refusal is about one ticket alone; so is being given up for another change of the same ticket."""
    if not isinstance(error, CodexError) and not is_contended(error):
        raise error
