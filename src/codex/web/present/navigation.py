"""What stands around a page: the agents' sidebar, the requesters' head."""

from collections.abc import Sequence
from dataclasses import replace

from codex.automation.policy import may_read_any
from codex.desk.view_reading import SavedViewRow
from codex.kernel.actor import Actor
from codex.tickets.desk_counts import MOST, DeskCounts
from codex.web.present import words
from codex.web.present.desk_views import NavGroupView, ShellView
from codex.web.present.language import gettext as _
from codex.web.present.portal_views import PortalView
from codex.web.present.views import NavItemView, PersonView
from codex.web.present.worklist import SAVED, Worklist

RULES = "rules"
"""The page of rules, among the lists that the sidebar leads to."""


def shell(actor: Actor, counts: DeskCounts, *, view: str, saved: Sequence[SavedViewRow] = ()) -> ShellView:
    """The sidebar, `view` being the list that is shown, `saved` the views on the reader's desk."""

    def item(label: str, of: str, icon: str, *, count: int | None = None, key: str = "") -> NavItemView:
        href = f"/queue?view={of}"
        return NavItemView(
            label=label, href=href, icon=icon, count=bounded(count), is_more=is_more(count), is_current=of == view,
            key=key,
        )  # fmt: skip

    first = NavGroupView(
        items=(
            item(_("My tickets"), "mine", "inbox", count=counts.mine, key="g m"),
            item(_("Unassigned"), "unassigned", "user-plus", count=counts.unassigned, key="g u"),
            item(_("All unresolved"), "all", "layers"),
            item(_("Done"), "done", "check"),
        )
    )
    teams = tuple(item(t.name, f"team:{t.slug}", "users-round", count=t.unresolved) for t in counts.teams)
    own = NavItemView(label=_("Your requests"), href="/requests", icon="message-square")
    rules = NavItemView(label=_("Rules"), href="/rules", icon="workflow", is_current=view == RULES)
    groups = (
        first,
        *((NavGroupView(title=_("Teams"), items=teams),) if teams else ()),
        *((replace(views_group(saved, view=view), counts_href=_counts_href(view)),) if saved else ()),
        *((NavGroupView(title=_("Manage"), items=(rules,)),) if may_read_any(actor) else ()),
        NavGroupView(title=_("You"), items=(own,)),
    )
    return ShellView(me=me(actor), nav=groups)


def views_group(saved: Sequence[SavedViewRow], *, view: str) -> NavGroupView:
    """The saved views, each with its count if it was counted."""
    return NavGroupView(title=_("Saved views"), items=tuple(_saved(one, view) for one in saved))


def _counts_href(view: str) -> str:
    return "/queue/views" if view == RULES else f"/queue/views?view={view}"


def bounded(count: int | None) -> int | None:
    """A count as it is shown; `is_more` says whether "+" follows."""
    return min(count, MOST) if count is not None else None


def is_more(count: int | None) -> bool:
    """Whether there are more than were counted."""
    return count is not None and count > MOST


def _saved(row: SavedViewRow, view: str) -> NavItemView:
    key = f"{SAVED}{row.id}"
    held = row.count if isinstance(row.count, int) else None
    return NavItemView(
        label=row.name, href=Worklist(key).href, icon="circle-alert", hue=0 if row.is_broken else words.hue(row.id),
        count=bounded(held), is_more=is_more(held), is_current=key == view,
    )  # fmt: skip


def portal(actor: Actor, *, turn: int, is_list: bool = False) -> PortalView:
    """The head of a requester's page; `turn` is how many requests wait for the reader."""
    own = NavItemView(label=_("Your requests"), href="/requests", icon="inbox", count=turn, is_current=is_list)
    desk = NavItemView(label=_("Agents’ desk"), href="/queue", icon="headset")
    return PortalView(me=me(actor), nav=(own, desk) if actor.is_agent else (own,), new_href="/requests/new")


def me(actor: Actor) -> PersonView:
    """The reader."""
    return words.person(actor.id, actor.name, email=actor.email)
