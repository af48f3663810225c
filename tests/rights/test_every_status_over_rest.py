"""What depends on the status: each way of the status machine, and the words of a ticket, for each relation."""

from dataclasses import replace

import pytest
from doors import Doors
from furnished import Case

from codex import reactions
from codex.db.work import Works
from codex.identity.models import Team
from codex.kernel.actor import system
from codex.tickets import assignment, lifecycle
from codex.tickets.models import TicketStatus
from codex.tickets.queries import visible
from rights_oracle import MOVES, NEED_ASSIGNEE, REQUESTER_MOVES, Bond

pytestmark = pytest.mark.anyio


async def test_every_way_of_the_status_machine_is_open_to_whom_the_tables_name(doors: Doors) -> None:
    works = reactions.works(doors.database)
    for case in _single(doors):
        for status in TicketStatus:
            async with doors.database.undone(), doors.api(case.post) as client:
                bond = await _bring_to(works, doors, case, status)
                path = f"/api/v1/tickets/{case.ticket.id}"
                for to in TicketStatus:
                    async with doors.database.undone():
                        answer = await client.post(f"{path}/transition", json={"status": to})
                    doors.check(answer.status_code == _after(bond, to), bond, to, answer.status_code)
                for words in ({"subject": "Another"}, {"description": "Another"}):
                    async with doors.database.undone():
                        answer = await client.patch(path, json=words)
                    expected = {"Y": 200, "x": 403, "h": 404}[bond.verdict("EDIT_TEXT")]
                    doors.check(answer.status_code == expected, bond, words, answer.status_code)
    doors.all_hold(at_least=1_000)


async def test_a_team_may_leave_followers_without_a_reply(doors: Doors) -> None:
    works = reactions.works(doors.database)
    async with works.begin(system("Test")) as work:
        team = await work.session.get_one(Team, doors.desk.world.it.id)
        team.followers_may_reply = False
    for case in doors.desk.cases:
        bond = replace(case.bond, team_lets_followers_reply=False)
        async with doors.database.undone(), doors.api(case.post) as client:
            path = f"/api/v1/tickets/{case.ticket.id}/messages"
            answer = await client.post(path, json={"type": "PUBLIC", "body": "Hello"})
        expected = {"Y": 201, "x": 403, "h": 404}[bond.verdict("REPLY")]
        doors.check(answer.status_code == expected, bond, answer.status_code)
    doors.all_hold(at_least=74)


def _single(doors: Doors) -> list[Case]:
    """A case of each relation by itself; the assignee is one, and nobody is something to a ticket too."""
    found: dict[frozenset[str], Case] = {}
    for case in doors.desk.cases:
        alone = len(case.bond.relations - {"ASG"}) == 1 and not (case.bond.follows and case.bond.relations != {"FOL"})
        if alone and (case.bond.assignee != "other"):
            found.setdefault(frozenset(case.bond.relations), case)
    return list(found.values())


async def _bring_to(works: Works, doors: Doors, case: Case, status: TicketStatus) -> Bond:
    """The ticket in a status, and what it is then; who is not the assignee sees somebody else as one where one has to
    be."""
    assignee = case.bond.assignee
    async with works.begin(system("Test")) as work:
        ticket = await visible(work, case.ticket.id, lock=True)
        if status in NEED_ASSIGNEE and ticket.assignee_id is None:
            await assignment.assign_to(work, ticket, doors.desk.world.amir.id)
            assignee = "other"
        if ticket.status is not status:
            lifecycle.shift(work, ticket, to=status)
    return replace(case.bond, status=status, assignee=assignee)


def _after(bond: Bond, to: TicketStatus) -> int:
    """The answer to a transition: first whether it is there, then whether one may, then whether there is such a way."""
    if bond.verdict("VIEW") == "h":
        return 404
    works_on_it = bond.verdict("CHANGE") == "Y"
    if not works_on_it and not (bond.is_requester and (bond.status, to) in REQUESTER_MOVES):
        return 403
    is_possible = (bond.status, to) in MOVES and (bond.assignee != "nobody" or to not in NEED_ASSIGNEE)
    return 200 if is_possible or bond.status is to else 409
