"""What each field of a condition means on a ticket that people have really worked on."""

from typing import Any

import pytest
from scenes import act, assign, follow, move

from codex.classification import fields
from codex.classification.models import FieldType
from codex.classification.values import CHOICES
from codex.kernel.criteria.reading import read
from codex.kernel.criteria.tree import explain, holds
from codex.tickets import answers, messages, tagging
from codex.tickets.criteria import CHANGE_FIELDS, FIELDS
from codex.tickets.criteria_values import values_of
from codex.tickets.models import MessageType, Ticket, TicketStatus
from codex.tickets.vocabulary import vocabulary
from world import World, instant

pytestmark = pytest.mark.anyio
NOON = "2026-03-02T12:00Z"


async def seen(world: World, ticket: Ticket, *names: str, now: str = NOON) -> dict[str, Any]:
    """What conditions on these fields see on the ticket."""
    actor, written = await world.actor(world.ona), [{"field": name, "operator": "isSet"} for name in names]
    async with world.reading() as reader:
        tree, problems = read(written, await vocabulary(reader, actor, [written]))
        assert problems == []
        found = await values_of(reader, actor, [ticket.id], tree, now=instant(now))
    return {finding.field: finding.seen for finding in explain(tree, found[ticket.id])}


async def test_a_ticket_tells_what_it_is_and_how_long_it_has_been_so(world: World) -> None:
    ticket = await world.ticket(
        team=world.it, subject="VPN", description="Every day", category=world.categories["vpn"], at="2026-03-02T08:00Z"
    )

    async def write(person: Any, type: MessageType, at: str) -> None:
        await act(world, person, ticket, lambda w, t: messages.add(w, t, type=type, body=f"by {person.email}"), now=at)

    await act(world, world.lena, ticket, assign(world.amir), now="2026-03-02T09:00Z")
    await write(world.amir, MessageType.PUBLIC, "2026-03-02T09:30Z")
    await write(world.rosa, MessageType.PUBLIC, "2026-03-02T10:00Z")
    await write(world.lena, MessageType.INTERNAL, "2026-03-02T10:30Z")
    await act(world, world.lena, ticket, move(TicketStatus.RESOLVED), now="2026-03-02T10:30Z")
    await act(world, world.rosa, ticket, move(TicketStatus.REOPENED), now="2026-03-02T11:00Z")
    await follow(world, ticket, world.otto, now="2026-03-02T11:00Z")
    await act(world, world.lena, ticket, lambda w, t: tagging.add(w, t, "urgent", "vpn"), now="2026-03-02T11:30Z")

    everything = await seen(world, ticket, *FIELDS)
    assert everything == {
        "status": "REOPENED", "priority": "P3", "channel": "PORTAL", "team": str(world.it.id),
        "assignee": str(world.amir.id), "requester": str(world.rosa.id), "category": str(world.categories["vpn"].id),
        "subject": "VPN", "description": "Every day",
        "anyText": ["VPN", "Every day", f"by {world.amir.email}", f"by {world.rosa.email}"],
        "requesterEmail": world.rosa.email, "requesterDomain": "acme.example",
        "requesterDepartment": world.rosa.department, "requesterLocation": world.rosa.location,
        "tag": ["urgent", "vpn"], "createdAt": "2026-03-02T08:00:00Z", "updatedAt": "2026-03-02T11:30:00Z",
        "hoursSinceCreated": 4.0, "hoursSinceUpdated": 0.5, "hoursInStatus": 1.0, "hoursUnassigned": None,
        "hoursSinceRequesterMessage": 2.0, "hoursSinceAgentMessage": 2.5, "reopenCount": 1, "messageCount": 2,
        "hasAttachment": False, "slaFirstResponsePercent": None, "slaResolutionPercent": None, "slaState": None,
        "followerCount": 1,
    }  # fmt: skip


async def test_what_is_not_there_is_absent(world: World) -> None:
    ticket = await world.ticket(at="2026-03-02T08:00Z")
    absent = ("team", "assignee", "category", "description", "hoursSinceRequesterMessage", "hoursSinceAgentMessage")
    found = await seen(world, ticket, *absent, "tag", "hoursUnassigned", "reopenCount")
    assert {name: value for name, value in found.items() if value is not None} == {
        "tag": [], "hoursUnassigned": 4.0, "reopenCount": 0,
    }  # fmt: skip


async def test_custom_fields_are_compared_as_what_they_are(world: World) -> None:
    given: dict[FieldType, Any] = {
        FieldType.TEXT: "LT-88", FieldType.TEXTAREA: "Zwei\nZeilen", FieldType.NUMBER: 2.5, FieldType.DROPDOWN: "red",
        FieldType.MULTISELECT: ["blue", "red"], FieldType.DATE: "2026-03-01", FieldType.CHECKBOX: True,
        FieldType.USER: str(world.amir.id),
    }  # fmt: skip
    async with world.work(as_=world.ona) as work:
        options = {kind: ["red", "blue"] for kind in CHOICES}
        made = {
            kind: await fields.add(work, name=kind.value, field_type=kind, options=options.get(kind)) for kind in given
        }
    ticket = await world.ticket(team=world.it)
    said = {str(made[kind].id): value for kind, value in given.items()}
    await act(world, world.amir, ticket, lambda w, t: answers.change(w, t, said))
    names = {kind: f"customField:{made[kind].id}" for kind in given}
    assert await seen(world, ticket, *names.values()) == {names[kind]: value for kind, value in given.items()}

    checks = [
        (FieldType.TEXT, "startsWith", "lt-"), (FieldType.NUMBER, "greaterThan", 2),
        (FieldType.DROPDOWN, "in", ["red"]), (FieldType.MULTISELECT, "equals", "blue"),
        (FieldType.DATE, "before", "2026-03-02"), (FieldType.CHECKBOX, "equals", True),
        (FieldType.USER, "equals", str(world.amir.id)),
    ]  # fmt: skip
    written = [{"field": names[kind], "operator": operator, "value": value} for kind, operator, value in checks]
    actor = await world.actor(world.amir)
    async with world.reading() as reader:
        tree, problems = read(written, await vocabulary(reader, actor, [written]))
        assert problems == []
        assert holds(tree, (await values_of(reader, actor, [ticket.id], tree, now=instant(NOON)))[ticket.id])


async def test_a_category_means_what_lies_under_it_too(world: World) -> None:
    child = next(c for c in world.categories.values() if c.parent_id)
    parent = next(c for c in world.categories.values() if c.id == child.parent_id)
    ticket = await world.ticket(team=world.it, category=child)
    written = [{"field": "category", "operator": "equals", "value": parent.slug}]
    actor = await world.actor(world.amir)
    async with world.reading() as reader:
        tree, _ = read(written, await vocabulary(reader, actor, [written]))
        assert holds(tree, (await values_of(reader, actor, [ticket.id], tree, now=instant(NOON)))[ticket.id])


GRAMMAR = """
    status priority channel team assignee requester category subject description anyText requesterEmail requesterDomain
    requesterDepartment requesterLocation tag createdAt updatedAt hoursSinceCreated hoursSinceUpdated hoursInStatus
    hoursUnassigned hoursSinceRequesterMessage hoursSinceAgentMessage reopenCount messageCount hasAttachment
    slaFirstResponsePercent slaResolutionPercent slaState followerCount fromStatus toStatus changedField"""


def test_the_fields_are_those_of_the_grammar() -> None:
    assert set(FIELDS) | set(CHANGE_FIELDS) == set(GRAMMAR.split())
