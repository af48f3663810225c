"""`/audit-events`: what administrators did, and what owners read outside their teams."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter
from msgspec import json

from codex.api.common import LIMIT, Cursor, Limit, Listed, listed
from codex.audit import policy, queries
from codex.audit.queries import AuditFilters, AuditRow
from codex.httpkit.asked import Asked, Asking
from codex.httpkit.needs import Need
from codex.httpkit.pieces import Pieces
from codex.identity.directory import team_ids
from codex.kernel import clock, csv_text
from codex.kernel.checks import Checks
from codex.kernel.errors import require

Types = Annotated[list[str] | None, QueryParameter(name="type", description="Any of these, such as USER_CHANGED.")]
Actors = Annotated[list[str] | None, QueryParameter(name="actor", description="By any of these people, by id; `me`.")]
Teams = Annotated[list[str] | None, QueryParameter(name="team", description="About any of these teams, by id or slug.")]
Since = Annotated[str | None, QueryParameter(name="from", description="At this instant or later (ISO 8601 with zone).")]
Until = Annotated[str | None, QueryParameter(name="to", description="Before this instant (ISO 8601 with zone).")]
_CSV = ResponseSpec(str, generate_examples=False, media_type="text/csv", description="A line of names, a line an act.")
_AT_ONCE = 1_000
_HEAD = (
    "createdAt", "type", "actorKind", "actor", "createdById", "teamId", "address", "requestId", "payload", "chainDay",
    "chainPosition", "hash", "id",
)  # fmt: skip


@get("/", summary="What administrators did")
async def list_events(
    asked: Asking,
    types: Types = None,
    actors: Actors = None,
    teams: Teams = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = LIMIT,
    cursor: Cursor = None,
) -> Listed[AuditRow]:
    """Newest first. Owners see everything, the admins of a team what concerns it."""
    filters = await _filters(asked, types, actors, teams, since, until)
    async with asked.reading() as reader:
        return listed(await queries.page(reader, asked.actor, filters, limit=limit, cursor=cursor))


@get("/export.csv", summary="What administrators did, as CSV", media_type="text/csv", opt={"operation": Need.OWNER},
     responses={200: _CSV})  # fmt: skip
async def export(
    asked: Asking,
    types: Types = None,
    actors: Actors = None,
    teams: Teams = None,
    since: Since = None,
    until: Until = None,
) -> Pieces:
    """For owners, newest first, as many as there are. No cell of it is run by a spreadsheet."""
    require(policy.may_read_all(asked.actor), "Only owners take the audit log along.")
    filters = await _filters(asked, types, actors, teams, since, until)
    headers = {"Content-Disposition": 'attachment; filename="audit-events.csv"'}
    return Pieces(_lines(asked, filters), media_type=csv_text.MEDIA_TYPE, headers=headers)


async def _lines(asked: Asked, filters: AuditFilters) -> AsyncGenerator[bytes, None]:
    """A thousand at a time: no connection waits for a slow reader, and no more is held in memory."""
    yield csv_text.line(_HEAD).encode()
    cursor = None
    while True:
        async with asked.reading() as reader:
            page = await queries.page(reader, asked.actor, filters, limit=_AT_ONCE, cursor=cursor)
        yield "".join(map(_line, page.items)).encode()
        cursor = page.next_cursor
        if cursor is None:
            return


def _line(row: AuditRow) -> str:
    return csv_text.line(
        (
            row.created_at, row.type, row.actor.kind, row.actor.name, row.created_by_id, row.team_id, row.address,
            row.request_id, json.encode(row.payload).decode(), row.chain_day, row.chain_position, row.hash, row.id,
        )
    )  # fmt: skip


async def _filters(
    asked: Asked,
    types: list[str] | None,
    actors: list[str] | None,
    teams: list[str] | None,
    since: str | None,
    until: str | None,
) -> AuditFilters:
    slugs = [team for team in teams or () if _id(team) is None]
    async with asked.reading() as reader:
        known = await team_ids(reader, slugs) if slugs else {}
    with Checks() as check:
        for slug in slugs:
            if slug not in known:
                check.fail("team", f"There is no team {slug!r}.")
        return AuditFilters(
            types=types or (), actors=[_person(check, asked, text) for text in actors or ()],
            teams=[_id(team) or known.get(team, UUID(int=0)) for team in teams or ()],
            since=_instant(check, "from", since), until=_instant(check, "to", until),
        )  # fmt: skip


def _person(check: Checks, asked: Asked, text: str) -> UUID:
    found = asked.actor.id if text == "me" else _id(text)
    if found is None:
        check.fail("actor", f"{text!r} is not the id of a person, and not `me`.")
    return found or UUID(int=0)


def _instant(check: Checks, name: str, text: str | None) -> datetime | None:
    try:
        return clock.parse(text) if text is not None else None
    except ValueError:
        check.fail(name, f"{text!r} is not an instant such as 2026-03-02T09:00:00Z.")
        return None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


router = Router(
    "/audit-events", route_handlers=[list_events, export], opt={"operation": Need.TEAM_ADMIN}, tags=["administration"]
)
