"""A list of tickets for agents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from codex.desk.view_reading import SavedViewRow
from codex.sla.clock_reading import Clocks
from codex.tickets.desk_counts import DeskCounts
from codex.tickets.rows import TicketRow
from codex.web.present import urgency, words
from codex.web.present.desk_views import EmptyView, GroupView, QueueView, RowView
from codex.web.present.language import gettext as _
from codex.web.present.navigation import bounded, is_more
from codex.web.present.targets import badge
from codex.web.present.views import LinkView
from codex.web.present.worklist import DUE, Status, Worklist

_NO_CLOCKS: Mapping[UUID, Clocks] = MappingProxyType({})


def queue(
    worklist: Worklist,
    tickets: Sequence[TicketRow],
    *,
    next_cursor: str | None,
    counts: DeskCounts | None,
    now: datetime,
    zone: ZoneInfo,
    saved: SavedViewRow | None = None,
    current: str = "",
    clocks: Mapping[UUID, Clocks] = _NO_CLOCKS,
    sort: str | None = None,
) -> QueueView:
    """A page of a list, of a saved view's if it is one. `current` is the display id of the open ticket; without
    `counts` nothing is counted, and the page goes on where another one ended. Sorted by due time it is in groups."""
    is_first = worklist.cursor is None
    whole = len(tickets) if is_first and next_cursor is None else None
    total = whole if counts is None or worklist.status else _total(worklist, counts, whole)
    after = worklist.cursor if counts is None else None
    of = {"is_first": is_first, "is_last": next_cursor is None}
    groups = urgency.groups(tickets, now=now, zone=zone, after=after, **of) if sort == DUE else {}
    return QueueView(
        title=saved.name if saved else title(worklist, counts),
        rows=tuple(
            row(t, worklist, now=now, zone=zone, clocks=clocks.get(t.id), group=groups.get(t.id),
                is_current=t.display_id == current)
            for t in tickets
        ),
        empty=_empty_view(saved) if saved and is_first else _empty(worklist, counts),
        total=bounded(total),
        is_more=is_more(total),
        filters=_filters(worklist),
        sort=_sort(worklist),
        next_href=worklist.at(next_cursor).href if next_cursor else None,
        first_href=None if is_first else worklist.at(None).href,
    )  # fmt: skip


def row(
    ticket: TicketRow,
    worklist: Worklist,
    *,
    now: datetime,
    zone: ZoneInfo,
    is_current: bool = False,
    clocks: Clocks | None = None,
    group: GroupView | None = None,
) -> RowView:
    """A ticket in a list. In one's own list nobody needs to be told whose it is."""
    assignee = ticket.assignee if worklist.view != "mine" else None
    return RowView(
        id=ticket.display_id,
        href=f"/tickets/{ticket.display_id}{worklist.query}",
        subject=ticket.subject,
        requester=words.person(ticket.requester.id, ticket.requester.display_name),
        status=words.status_for_agents(ticket.status),
        priority=words.priority(ticket.priority),
        at=words.ago(ticket.updated_at, now=now, zone=zone),
        category=ticket.category.name if ticket.category else "",
        assignee=words.person(assignee.id, assignee.display_name) if assignee else None,
        is_current=is_current,
        is_unread=ticket.is_unread is True,
        sla=badge(clocks, now=now),
        group=group,
    )


def title(worklist: Worklist, counts: DeskCounts | None) -> str:
    """What the list is called."""
    titles = {
        "mine": _("My tickets"),
        "unassigned": _("Unassigned"),
        "all": _("All unresolved") if not worklist.status else _("All tickets"),
        "done": _("Done"),
    }
    teams = counts.teams if counts else ()
    return titles.get(worklist.view) or next((t.name for t in teams if t.slug == worklist.team), _("Team"))


def _total(worklist: Worklist, counts: DeskCounts, whole: int | None) -> int | None:
    known = {"mine": counts.mine, "unassigned": counts.unassigned}
    known |= {f"team:{t.slug}": t.unresolved for t in counts.teams}
    return known.get(worklist.view, whole)


def _filters(worklist: Worklist) -> tuple[LinkView, ...]:
    if worklist.view in ("unassigned", "done") or worklist.saved:
        return ()
    labels: dict[Status, str] = {"": _("Unresolved"), "open": _("Our turn"), "waiting": _("Waiting"), "done": _("Done")}
    return tuple(
        LinkView(label=label, href=worklist.narrowed(status).href, is_current=status == worklist.status)
        for status, label in labels.items()
    )


def _sort(worklist: Worklist) -> LinkView | None:
    """What is done is no longer due."""
    if "done" in (worklist.view, worklist.status):
        return None
    is_on = worklist.sort == "due"
    return LinkView(label=_("Due first"), href=worklist.sorted_by("" if is_on else "due").href, is_current=is_on)


def _empty_view(saved: SavedViewRow) -> EmptyView:
    """A broken view says what is wrong with it, instead of listing what nobody meant."""
    if not saved.is_broken:
        return EmptyView(sentence=_("No ticket fits this view."))
    why = " ".join(problem.message for problem in saved.problems)
    return EmptyView(sentence=_("This view no longer works. {why}").format(why=why))


def _empty(worklist: Worklist, counts: DeskCounts | None) -> EmptyView:
    if worklist.cursor is not None:
        return EmptyView(sentence=_("There are no more."))
    if worklist.status:
        clear = LinkView(label=_("Clear filters"), href=worklist.narrowed("").href)
        return EmptyView(sentence=_("No tickets match."), action=clear)
    free = counts.unassigned if counts else 0
    if worklist.view == "mine" and free:
        count = f"{bounded(free)}{'+' if is_more(free) else ''}"
        take = LinkView(label=_("See unassigned ({count})").format(count=count), href="/queue?view=unassigned")
        return EmptyView(sentence=_("Nothing waiting for you."), action=take)
    sentences = {
        "mine": _("Nothing waiting for you."),
        "unassigned": _("Everything is taken."),
        "done": _("Nothing is done yet."),
    }
    return EmptyView(sentence=sentences.get(worklist.view, _("Nothing is open.")))
