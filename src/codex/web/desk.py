"""The agents' window: what is read for the list and for what stands around it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from msgspec import UNSET

from codex.db.database import Reader
from codex.db.page import Page as Rows
from codex.desk.navigation import navigation, views_on_desk
from codex.desk.view_reading import Opened, SavedViewRow, counts_of, saved_view, with_count
from codex.httpkit.asked import Asked
from codex.identity.directory import team_ids
from codex.kernel.errors import NotFound
from codex.sla.clock_reading import Clocks, clocks
from codex.tickets import listing
from codex.tickets.desk_counts import MOST, DeskCounts
from codex.tickets.filters import Filters
from codex.tickets.rows import TicketRow
from codex.web.asking import zone_of
from codex.web.present.desk_views import NavGroupView, QueueView, ShellView
from codex.web.present.navigation import shell, views_group
from codex.web.present.queue import queue
from codex.web.present.worklist import SAVED, TEAM, Worklist


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as it is shown: which, its rows, the saved view if it is one's, and their order. `clocks`: of the tickets
    whose internal side the reader sees."""

    worklist: Worklist
    rows: Rows[TicketRow]
    saved: SavedViewRow | None = None
    sort: str | None = None
    clocks: Mapping[UUID, Clocks] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """What stands around a ticket on a whole page."""

    shown: Shown
    shell: ShellView
    queue: QueueView


async def window(reader: Reader, asked: Asked, worklist: Worklist, *, open: TicketRow | None = None) -> Window:
    """The counts, which also say which list fits best where none is asked for, the saved views, the list with its
    clocks; `open`: the ticket beside it.

    Three statements; with saved views one more that looks up what they name.
    """
    found = await navigation(reader, asked.actor, now=asked.now)
    counts, saved = found.counts, found.views
    worklist = worklist if worklist.view else replace(worklist, view=_fitting(counts, saved))
    team = next((team.id for team in counts.teams if team.slug == worklist.team), None)
    shown = await _shown(reader, asked, worklist, team_id=team, saved=saved)
    shown = await _with_clocks(reader, asked, shown, open)
    current = open.display_id if open else ""
    return Window(
        shown, shell(asked.actor, counts, view=worklist.view, saved=[one.row for one in saved]),
        view(shown, asked, counts=counts, current=current),
    )  # fmt: skip


async def views(reader: Reader, asked: Asked, worklist: Worklist) -> NavGroupView:
    """The saved views with how much each holds, counted as far as MOST + 1: what they ask for may be anything, so that
    no page waits for it."""
    saved = await views_on_desk(reader, asked.actor)
    held = await counts_of(reader, asked.actor, saved, now=asked.now, most=MOST + 1)
    return views_group([with_count(one.row, held.get(one.row.id)) for one in saved], view=worklist.view)


async def the_list(reader: Reader, asked: Asked, worklist: Worklist, *, open: TicketRow | None = None) -> Shown:
    """The list alone, for a part of a page; `open`: the ticket beside it."""
    worklist = worklist if worklist.view else replace(worklist, view="mine")
    slug = worklist.team
    found = await team_ids(reader, [slug]) if slug else {}
    shown = await _shown(reader, asked, worklist, team_id=found.get(slug))
    return await _with_clocks(reader, asked, shown, open)


def view(shown: Shown, asked: Asked, *, counts: DeskCounts | None, current: str = "") -> QueueView:
    """The list for its template."""
    return queue(
        shown.worklist, shown.rows.items, next_cursor=shown.rows.next_cursor, counts=counts, now=asked.now,
        zone=zone_of(asked), saved=shown.saved, current=current, clocks=shown.clocks, sort=shown.sort,
    )  # fmt: skip


async def _shown(
    reader: Reader, asked: Asked, worklist: Worklist, *, team_id: UUID | None, saved: Sequence[Opened] = ()
) -> Shown:
    if worklist.view.startswith(TEAM) and team_id is None:
        raise NotFound("There is no such list.")
    if worklist.saved:
        return await _shown_view(reader, asked, worklist, saved)
    filters = worklist.filters(asked.actor, team_id)
    rows = await listing.page(reader, asked.actor, filters, now=asked.now, cursor=worklist.cursor, sort=worklist.order)
    return Shown(worklist, rows, sort=worklist.order)


async def _shown_view(reader: Reader, asked: Asked, worklist: Worklist, saved: Sequence[Opened]) -> Shown:
    """The list of a saved view; a broken one lists nothing."""
    found = next((one for one in saved if str(one.row.id) == worklist.saved), None)
    found = found or await saved_view(reader, asked.actor, _id(worklist.saved))
    if found.row.is_broken:
        return Shown(worklist, Rows([], None), found.row)
    filters = Filters(condition=found.understood.condition, sort=found.understood.sort)
    rows = await listing.page(reader, asked.actor, filters, now=asked.now, cursor=worklist.cursor, sort=worklist.order)
    return Shown(worklist, rows, found.row, sort=worklist.order or filters.sort)


async def _with_clocks(reader: Reader, asked: Asked, shown: Shown, open: TicketRow | None) -> Shown:
    """All clocks in one statement. Who does not see a ticket's internal side is not told its tags either."""
    tickets: Collection[TicketRow] = [*shown.rows.items, *([open] if open else ())]
    ids = {ticket.id for ticket in tickets if ticket.tags is not UNSET}
    return replace(shown, clocks=await clocks(reader, ids, now=asked.now)) if ids else shown


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as bad:
        raise NotFound("There is no such list.") from bad


def _fitting(counts: DeskCounts, saved: Sequence[Opened]) -> str:
    """The default view, one's own first; without one one's own tickets; where there are none, those that nobody has;
    where there are none, everything."""
    default = next((one.row.id for one in saved if one.row.is_default and not one.row.is_broken), None)
    if default is not None:
        return f"{SAVED}{default}"
    return "mine" if counts.mine else "unassigned" if counts.unassigned else "all"
