"""What is done with a ticket besides answering it and moving it on."""

from datetime import timedelta

from sqlalchemy import select

from codex.db.work import Step
from codex.demo.foundations import House
from codex.demo.plan import Telling
from codex.demo.script import Act, Begin, Delete, Follow, Grant, Join, Label, PutOff, Redact, SplitOff, Tie
from codex.tickets import access, deletion, drafts, followers, linking, merging, messages, tagging, triage
from codex.tickets.models import MessageType, Ticket, TicketMessage


async def do(step: Step, house: House, telling: Telling, ticket: Ticket, act: Act) -> None:
    """The command that an act is. Raises TypeError for an act that is none."""
    match act:
        case Label(tags=tags):
            await tagging.add(step, ticket, *tags)
        case Follow(who=who):
            await followers.add(step, ticket, house.users[_email(telling, who)])
        case Grant(team=team, level=level, days=days, reason=reason):
            until = step.now + timedelta(days=days) if days else None
            await access.grant(step, ticket, house.teams[team], level, expires_at=until, reason=reason)
        case PutOff(days=days):
            await triage.put_off(step, ticket, step.now + timedelta(days=days))
        case Begin(body=body, internal=internal):
            kind = MessageType.INTERNAL if internal else MessageType.PUBLIC
            await drafts.keep(step, ticket, type=kind, body=body)
        case Redact(reason=reason):
            await messages.redact(step, ticket, await _newest(step, ticket), reason=reason)
        case Delete():
            await deletion.delete(step, ticket)
        case _:
            await _with_another(step, house, ticket, act)


async def _with_another(step: Step, house: House, ticket: Ticket, act: Act) -> None:
    match act:
        case Tie(kind=kind, story=story):
            await linking.link(step, ticket.id, house.newest[story].id, kind)
        case Join(story=story):
            await merging.merge(step, ticket.id, into=house.newest[story].id)
        case SplitOff():
            await merging.unmerge(step, ticket.id)
        case _:
            raise TypeError(f"nobody knows how to {act}")


def _email(telling: Telling, who: str) -> str:
    part = next((part for part in telling.parts if part == who), None)
    return telling.parts[part].email if part else f"{who}@acme.example"


async def _newest(step: Step, ticket: Ticket) -> TicketMessage:
    said = select(TicketMessage).where(TicketMessage.ticket_id == ticket.id)
    return (await step.session.scalars(said.order_by(TicketMessage.created_at.desc()).limit(1))).one()
