"""Each act of a story as the command it is, in the name of who does it and at its instant."""

from dataclasses import replace

from codex.db.work import Step, Work
from codex.demo.foundations import House
from codex.demo.plan import Scene, Telling
from codex.demo.script import Act, Give, HandOver, Move, Part, Say, Sort
from codex.kernel.actor import Actor, ActorKind
from codex.tickets import assignment, lifecycle, messages, opening, triage
from codex.tickets.models import MessageType, Ticket, TicketChannel


async def open_ticket(work: Work, house: House, telling: Telling) -> Ticket:
    """The ticket of a story, opened by its requester, or for them by an agent whom they rang."""
    script = telling.script
    actor = _actor(house, telling, script.opened_by, writes=True)
    async with work.step(actor, now=telling.opened_at) as step:
        ticket = await opening.open_ticket(
            step,
            requester=house.users[telling.parts[Part.REQUESTER].email],
            subject=telling.opening.subject,
            description=telling.opening.description,
            priority=script.priority,
            channel=telling.channel,
            team=house.teams[script.team],
            category=house.categories[script.category],
        )
    await work.session.flush()
    return ticket


async def play(work: Work, house: House, telling: Telling, ticket: Ticket, scene: Scene) -> None:
    """One act, with everything that follows from it."""
    act = scene.act
    actor = _actor(house, telling, act.by, writes=isinstance(act, Say))
    async with work.step(actor, now=scene.at) as step:
        await _do(step, house, telling, ticket, act)
    await work.session.flush()


async def _do(step: Step, house: House, telling: Telling, ticket: Ticket, act: Act) -> None:
    match act:
        case Say(body=body, internal=internal, then=then):
            kind = MessageType.INTERNAL if internal else MessageType.PUBLIC
            await messages.add(step, ticket, type=kind, body=body)
            if then is not None:
                await lifecycle.move(step, ticket, to=then)
        case Give(to=to):
            await assignment.assign_to(step, ticket, house.users[telling.parts[to].email].id)
        case Move(to=to):
            await lifecycle.move(step, ticket, to=to)
        case Sort(priority=priority, category=category, then=then):
            if priority is not None:
                await triage.set_priority(step, ticket, priority)
            if category is not None:
                await triage.set_category(step, ticket, house.categories[category])
            if then is not None:
                await lifecycle.move(step, ticket, to=then)
        case HandOver(team=team):
            await assignment.transfer_to(step, ticket, house.teams[team])
        case _:
            raise TypeError(f"nobody knows how to {act}")


def _actor(house: House, telling: Telling, part: Part, *, writes: bool) -> Actor:
    """Whoever plays the part; a requester who came by mail goes on writing mails."""
    actor = house.actors[telling.parts[part].email]
    if writes and part is Part.REQUESTER and telling.channel is TicketChannel.EMAIL:
        return replace(actor, kind=ActorKind.MAIL)
    return actor
