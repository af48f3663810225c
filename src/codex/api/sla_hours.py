"""`/sla/business-hours`: when is open, for everybody and for single teams."""

from typing import Any

from litestar import Response, Router, delete, get, post, put
from litestar.params import JSONBody

from codex.api.common import SETS, VERSION_ETAG, IfMatch, TeamId, etag, expected_versions, id_of
from codex.api.refusals import refusals
from codex.api.sla_preview import OR_REMOVED, SAVING, Preview, Savings
from codex.db.work import Work
from codex.httpkit.asked import Asked, Asking
from codex.httpkit.needs import Need
from codex.identity import queries as people
from codex.identity.models import Team
from codex.kernel.actor import Scope
from codex.sla import business_hours, team_reading
from codex.sla.business_hours import OpeningHours, PublicHolidays
from codex.sla.team_reading import BusinessHoursRow

_OWNERS = {"operation": Need.OWNER, "scope": Scope.ADMIN}


@get("/", summary="Everybody's opening hours", responses=refusals(404), response_headers=[VERSION_ETAG])
async def show(asked: Asking) -> Response[BusinessHoursRow]:
    """What counts for teams without opening hours of their own; 404 while none are set: clocks then run round the
    clock."""
    return await _answer(asked, None)


@put("/", summary="Set everybody's opening hours", opt=_OWNERS, responses=refusals(409, 412),
     response_headers=[VERSION_ETAG])  # fmt: skip
async def put_global(
    saving: Savings, data: JSONBody[OpeningHours], if_match: IfMatch = None
) -> Response[BusinessHoursRow | Preview]:
    """Owners. New tickets count in them; clocks that run go on by what they have. 409 when somebody else saves them at
    the same time."""
    async with saving.work() as work:
        await business_hours.put(work, None, data, expected=expected_versions(if_match))
    return saving.shown or await _answer(saving.asked, None)


@post("/holidays", summary="Add a country's public holidays to everybody's opening hours", status_code=200, opt=_OWNERS,
      responses=refusals(404, 409, 412), response_headers=[VERSION_ETAG])  # fmt: skip
async def add_holidays(
    saving: Savings, data: JSONBody[PublicHolidays], if_match: IfMatch = None
) -> Response[BusinessHoursRow | Preview]:
    """Owners. A date that is there already stays as it is; each of the others is closed. 404 while no hours are set."""
    async with saving.work() as work:
        await business_hours.add_holidays(work, None, data, expected=expected_versions(if_match))
    return saving.shown or await _answer(saving.asked, None)


@get("/{teamId:str}", summary="A team's own opening hours", response_headers=[VERSION_ETAG])
async def show_of_team(asked: Asking, team_id: TeamId) -> Response[BusinessHoursRow]:
    """For who works for it; 404 when everybody's hold for it."""
    return await _answer(asked, team_id)


@put("/{teamId:str}", summary="Set a team's own opening hours", opt=SETS, responses=refusals(409, 412),
     response_headers=[VERSION_ETAG])  # fmt: skip
async def put_of_team(
    saving: Savings, team_id: TeamId, data: JSONBody[OpeningHours], if_match: IfMatch = None
) -> Response[BusinessHoursRow | Preview]:
    """Owners, and the team's admins. They win over everybody's, holidays included."""
    async with saving.work() as work:
        await business_hours.put(work, await _team(work, team_id), data, expected=expected_versions(if_match))
    return saving.shown or await _answer(saving.asked, team_id)


@delete(
    "/{teamId:str}",
    summary="Let everybody's opening hours hold for a team",
    status_code=200,
    opt=SETS,
    responses={**refusals(409, 412), **OR_REMOVED},
)
async def remove_of_team(saving: Savings, team_id: TeamId, if_match: IfMatch = None) -> Response[Preview | None]:
    """Owners, and the team's admins. Clocks that run go on by what they have."""
    async with saving.work() as work:
        await business_hours.remove(work, await _team(work, team_id), expected=expected_versions(if_match))
    return saving.shown or Response(None, status_code=204)


@post("/{teamId:str}/holidays", summary="Add a country's public holidays to a team's opening hours", status_code=200,
      opt=SETS, responses=refusals(409, 412), response_headers=[VERSION_ETAG])  # fmt: skip
async def add_holidays_of_team(
    saving: Savings, team_id: TeamId, data: JSONBody[PublicHolidays], if_match: IfMatch = None
) -> Response[BusinessHoursRow | Preview]:
    """Owners, and the team's admins; as for everybody's."""
    async with saving.work() as work:
        team = await _team(work, team_id)
        await business_hours.add_holidays(work, team, data, expected=expected_versions(if_match))
    return saving.shown or await _answer(saving.asked, team_id)


async def _team(work: Work, text: str) -> Team:
    return await people.team(work.session, id_of(text))


async def _answer(asked: Asked, team_id: str | None) -> Response[Any]:
    async with asked.reading() as reader:
        key = id_of(team_id) if team_id is not None else None
        row = await team_reading.business_hours(reader, asked.actor, key)
    return Response(row, headers={"ETag": etag(row.version)})


router = Router(
    "/sla/business-hours", route_handlers=[
        show, put_global, add_holidays, show_of_team, put_of_team, remove_of_team, add_holidays_of_team,
    ],
    opt={"operation": Need.AGENT}, dependencies=SAVING, tags=["sla"],
)  # fmt: skip
