"""Which list an agent looks at: read from an address, and the address of it."""

from dataclasses import dataclass, replace
from typing import Literal, Self, get_args
from urllib.parse import urlencode
from uuid import UUID

from codex.httpkit.asked import Req
from codex.kernel.actor import Actor
from codex.kernel.errors import Invalid, NotFound, Problem
from codex.tickets.filters import NOBODY, Filters, StatusGroup

Status = Literal["", "open", "waiting", "done"]
STATUSES: tuple[Status, ...] = get_args(Status)
VIEWS = ("mine", "unassigned", "all", "done")
_TEAM = "team:"


@dataclass(frozen=True, slots=True)
class Worklist:
    """A view, narrowed to a status group ("": what is not done), from a place in it. No view: whichever fits best."""

    view: str = ""
    status: Status = ""
    cursor: str | None = None

    @property
    def team(self) -> str:
        """The slug of the team whose list it is."""
        return self.view.removeprefix(_TEAM) if self.view.startswith(_TEAM) else ""

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
        teams = (team_id,) if team_id else ()
        if self.view == "unassigned" and not actor.is_owner:
            teams = tuple(actor.team_roles)
        assignees = {"mine": (actor.id,) if actor.id else (), "unassigned": (NOBODY,)}
        return Filters(groups=self._groups(), teams=teams, assignees=assignees.get(self.view, ()))

    def _groups(self) -> tuple[StatusGroup, ...]:
        if self.view == "done":
            return (StatusGroup.DONE,)
        return (StatusGroup(self.status),) if self.status else (StatusGroup.OPEN, StatusGroup.WAITING)


async def worklist_of(request: Req) -> Worklist:
    """The dependency `worklist`. Raises NotFound for a list that does not exist, Invalid for an unknown status."""
    query = request.query_params
    view, given = str(query.get("view", "")), str(query.get("status", ""))
    if view and view not in VIEWS and not view.startswith(_TEAM):
        raise NotFound("There is no such list.")
    status = next((known for known in STATUSES if known == given), None)
    if status is None:
        raise Invalid(Problem("status", "The status is one of open, waiting, done."))
    return Worklist(view, status, str(query["cursor"]) if query.get("cursor") else None)
