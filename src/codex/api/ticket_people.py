"""`/tickets/{ref}/followers`, `/watchers`, `/access`: who sees a ticket besides those who work on it."""

from datetime import datetime

from litestar import Router, delete, get, put
from litestar.params import JSONBody
from msgspec import UNSET

from codex.api.common import Body, Listed, TeamId, TicketName, UserId, id_of
from codex.api.refusals import refusals
from codex.httpkit.asked import Asking
from codex.identity import queries as people
from codex.kernel.checks import Checks
from codex.tickets import access, audience, followers, queries, reading
from codex.tickets.audience import AccessRow, WatcherRow
from codex.tickets.models import AccessLevel
from codex.tickets.policy import Operation
from codex.tickets.rows import PersonRef


class Grant(Body):
    """What another team may do with a ticket, until when (null: for good) and why."""

    access_level: AccessLevel
    expires_at: datetime | None = None
    reason: str | None = None


@get("/followers", summary="Who follows a ticket", opt={"operation": Operation.VIEW})
async def list_followers(asked: Asking, ref: TicketName) -> Listed[PersonRef]:
    """By name, for everybody who sees the ticket."""
    async with asked.reading() as reader:
        found, _ = await reading.detail(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
    return Listed(found.followers if found.followers is not UNSET else [], None)


@put(
    "/followers/{userId:str}",
    summary="Let somebody follow a ticket",
    status_code=204,
    responses=refusals(422),
    opt={"operation": Operation.ADD_FOLLOWER},
)
async def add_follower(asked: Asking, ref: TicketName, user_id: UserId) -> None:
    """Oneself: everybody who sees the ticket. Others, who thereby see it: its requester, its team, owners."""
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
        await followers.add(work, ticket, await people.person(work.session, id_of(user_id)))


@delete(
    "/followers/{userId:str}",
    summary="Let somebody follow a ticket no more",
    opt={"operation": Operation.REMOVE_FOLLOWER},
)
async def remove_follower(asked: Asking, ref: TicketName, user_id: UserId) -> None:
    """Oneself; others: its team, owners, and its requester whom they added. Who does not follow is left as is."""
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
        await followers.remove(work, ticket, id_of(user_id))


@get("/watchers", summary="Who has an eye on a ticket, and as what", opt={"operation": Operation.SEE_INTERNAL})
async def list_watchers(asked: Asking, ref: TicketName) -> Listed[WatcherRow]:
    """Its requester, its assignee and its followers, for everybody who sees the ticket."""
    async with asked.reading() as reader:
        found, _ = await reading.detail(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
    return Listed(audience.watchers(found), None)


@get("/access", summary="What other teams may do with a ticket", opt={"operation": Operation.SEE_INTERNAL})
async def list_access(asked: Asking, ref: TicketName) -> Listed[AccessRow]:
    """For those who see the ticket's internal side; grants that are over are told too."""
    async with asked.reading() as reader:
        ticket = await reading.seen(reader, asked.actor, queries.parse_ref(ref), now=asked.now)
        return Listed(await audience.grants(reader, asked.actor, ticket), None)


@put("/access/{teamId:str}", summary="Let another team see a ticket, or work on it", status_code=204,
     responses=refusals(422), opt={"operation": Operation.GRANT_READ})  # fmt: skip
async def grant(asked: Asking, ref: TicketName, team_id: TeamId, data: JSONBody[Grant]) -> None:
    """In place of what the team may so far. READ: its assignee, its team's leads, owners; WRITE: leads and owners."""
    with Checks() as check:
        expires_at = check.instant("expiresAt", data.expires_at) if data.expires_at else None
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
        team = await people.team(work.session, id_of(team_id))
        await access.grant(work, ticket, team, data.access_level, expires_at=expires_at, reason=data.reason)


@delete(
    "/access/{teamId:str}", summary="Take a team's access to a ticket away", opt={"operation": Operation.GRANT_READ}
)
async def revoke(asked: Asking, ref: TicketName, team_id: TeamId) -> None:
    """The same right as for granting it. A team that has none is left as is."""
    async with asked.work() as work:
        ticket = await queries.visible(work, queries.parse_ref(ref), lock=True)
        await access.revoke(work, ticket, await people.team(work.session, id_of(team_id)))


router = Router(
    "/tickets/{ref:str}",
    route_handlers=[
        list_followers, add_follower, remove_follower, list_watchers, list_access, grant, revoke,
    ],
    tags=["tickets"],
)  # fmt: skip
