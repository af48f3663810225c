"""The same table on the pages: what is shown, where somebody is sent, and what a form that was made up may do."""

import re
from dataclasses import dataclass

import httpx
import pytest
from doors import Doors
from furnished import INSIDE, SAID, Case

from codex.tickets.models import TicketStatus
from rights_oracle import REQUESTER_MOVES, Bond

pytestmark = pytest.mark.anyio
ABSENT = "IT-999999"
SENT_ON = 303


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a line of the table, sent to a page of the ticket."""

    operation: str
    path: str
    values: dict[str, str]


def forms(doors: Doors, case: Case) -> list[Form]:
    """All forms about a ticket on the agents' desk."""
    world = doors.desk.world
    return [
        Form("REPLY", "replies", {"kind": "reply", "body": "Hello"}),
        Form("NOTE", "replies", {"kind": "note", "body": "Hello"}),
        Form("CHANGE", "status", {"status": "WAITING_ON_VENDOR"}),
        Form("CHANGE", "priority", {"priority": "P1"}),
        Form("CHANGE", "category", {"category": str(world.categories["vpn"].id)}),
        Form("TAKE", "assignee", {"assignee": str(case.person.id)}),
        Form("ASSIGN", "assignee", {"assignee": str(world.lena.id)}),
        Form("ASSIGN", "assignee", {"assignee": ""}),
    ]


async def test_a_page_shows_a_ticket_to_whom_the_table_shows_it_on_their_side(doors: Doors) -> None:
    for case in doors.desk.cases:
        async with doors.browser(case.post) as browser:
            for place, shows in (("tickets", _works_at(case.bond)), ("requests", _asked_for(case.bond))):
                answer = await browser.get(f"/{place}/{case.ticket.display_id}")
                expected = 404 if case.bond.verdict("VIEW") == "h" else 200 if shows else SENT_ON
                doors.check(answer.status_code == expected, case.bond, place, answer.status_code)
                if expected == 200:
                    inside = place == "tickets"
                    right = SAID in answer.text and (INSIDE in answer.text) is inside
                    doors.check(right, case.bond, place, "words")
                if expected == 404:
                    absent = await browser.get(f"/{place}/{ABSENT}")
                    doors.check(answer.text == absent.text, case.bond, place, "told apart")
    doors.all_hold(at_least=200)


async def test_a_form_does_what_the_table_allows_and_nothing_else(doors: Doors) -> None:
    for case in doors.desk.cases:
        async with doors.browser(case.post) as browser:
            for form in forms(doors, case):
                path = f"/tickets/{case.ticket.display_id}/{form.path}"
                status, wrote = await _send(doors, browser, path, form.values)
                verdict = case.bond.verdict(form.operation)
                expected = {"Y": SENT_ON, "x": 403, "h": 404}[verdict]
                doors.check(status == expected, case.bond, form, status)
                doors.check(verdict == "Y" or not wrote, case.bond, form, "written")
    doors.all_hold(at_least=1_100)


async def test_a_form_of_the_portal_does_what_the_table_allows_and_nothing_else(doors: Doors) -> None:
    for case in doors.desk.cases:
        bond, path = case.bond, f"/requests/{case.ticket.display_id}"
        async with doors.browser(case.post) as browser:
            status, wrote = await _send(doors, browser, f"{path}/replies", {"body": "Hello"})
            verdict = bond.verdict("REPLY")
            doors.check(status == {"Y": SENT_ON, "x": 403, "h": 404}[verdict], bond, "reply", status)
            doors.check(wrote is (verdict == "Y"), bond, "reply", "written")
            for to in (TicketStatus.CLOSED, TicketStatus.WAITING_ON_VENDOR):
                status, wrote = await _send(doors, browser, f"{path}/status", {"status": to})
                may = bond.verdict("CHANGE") == "Y" or (bond.is_requester and (bond.status, to) in REQUESTER_MOVES)
                hidden = bond.verdict("VIEW") == "h"
                doors.check(status == (404 if hidden else SENT_ON if may else 403), bond, to, status)
                doors.check(wrote is may, bond, to, "written")
    doors.all_hold(at_least=440)


async def test_the_queue_lists_what_the_table_shows_and_is_for_who_works_here(doors: Doors) -> None:
    for post in doors.desk.people:
        async with doors.browser(post) as browser:
            answer = await browser.get("/queue?view=all")
            is_agent = post.place is not None or bool(post.elsewhere) or post.is_owner
            doors.check(answer.status_code == (200 if is_agent else SENT_ON), post.name, answer.status_code)
            named = set(re.findall(r"/tickets/([A-Z]+-\d+)", answer.text))
            doors.check(bool(named) is is_agent, post.name, "empty")
            for ticket, bond in doors.desk.everything(post):
                doors.check(ticket.display_id not in named or bond.verdict("VIEW") == "Y", post.name, bond)
    doors.all_hold(at_least=3_000)


async def _send(doors: Doors, browser: httpx.AsyncClient, path: str, values: dict[str, str]) -> tuple[int, bool]:
    """The status of the answer, and whether anything was written."""
    async with doors.database.undone():
        before = await doors.footprint()
        answer = await browser.post(path, data=values)
        return answer.status_code, await doors.footprint() != before


def _works_at(bond: Bond) -> bool:
    return bond.verdict("SEE_INTERNAL") == "Y"


def _asked_for(bond: Bond) -> bool:
    return bond.is_requester or bond.follows
