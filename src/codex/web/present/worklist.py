"""Which list an agent looks at, and its address."""

from dataclasses import dataclass, replace
from typing import Literal, Self, get_args
from urllib.parse import urlencode
from uuid import UUID

from codex.kernel.actor import Actor
from codex.tickets.filters import Filters, Person, StatusGroup

Status = Literal["", "open", "waiting", "done"]
STATUSES: tuple[Status, ...] = get_args(Status)
Sort = Literal["", "due"]
SORTS: tuple[Sort, ...] = get_args(Sort)
VIEWS = ("mine", "unassigned", "all", "done")
TEAM, SAVED = "team:", "saved:"
DUE = "dueAt"
"""What lists of tickets call the order in which what is due first comes first."""


@dataclass(frozen=True, slots=True)
class Worklist:
    """A view, narrowed to a status group ("": what is not done), from a place in it. No view: whichever fits best.

    `sort`: what is due first comes first; "": the view's own order, which is mostly what changed last.
    """

    view: str = ""
    status: Status = ""
    cursor: str | None = None
    sort: Sort = ""

    @property
    def team(self) -> str:
        """The slug of the team whose list it is."""
        return self.view.removeprefix(TEAM) if self.view.startswith(TEAM) else ""

    @property
    def saved(self) -> str:
        """The id of the saved view whose list it is."""
        return self.view.removeprefix(SAVED) if self.view.startswith(SAVED) else ""

    @property
    def query(self) -> str:
        """The query of its address, with its question mark."""
        parts = {"view": self.view, "status": self.status, "sort": self.sort, "cursor": self.cursor or ""}
        given = {name: value for name, value in parts.items() if value}
        return f"?{urlencode(given, safe=':')}" if given else ""

    @property
    def href(self) -> str:
        """Its address."""
        return f"/queue{self.query}"

    def at(self, cursor: str | None) -> Self:
        """The same list from another place."""
        return replace(self, cursor=cursor)

    def narrowed(self, status: Status) -> Self:
        """The same list with another status group, from its beginning."""
        return replace(self, status=status, cursor=None)

    def sorted_by(self, sort: Sort) -> Self:
        """The same list in another order, from its beginning."""
        return replace(self, sort=sort, cursor=None)

    @property
    def order(self) -> str | None:
        """The order, as lists of tickets call it; None: the usual one."""
        return DUE if self.sort else None

    def filters(self, actor: Actor, team_id: UUID | None) -> Filters:
        """What narrows all tickets to this list; `team_id` is the id of `team`."""
        groups = self._groups()
        nobody: Person = "none"
        match self.view:
            case "mine":
                return Filters(groups=groups, assignees=(actor.id or nobody,))
            case "unassigned":
                teams = () if actor.is_owner else tuple(actor.team_roles)
                return Filters(groups=groups, teams=teams, assignees=(nobody,))
            case _:
                return Filters(groups=groups, teams=(team_id,) if team_id else ())

    def _groups(self) -> tuple[StatusGroup, ...]:
        if self.view == "done":
            return (StatusGroup.DONE,)
        return (StatusGroup(self.status),) if self.status else (StatusGroup.OPEN, StatusGroup.WAITING)
