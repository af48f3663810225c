"""A list that is sorted by due time, in groups: Overdue, Due today, Later."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from codex.db.page import decode
from codex.tickets.rows import TicketRow
from codex.web.present.desk_views import GroupView
from codex.web.present.language import gettext as _
from codex.web.present.views import Tone
from codex.web.present.worklist import DUE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def groups(
    tickets: Sequence[TicketRow],
    *,
    now: datetime,
    zone: ZoneInfo,
    after: str | None = None,
    is_first: bool,
    is_last: bool,
) -> dict[UUID, GroupView]:
    """The heading of each group, by the ticket that begins it. `after`: the cursor that the tickets follow on, whose
    group goes on without a heading. A group is counted if all of it is here."""
    begun = _label(_place(after), now, zone) if after else None
    runs = list(_runs(tickets, now, zone))
    found = {}
    for number, (label, run) in enumerate(runs):
        is_whole = (number > 0 or is_first or begun not in (None, label)) and (number < len(runs) - 1 or is_last)
        if number or label != begun:
            icon, tone = _SIGNS[label]
            words = {"overdue": _("Overdue"), "today": _("Due today"), "later": _("Later"), "never": _("No due time")}
            found[run[0].id] = GroupView(label=words[label], icon=icon, tone=tone, count=len(run) if is_whole else None)
    return found


_SIGNS: dict[str, tuple[str, Tone]] = {
    "overdue": ("circle-alert", "red"),
    "today": ("clock", "amber"),
    "later": ("hourglass", "quiet"),
    "never": ("hourglass", "quiet"),
}


def _runs(tickets: Sequence[TicketRow], now: datetime, zone: ZoneInfo) -> Iterator[tuple[str, list[TicketRow]]]:
    for label, run in groupby(tickets, key=lambda ticket: _label(ticket.due_at, now, zone)):
        yield label, list(run)


def _label(due_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    if due_at is None:
        return "never"
    if due_at < now:
        return "overdue"
    return "today" if due_at.astimezone(zone).date() == now.astimezone(zone).date() else "later"


def _place(cursor: str) -> datetime | None:
    value = decode(cursor, sort=DUE).value
    return _EPOCH + timedelta(microseconds=value) if isinstance(value, int) else None
