"""Which list an agent looks at, and its address."""

from dataclasses import dataclass, replace
from typing import Literal, Self, get_args
from urllib.parse import urlencode
from uuid import UUID

from codex.kernel.actor import Actor
from codex.tickets.filters import Filters, Person, StatusGroup

Status = Literal["", "open", "waiting", "done"]
STATUSES: tuple[Status, ...] = get_args(Status)
VIEWS = ("mine", "unassigned", "all", "done")
TEAM, SAVED = "team:", "saved:"


@dataclass(frozen=True, slots=True)
class Worklist:
    """A view, narrowed to a status group ("": what is not done), from a place in it. No view: whichever fits best."""

    view: str = ""
    status: Status = ""
    cursor: str | None = None

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
        parts = {"view": self.view, "status": self.status, "cursor": self.cursor or ""}
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
