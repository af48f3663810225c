"""The agents' window: what is read for the list and for what stands around it."""

from dataclasses import dataclass, replace
from uuid import UUID

from codex.db.database import Reader
from codex.db.page import Page as Rows
from codex.httpkit.asked import Asked
from codex.identity.directory import team_ids
from codex.kernel.errors import NotFound
from codex.tickets import listing
from codex.tickets.desk_counts import DeskCounts, desk_counts
from codex.tickets.rows import TicketRow
from codex.web.asking import zone_of
from codex.web.present.desk_views import QueueView, ShellView
from codex.web.present.navigation import shell
from codex.web.present.queue import queue
from codex.web.present.worklist import TEAM, Worklist


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as it is shown: which, and its rows."""

    worklist: Worklist
    rows: Rows[TicketRow]


@dataclass(frozen=True, slots=True)
class Window:
    """What stands around a ticket on a whole page."""

    shown: Shown
    shell: ShellView
    queue: QueueView


async def window(reader: Reader, asked: Asked, worklist: Worklist, *, current: str = "") -> Window:
    """Two statements: the counts, which also say which list fits best where none is asked for, and the list."""
    counts = await desk_counts(reader, asked.actor, now=asked.now)
    worklist = worklist if worklist.view else replace(worklist, view=_fitting(counts))
    team = next((team.id for team in counts.teams if team.slug == worklist.team), None)
    shown = await _shown(reader, asked, worklist, team_id=team)
    return Window(
        shown, shell(asked.actor, counts, view=worklist.view), view(shown, asked, counts=counts, current=current)
    )


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
        zone=zone_of(asked), current=current,
    )  # fmt: skip


async def _shown(reader: Reader, asked: Asked, worklist: Worklist, *, team_id: UUID | None) -> Shown:
    if worklist.view.startswith(TEAM) and team_id is None:
        raise NotFound("There is no such list.")
    filters = worklist.filters(asked.actor, team_id)
    rows = await listing.page(reader, asked.actor, filters, now=asked.now, cursor=worklist.cursor)
    return Shown(worklist, rows)


def _fitting(counts: DeskCounts) -> str:
    """One's own tickets; where there are none, those that nobody has; where there are none, everything."""
    return "mine" if counts.mine else "unassigned" if counts.unassigned else "all"
