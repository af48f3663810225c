"""Who sees a ticket, through what, and what they may do and why, through REST."""

import pytest
from api_answers import refused

from codex.identity import people
from codex.identity.models import Team, User
from codex.identity.queries import person
from codex.kernel.actor import UserRole
from codex.tickets.models import Ticket
from world import World

pytestmark = pytest.mark.anyio


async def _tie(
    world: World, ticket: Ticket, *, followers: list[User], read: Team | None = None, write: Team | None = None
) -> None:
    """People and teams come near a ticket, by Ona's hand."""
    ona, path = await world.client(world.ona), f"/api/v1/tickets/{ticket.id}"
    for follower in followers:
        assert (await ona.put(f"{path}/followers/{follower.id}")).status_code == 204
    for team, level in ((read, "READ"), (write, "WRITE")):
        if team is not None:
            assert (await ona.put(f"{path}/access/{team.id}", json={"accessLevel": level})).status_code == 204


async def test_it_says_through_what(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.amir)
    await _tie(world, ticket, followers=[world.otto, world.amir], read=world.hr, write=world.facilities)
    answer = (await (await world.client(world.amir)).get(f"/api/v1/tickets/{ticket.number}/visibility")).json()
    told = {row["user"]["displayName"].split()[0]: row for row in answer["people"]}
    assert {name: row["via"] for name, row in told.items()} == {
        "Amir": ["ASSIGNEE", "MEMBER of it", "FOLLOWER"],
        "Farid": ["GRANT WRITE to facilities"],
        "Hana": ["GRANT READ to hr"],
        "Lena": ["MEMBER of it", "LEAD of it"],
        "Ona": ["OWNER"],
        "Otto": ["FOLLOWER"],
        "Rosa": ["REQUESTER"],
        "Tara": ["MEMBER of it", "ADMIN of it"],
    }
    assert {name for name, row in told.items() if not row["maySeeNotes"]} == {"Otto", "Rosa"}
    assert {name for name, row in told.items() if not row["mayReply"]} == {"Hana"}


async def test_it_says_why_and_why_not(world: World) -> None:
    ticket = await world.ticket(team=world.it, assignee=world.lena)
    path = f"/api/v1/tickets/{ticket.id}/visibility"
    ona = await world.client(world.ona)

    async def because(who: str, operation: str) -> tuple[bool, str]:
        user = getattr(world, who)
        told = (await ona.get(path, params={"as": str(user.id)})).json()["operations"][operation]
        return told["allowed"], told["because"]

    assert await because("rosa", "reply") == (True, "As the requester.")
    assert await because("rosa", "seeInternal") == (False, "Not as the requester.")
    assert await because("rosa", "editText") == (False, "The condition does not hold: as the requester, while NEW.")
    assert await because("amir", "assign") == (
        False, "The condition does not hold: as an agent of the team, if unassigned or assigned to oneself."
    )  # fmt: skip
    assert await because("lena", "assign") == (True, "As the assignee.")
    assert await because("otto", "view") == (False, "To them this ticket does not exist.")
    async with world.work(as_=world.ona) as work:
        await people.deactivate(work, await person(work.session, world.otto.id, lock=True))
    assert await because("otto", "view") == (False, "Their account is deactivated.")
    closable = await world.ticket(team=world.it)
    told = await ona.get(f"/api/v1/tickets/{closable.id}/visibility", params={"as": str(world.rosa.id)})
    assert told.json()["operations"]["change"]["because"] == "As the requester they may only make it CLOSED."


async def test_it_is_for_who_sees_the_internal_side(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    await _tie(world, ticket, followers=[world.otto])
    for who, status in (("rosa", 403), ("otto", 403), ("hana", 404), ("amir", 200)):
        client = await world.client(getattr(world, who))
        for part in ("visibility", f"visibility?as={world.rosa.id}", "explain"):
            assert (await client.get(f"/api/v1/tickets/{ticket.id}/{part}")).status_code == status, (who, part)
    amir = await world.client(world.amir)
    for nobody in ("00000000-0000-7000-8000-000000000000", "x"):
        refused(await amir.get(f"/api/v1/tickets/{ticket.id}/visibility", params={"as": nobody}), 404)


async def test_who_lost_the_role_is_named_no_more(world: World) -> None:
    ticket = await world.ticket(team=world.it)
    async with world.work(as_=world.ona) as work:
        lena = await person(work.session, world.lena.id, lock=True)
        await people.change(work, lena, people.PersonChanges(role=UserRole.EMPLOYEE))
    answer = (await (await world.client(world.amir)).get(f"/api/v1/tickets/{ticket.id}/visibility")).json()
    assert "Lena" not in str(answer)
