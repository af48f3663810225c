"""Tickets as CSV: whole, safe to open, and only of the teams that one leads."""

import csv
import io

import httpx
import pytest
from api_answers import refused

from codex.tickets import export
from codex.tickets.models import TicketStatus
from world import World

pytestmark = pytest.mark.anyio
PATH = "/api/v1/tickets/export.csv"


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))


async def test_a_row_says_what_the_list_says(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir, category=world.categories["vpn"])
    lena = await world.client(world.lena)
    for tag in ("vpn", "fire"):
        await lena.put(f"/api/v1/tickets/{ticket.id}/tags/{tag}")
    answer = await lena.get(PATH)
    (row,) = rows(answer)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="tickets.csv"'
    assert answer.text.splitlines()[0] == ",".join(export.HEADER)
    assert answer.text.count("\r\n") == 2
    assert (row["displayId"], row["status"], row["team"]) == (ticket.display_id, "ASSIGNED", "it")
    assert (row["requesterEmail"], row["assignee"]) == (world.rosa.email, world.amir.email)
    assert (row["category"], row["tags"], row["createdAt"]) == ("vpn", "fire, vpn", "2026-03-02T09:00:00Z")
    assert (row["resolvedAt"], row["mergedIntoId"]) == ("", "")


SUBJECTS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', 'a "b", c', "ä \N{FIRE}"]


async def test_no_cell_is_a_formula_and_quotes_and_accents_survive(world: World) -> None:
    for subject in SUBJECTS:
        await world.ticket(team=world.it, subject=subject)
    found = [row["subject"] for row in rows(await (await world.client(world.lena)).get(PATH))]
    assert found == [f"'{subject}" if subject[0] in "=+-@" else subject for subject in SUBJECTS]


async def test_it_is_narrowed_as_the_list_is_and_comes_whole(world: World) -> None:
    for status in (TicketStatus.NEW, TicketStatus.RESOLVED, TicketStatus.CLOSED):
        await world.ticket(team=world.it, status=None if status is TicketStatus.NEW else status)
    lena = await world.client(world.lena)
    assert [row["status"] for row in rows(await lena.get(PATH, params={"statusGroup": "done"}))] == [
        "RESOLVED",
        "CLOSED",
    ]
    assert rows(await lena.get(PATH, params={"team": "hr"})) == []
    refused(await lena.get(PATH, params={"status": "BURNING"}), 400, "status")
    refused(await lena.get(PATH, params={"colour": "red"}), 400, "colour")
    refused(await lena.get(PATH, params={"limit": "5", "sort": "number"}), 400, "limit", "sort")


async def test_what_was_deleted_is_in_no_export(world: World) -> None:
    ticket, tara = await world.ticket(team=world.it), await world.client(world.tara)
    assert len(rows(await tara.get(PATH))) == 1
    assert (await tara.delete(f"/api/v1/tickets/{ticket.id}")).status_code == 204
    assert rows(await tara.get(PATH)) == []


async def test_it_is_for_leads_and_owners(world: World) -> None:
    for who, status in (("rosa", 403), ("amir", 403), ("hana", 403), ("lena", 200), ("tara", 200), ("ona", 200)):
        assert (await (await world.client(getattr(world, who))).get(PATH)).status_code == status, who
