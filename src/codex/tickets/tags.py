"""Tags as such: which there are, adding one before anybody uses it, renaming and deleting one everywhere."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select

from codex.db.database import Reader
from codex.db.page import Page, Place, cut, decode
from codex.db.work import Work
from codex.identity import queries as people
from codex.kernel.actor import Actor, TeamRole
from codex.kernel.changes import apply
from codex.kernel.errors import Conflict, NotFound, Unprocessable, require
from codex.tickets.hanging_facts import TagAdded, TagRemoved
from codex.tickets.hanging_models import Tag, TicketTag
from codex.tickets.models import Ticket
from codex.tickets.rows import Row
from codex.tickets.tag_facts import TagChanged, TagCreated, TagDeleted
from codex.tickets.tagging import name_of

CHANGED_AT_ONCE = 500
"""On how many tickets a tag is renamed or deleted in one go: each is locked and keeps a fact of it."""
_NOT_YOURS = "Only owners and the admins of the team that looks after it change a tag."


class TagRow(Row, frozen=True):
    """A tag. `teamId`: the team that looks after it; null: it is everybody's."""

    id: UUID
    name: str
    team_id: UUID | None
    created_at: datetime


class TagChanges(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to change about a tag; what is not sent stays."""

    name: str | UnsetType = UNSET
    team_id: UUID | None | UnsetType = UNSET


def may_administer(actor: Actor, team_id: UUID | None) -> bool:
    """A team's tags: its admins, and owners. Everybody's: owners alone."""
    if actor.is_owner or not actor.is_person:
        return True
    return team_id is not None and actor.team_roles.get(team_id) is TeamRole.ADMIN


def may_list(actor: Actor) -> bool:
    """Tags are part of the internal side of tickets."""
    return actor.is_agent or not actor.is_person


async def create(work: Work, *, name: str, team_id: UUID | None = None) -> Tag:
    """Offer a tag that nobody has used yet. Raises Invalid, Unprocessable for no such team, Conflict when it exists."""
    require(may_administer(work.actor, team_id), _NOT_YOURS)
    name = name_of(name)
    await _refuse_unknown_team(work, team_id)
    await _refuse_taken(work, name)
    tag = Tag(name=name, team_id=team_id, created_at=work.now)
    work.session.add(tag)
    await work.session.flush()
    work.record(TagCreated(tag_id=tag.id, name=name, team_id=team_id))
    return tag


async def change(work: Work, tag: Tag, wanted: TagChanges) -> None:
    """Rename a tag, on every ticket that has it, or let another team look after it.

    `tag` was loaded by `locked`. Raises Conflict when the name is taken or too many tickets have the tag.
    """
    require(may_administer(work.actor, tag.team_id), _NOT_YOURS)
    given: dict[str, object] = {}
    if isinstance(wanted.name, str):
        given["name"] = name_of(wanted.name)
    if not isinstance(wanted.team_id, UnsetType):
        require(may_administer(work.actor, wanted.team_id), _NOT_YOURS)
        await _refuse_unknown_team(work, wanted.team_id)
        given["team_id"] = wanted.team_id
    before, owner = tag.name, tag.team_id
    if given.get("name", before) != before:
        await _refuse_taken(work, str(given["name"]))
        for ticket in await _tagged(work, tag):
            work.record(TagRemoved(ticket=ticket, name=before))
            work.record(TagAdded(ticket=ticket, name=str(given["name"])))
    old, new = apply(tag, given)
    if new:
        work.record(TagChanged(tag_id=tag.id, name=before, team_id=owner, old=old, new=new))


async def delete(work: Work, tag: Tag) -> None:
    """Take a tag off every ticket and forget it. `tag` was loaded by `locked`. Raises Conflict for too many tickets."""
    require(may_administer(work.actor, tag.team_id), _NOT_YOURS)
    for ticket in await _tagged(work, tag):
        work.record(TagRemoved(ticket=ticket, name=tag.name))
    work.record(TagDeleted(tag_id=tag.id, name=tag.name, team_id=tag.team_id))
    await work.session.delete(tag)


async def locked(work: Work, tag_id: UUID) -> Tag:
    """A tag, to be changed: nobody puts it on a ticket meanwhile. Raises NotFound, for who may not list tags too."""
    found = await work.session.get(Tag, tag_id, with_for_update=True) if may_list(work.actor) else None
    if found is None:
        raise NotFound("There is no such tag.")
    return found


async def listed(
    reader: Reader, actor: Actor, *, q: str = "", limit: int = 50, cursor: str | None = None
) -> Page[TagRow]:
    """Tags by name; `q` finds a part of it. Raises Forbidden for who works for no team."""
    require(may_list(actor), "Only agents see tags.")
    after = decode(cursor, sort="name").value if cursor is not None else ""
    rows = await reader.all(
        """SELECT g.id, g.name, g.team_id, g.created_at FROM tags g
           WHERE position(lower(%(q)s) IN g.name) > 0 AND g.name > %(after)s ORDER BY g.name LIMIT %(limit)s""",
        {"q": q.strip(), "after": str(after), "limit": limit + 1},
    )
    return cut([TagRow(*row) for row in rows], limit=limit, place=lambda tag: Place("name", tag.name, tag.id))


async def one(reader: Reader, actor: Actor, tag_id: UUID) -> TagRow:
    """One tag. Raises NotFound."""
    row = await reader.first("SELECT g.id, g.name, g.team_id, g.created_at FROM tags g WHERE g.id = %(id)s",
                             {"id": tag_id})  # fmt: skip
    if row is None or not may_list(actor):
        raise NotFound("There is no such tag.")
    return TagRow(*row)


async def _tagged(work: Work, tag: Tag) -> list[Ticket]:
    """The tickets that have the tag, deleted ones too, locked in the order of ids; no more can get it meanwhile."""
    await work.see_beyond()
    has_it = select(TicketTag.ticket_id).where(TicketTag.tag_id == tag.id)
    query = select(Ticket).where(Ticket.id.in_(has_it)).order_by(Ticket.id).limit(CHANGED_AT_ONCE + 1)
    await work.session.execute(query.with_for_update(of=Ticket))
    # What lost the tag while its lock was waited for is not among them any more.
    found = list(await work.session.scalars(query, execution_options={"populate_existing": True}))
    if len(found) > CHANGED_AT_ONCE:
        raise Conflict(f"More than {CHANGED_AT_ONCE} tickets have this tag; take it off most of them first.")
    work.now = max([work.now, *(ticket.updated_at for ticket in found)])
    return found


async def _refuse_taken(work: Work, name: str) -> None:
    if await work.session.scalar(select(Tag.id).where(Tag.name == name)):
        raise Conflict(f"There is a tag {name} already.")


async def _refuse_unknown_team(work: Work, team_id: UUID | None) -> None:
    try:
        if team_id is not None:
            await people.team(work.session, team_id)
    except NotFound as missing:
        raise Unprocessable("There is no such team.", path="teamId") from missing
