"""The words that a ticket is found by: putting them on, and taking them off."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from codex.db.work import Work
from codex.kernel.checks import Checks
from codex.kernel.errors import require
from codex.kernel.ids import new_id
from codex.tickets.hanging_facts import TagAdded, TagRemoved
from codex.tickets.hanging_models import Tag, TicketTag
from codex.tickets.models import Ticket
from codex.tickets.policy import Operation, may

NAME_MOST = 50


async def add(work: Work, ticket: Ticket, *names: str, path: str = "name", opens: bool = False) -> None:
    """Put tags on a ticket; one that nobody has used so far begins to exist. `path`: where a bad name came from.

    `opens`: the ticket is just being opened, and agents tag what they open wherever it goes. Raises Invalid for what
    cannot be a tag.
    """
    may_tag = may(work.actor, Operation.CHANGE, ticket) or (opens and work.actor.is_agent)
    require(may_tag, "You may not tag this ticket.")
    on = select(Tag.name).join(TicketTag, TicketTag.tag_id == Tag.id).where(TicketTag.ticket_id == ticket.id)
    missing = {name_of(name, path=path) for name in names} - set(await work.session.scalars(on))
    held = await _held(work, missing)
    for name in sorted(missing):  # in order: two who make the same ones wait
        tag = held.get(name) or await _kept(work, name)
        work.session.add(TicketTag(ticket_id=ticket.id, tag_id=tag.id, created_at=work.now))
        work.record(TagAdded(ticket=ticket, name=name))


async def remove(work: Work, ticket: Ticket, name: str) -> None:
    """Take a tag off a ticket; where it is not, nothing happens."""
    require(may(work.actor, Operation.CHANGE, ticket), "You may not tag this ticket.")
    name = name.strip().lower()
    await work.session.flush()
    tag = await _on(work, ticket, name) if name.isprintable() else None
    if tag is None:
        return
    await work.session.execute(delete(TicketTag).where(TicketTag.ticket_id == ticket.id, TicketTag.tag_id == tag.id))
    work.record(TagRemoved(ticket=ticket, name=name))


def name_of(text: str, *, path: str = "name") -> str:
    """A tag as it is kept: one line in lower case, at most NAME_MOST characters, without `/` and `,` (which part tags
    in addresses and filters) and without what cannot be seen. Raises Invalid."""
    with Checks() as check:
        name = check.line(path, text, most=NAME_MOST).lower()
        if not name.isprintable() or "/" in name or "," in name or len(name) > NAME_MOST:
            check.fail(path, "A tag has no slash, no comma and nothing invisible in it.")
    return name


async def _on(work: Work, ticket: Ticket, name: str) -> Tag | None:
    query = select(Tag).join(TicketTag, TicketTag.tag_id == Tag.id)
    found: Tag | None = await work.session.scalar(query.where(TicketTag.ticket_id == ticket.id, Tag.name == name))
    return found


async def _held(work: Work, names: Collection[str]) -> dict[str, Tag]:
    """Those of the tags that there are, held under their names until the work is done.

    Only ones that the ticket has not: whoever renames a tag holds it and waits for the tickets that have it.
    """
    query = select(Tag).where(Tag.name.in_(names)).order_by(Tag.name).with_for_update(read=True, key_share=True)
    found = await work.session.scalars(query, execution_options={"populate_existing": True})
    return {tag.name: tag for tag in found}


async def _kept(work: Work, name: str) -> Tag:
    """The tag of this name, made if there is none, and held under this name until the work is done."""
    held = select(Tag).where(Tag.name == name).with_for_update(read=True, key_share=True)
    new = insert(Tag).values(id=new_id(), name=name, created_at=work.now).on_conflict_do_nothing()
    while True:
        found: Tag | None = await work.session.scalar(held, execution_options={"populate_existing": True})
        if found is not None:
            return found
        await work.session.execute(new)
