"""Each act of a story as the command it is, in the name of who does it and at its instant."""

from dataclasses import replace

from codex.db.work import Step, Work
from codex.demo import answering, aside
from codex.demo.foundations import House
from codex.demo.plan import Scene, Telling
from codex.demo.questions import Stage
from codex.demo.script import Act, Give, HandOver, Move, Part, Say, Sort
from codex.kernel.actor import Actor, ActorKind
from codex.routing import deciding, intake
from codex.routing.drafts import Draft
from codex.tickets import answers, assignment, lifecycle, messages, triage
from codex.tickets.models import MessageType, Ticket, TicketChannel, TicketStatus


async def open_ticket(work: Work, house: House, telling: Telling) -> Ticket:
    """The ticket of a story, opened by its requester, or for them by an agent whom they rang. Routing decides where
    that is where it comes to what the story says."""
    script = telling.script
    actor = _actor(house, telling, script.opened_by, writes=True)
    team, category = house.teams[script.team], house.categories[script.category]
    is_asked = actor.kind is ActorKind.PERSON
    requester = house.users[telling.parts[Part.REQUESTER].email]
    draft = Draft(
        requester_id=requester.id, subject=telling.opening.subject, description=telling.opening.description,
        priority=script.priority, channel=telling.channel, category=category,
        custom_fields=answering.given(house, telling, Stage.OPENED, team.id, category.id) if is_asked else {},
    )  # fmt: skip
    async with work.step(actor, now=telling.opened_at) as step:
        foretold = await deciding.foretell(step, draft)
        is_told = (foretold.team_id, foretold.assignee_id) != (team.id, None)
        ticket = await intake.receive(
            step, requester=requester, subject=draft.subject, description=draft.description, priority=draft.priority,
            channel=draft.channel, team=team if is_told else None, category=category, custom_fields=draft.custom_fields,
        )  # fmt: skip
    await work.session.flush()
    house.newest[script.key] = ticket
    return ticket


async def play(work: Work, house: House, telling: Telling, ticket: Ticket, scene: Scene) -> None:
    """One act, with everything that follows from it."""
    act = scene.act
    actor = _actor(house, telling, act.by, writes=isinstance(act, Say))
    async with work.step(actor, now=scene.at) as step:
        await _answer(step, house, telling, ticket, act)
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
            await aside.do(step, house, telling, ticket, act)


async def _answer(step: Step, house: House, telling: Telling, ticket: Ticket, act: Act) -> None:
    """Who works on the ticket answers what they can say by now."""
    match act:
        case Give():
            stage = Stage.TAKEN
        case Move(to=to) | Say(then=TicketStatus() as to) if act.by is not Part.REQUESTER and to in lifecycle.DONE:
            stage = Stage.DONE
        case _:
            return
    given = answering.given(house, telling, stage, ticket.assigned_team_id, ticket.category_id)
    await answers.change(step, ticket, given)


def _actor(house: House, telling: Telling, part: Part, *, writes: bool) -> Actor:
    """Whoever plays the part; a requester who came by mail goes on writing mails."""
    actor = house.actors[telling.parts[part].email]
    if writes and part is Part.REQUESTER and telling.channel is TicketChannel.EMAIL:
        return replace(actor, kind=ActorKind.MAIL)
    return actor
