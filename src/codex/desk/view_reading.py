"""Reading saved views: which there are for somebody, what each holds now, and why a ticket is in one or not."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, convert
from msgspec.structs import replace

from codex.db.database import Reader, Row
from codex.db.page import Page, Place, after_word, cut
from codex.desk.view_filters import SavedFilters, Understood, understand_all
from codex.desk.view_policy import OWN_SQL, SEEN_SQL, may_keep_view, view_sight
from codex.kernel.actor import Actor
from codex.kernel.criteria.tree import Finding, explain, holds
from codex.kernel.errors import NotFound, Unprocessable
from codex.tickets.criteria import condition_sql
from codex.tickets.criteria_values import values_of
from codex.tickets.policy import VISIBLE_SQL, sight

_COLUMNS = "v.id, v.name, v.filters, v.user_id, v.team_id, v.is_default, v.created_at, v.updated_at"
ON_DESK_SQL = f"""
    SELECT ({_COLUMNS}) FROM saved_views v WHERE {OWN_SQL}
    ORDER BY v.user_id IS NULL, v.team_id IS NULL, lower(v.name), v.id LIMIT %(most)s"""
"""What stands on somebody's desk, as records for `opened`: their own views, then their teams', then everybody's, each
by name. Its parameters: those of `view_sight`, and how many at `most`."""


class Trouble(Struct, frozen=True):
    """Something that a view names and that is there no longer: where in it, and what."""

    path: str
    message: str


class SavedViewRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A view: a person's (`userId`), a team's (`teamId`), or everybody's (`isGlobal`).

    `isBroken` with its `problems`: it lists nothing until it is mended. `count`: how many tickets it holds for the
    reader, where it was asked for.
    """

    id: UUID
    name: str
    filters: SavedFilters
    user_id: UUID | None
    team_id: UUID | None
    is_global: bool
    is_default: bool
    is_broken: bool
    problems: list[Trouble]
    may_change: bool
    created_at: datetime
    updated_at: datetime
    count: int | UnsetType = UNSET


class ViewExplanation(Struct, frozen=True, rename="camel"):
    """Whether a view holds a ticket, and of each condition what it saw."""

    holds: bool
    conditions: list[Finding]


class Opened(Struct, frozen=True):
    """A view and what it comes to for its reader."""

    row: SavedViewRow
    understood: Understood


async def saved_views(
    reader: Reader, actor: Actor, *, now: datetime, counted: bool = False, limit: int = 50, cursor: str | None = None
) -> Page[SavedViewRow]:
    """The views that the actor may see, by name."""
    conditions, params = [SEEN_SQL], {**view_sight(actor), "limit": limit + 1}
    if cursor is not None:
        conditions.append("(lower(v.name), v.id) > (%(after)s, %(after_id)s)")
        params |= after_word(cursor, sort="name")
    rows = await reader.all(
        f"""SELECT {_COLUMNS}, lower(v.name) FROM saved_views v WHERE {" AND ".join(conditions)}
            ORDER BY lower(v.name), v.id LIMIT %(limit)s""",
        params,
    )
    page = cut(rows, limit=limit, place=lambda row: Place("name", row[-1], row[0]))
    views = await opened(reader, actor, page.items)
    counts = await counts_of(reader, actor, views, now=now) if counted else {}
    return Page([with_count(view.row, counts.get(view.row.id)) for view in views], page.next_cursor)


async def opened(reader: Reader, actor: Actor, rows: Sequence[Row]) -> list[Opened]:
    """Rows of a view's columns, and what each comes to; what they name is looked up at once."""
    filters = [convert(row[2], SavedFilters) for row in rows]
    understood = await understand_all(reader, actor, filters) if rows else []
    return [Opened(_row(actor, *one), one[2]) for one in zip(rows, filters, understood, strict=True)]


async def saved_view(reader: Reader, actor: Actor, view_id: UUID) -> Opened:
    """One view. Raises NotFound."""
    row = await reader.first(
        f"SELECT {_COLUMNS} FROM saved_views v WHERE v.id = %(id)s AND {SEEN_SQL}", {**view_sight(actor), "id": view_id}
    )
    if row is None:
        raise NotFound("There is no such view.")
    return (await opened(reader, actor, [row]))[0]


async def counted(reader: Reader, actor: Actor, view_id: UUID, *, now: datetime) -> SavedViewRow:
    """One view and how many tickets it holds for the actor. Raises NotFound."""
    view = await saved_view(reader, actor, view_id)
    return with_count(view.row, (await counts_of(reader, actor, [view], now=now)).get(view_id))


def usable(view: Opened) -> Understood:
    """What a view comes to. Raises Unprocessable when something that it names is gone."""
    if view.understood.problems:
        raise Unprocessable(
            f"The view {view.row.name} is broken: it names what is no longer there.", problems=view.understood.problems
        )
    return view.understood


async def counts_of(
    reader: Reader, actor: Actor, views: Sequence[Opened], *, now: datetime, most: int | None = None
) -> dict[UUID, int]:
    """How many tickets each view that is not broken holds for the actor, in one statement; counted up to `most`."""
    whole = [view for view in views if not view.understood.problems]
    params: dict[str, object] = {**sight(actor, now), "most": most}
    tallies = [
        f"""(SELECT count(*) FROM (SELECT FROM tickets WHERE {VISIBLE_SQL}
             AND {condition_sql(view.understood.condition, params)} LIMIT %(most)s) held)"""
        for view in whole
    ]
    row = await reader.first(f"SELECT {', '.join(tallies)}", params) if tallies else None
    return dict(zip((view.row.id for view in whole), row or (), strict=True))


async def explanation(reader: Reader, actor: Actor, view: Opened, ticket_id: UUID, *, now: datetime) -> ViewExplanation:
    """Why a ticket that the actor sees is in the view, or why it is not. Raises Unprocessable for a broken view."""
    condition = usable(view).condition
    values = (await values_of(reader, actor, [ticket_id], condition, now=now)).get(ticket_id)
    if values is None:
        raise NotFound("There is no such ticket.")
    return ViewExplanation(holds(condition, values), explain(condition, values))


def _row(actor: Actor, row: Row, filters: SavedFilters, understood: Understood) -> SavedViewRow:
    view_id, name, _, user, team, is_default, created, updated = row[:8]
    return SavedViewRow(
        id=view_id, name=name, filters=filters, user_id=user, team_id=team, is_global=user is None and team is None,
        is_default=is_default, is_broken=bool(understood.problems),
        problems=[Trouble(problem.path, problem.message) for problem in understood.problems],
        may_change=may_keep_view(actor, user_id=user, team_id=team), created_at=created, updated_at=updated,
    )  # fmt: skip


def with_count(row: SavedViewRow, count: int | None) -> SavedViewRow:
    """The row with its count, if it was counted."""
    return replace(row, count=count) if count is not None else row
