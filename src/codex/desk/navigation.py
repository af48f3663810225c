"""What stands beside every list of an agent: how much there is to do, and the saved views."""

from datetime import datetime

from msgspec import Struct

from codex.db.database import Reader
from codex.desk.view_policy import view_sight
from codex.desk.view_reading import ON_DESK_SQL, Opened, opened
from codex.kernel.actor import Actor
from codex.tickets.desk_counts import DeskCounts, counts_of, counts_sql
from codex.tickets.policy import sight

MOST_VIEWS = 20
"""How many saved views stand beside the lists."""


class Navigation(Struct, frozen=True):
    """How much there is to do, and what stands on somebody's desk: their own views, their teams', everybody's."""

    counts: DeskCounts
    views: list[Opened]


async def navigation(reader: Reader, actor: Actor, *, now: datetime) -> Navigation:
    """One statement; with saved views one more that looks up what they name."""
    row = await reader.first(
        f"SELECT {counts_sql(actor)}, ARRAY({ON_DESK_SQL})",
        {**sight(actor, now), **view_sight(actor), "most": MOST_VIEWS},
    )
    assert row is not None
    return Navigation(counts_of(*row[:3]), await opened(reader, actor, row[3]))


async def views_on_desk(reader: Reader, actor: Actor) -> list[Opened]:
    """The saved views alone."""
    rows = await reader.all(ON_DESK_SQL, {**view_sight(actor), "most": MOST_VIEWS})
    return await opened(reader, actor, [row[0] for row in rows])
