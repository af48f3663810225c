"""The agents' window: what is read for the list and for what stands around it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from codex.db.database import Reader
from codex.db.page import Page as Rows
from codex.desk.view_reading import Opened, SavedViewRow, counts_of, on_desk, saved_view, with_count
from codex.httpkit.asked import Asked
from codex.identity.directory import team_ids
from codex.kernel.errors import NotFound
from codex.tickets import listing
from codex.tickets.desk_counts import DeskCounts, desk_counts
from codex.tickets.filters import Filters
from codex.tickets.rows import TicketRow
from codex.web.asking import zone_of
from codex.web.present.desk_views import QueueView, ShellView
from codex.web.present.navigation import MOST_HELD, shell
from codex.web.present.queue import queue
from codex.web.present.worklist import SAVED, TEAM, Worklist

_MOST_VIEWS = 20
"""How many saved views stand in the sidebar."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as it is shown: which, its rows, and the saved view if it is one's."""

    worklist: Worklist
    rows: Rows[TicketRow]
    saved: SavedViewRow | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What stands around a ticket on a whole page."""

    shown: Shown
    shell: ShellView
    queue: QueueView


async def window(reader: Reader, asked: Asked, worklist: Worklist, *, current: str = "") -> Window:
    """The counts, which also say which list fits best where none is asked for, the saved views with theirs, the list.

    Three statements; with saved views one more that looks up what they name, and one that counts.
    """
    counts = await desk_counts(reader, asked.actor, now=asked.now)
    saved = await on_desk(reader, asked.actor, most=_MOST_VIEWS)
    held = await counts_of(reader, asked.actor, saved, now=asked.now, most=MOST_HELD + 1)
    worklist = worklist if worklist.view else replace(worklist, view=_fitting(counts, saved))
    team = next((team.id for team in counts.teams if team.slug == worklist.team), None)
    shown = await _shown(reader, asked, worklist, team_id=team, saved=saved)
    rows = [with_count(one.row, held.get(one.row.id)) for one in saved]
    return Window(
        shown, shell(asked.actor, counts, view=worklist.view, saved=rows),
        view(shown, asked, counts=counts, current=current),
    )  # fmt: skip


async def the_list(reader: Reader, asked: Asked, worklist: Worklist) -> Shown:
    """The list alone, for a part of a page."""
    worklist = worklist if worklist.view else replace(worklist, view="mine")
    slug = worklist.team
    found = await team_ids(reader, [slug]) if slug else {}
    return await _shown(reader, asked, worklist, team_id=found.get(slug))


def view(shown: Shown, asked: Asked, *, counts: DeskCounts | None, current: str = "") -> QueueView:
    """The list for its template."""
    return queue(
        shown.worklist, shown.rows.items, next_cursor=shown.rows.next_cursor, counts=counts, now=asked.now,
        zone=zone_of(asked), saved=shown.saved, current=current,
    )  # fmt: skip


async def _shown(
    reader: Reader, asked: Asked, worklist: Worklist, *, team_id: UUID | None, saved: Sequence[Opened] = ()
) -> Shown:
    if worklist.view.startswith(TEAM) and team_id is None:
        raise NotFound("There is no such list.")
    if worklist.saved:
        return await _shown_view(reader, asked, worklist, saved)
    filters = worklist.filters(asked.actor, team_id)
    rows = await listing.page(reader, asked.actor, filters, now=asked.now, cursor=worklist.cursor)
    return Shown(worklist, rows)


async def _shown_view(reader: Reader, asked: Asked, worklist: Worklist, saved: Sequence[Opened]) -> Shown:
    """The list of a saved view; a broken one lists nothing."""
    found = next((one for one in saved if str(one.row.id) == worklist.saved), None)
    found = found or await saved_view(reader, asked.actor, _id(worklist.saved))
    if found.row.is_broken:
        return Shown(worklist, Rows([], None), found.row)
    filters = Filters(condition=found.understood.condition, sort=found.understood.sort)
    rows = await listing.page(reader, asked.actor, filters, now=asked.now, cursor=worklist.cursor)
    return Shown(worklist, rows, found.row)


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
