"""The tables of authorization.md and tickets.md as they are written there: what the policy is held to.

Nothing here comes from the policy. Cells: `Y` yes, `x` visible and refused, `h` hidden, a digit: on a condition.
"""

from dataclasses import dataclass

from codex.tickets.models import TicketStatus

_CELLS = """
                REQ FOL ASG MA  ML  MT  GR  GW  U   OW
    VIEW         Y   Y   Y   Y   Y   Y   Y   Y   h   Y
    EXPORT       x   x   x   x   Y   Y   x   x   h   Y
    SEE_INTERNAL x   x   Y   Y   Y   Y   Y   Y   h   Y
    REPLY        Y   5   Y   Y   Y   Y   x   Y   h   Y
    NOTE         x   x   Y   Y   Y   Y   x   Y   h   Y
    REDACT       x   x   x   x   Y   Y   x   x   h   Y
    REDACT_OWN   x   x   Y   Y   Y   Y   x   x   h   Y
    CHANGE       x   x   Y   Y   Y   Y   x   Y   h   Y
    EDIT_TEXT    7   x   Y   Y   Y   Y   x   Y   h   Y
    TAKE         x   x   Y   Y   Y   Y   x   x   h   8
    ASSIGN       x   x   Y   9   Y   Y   x   x   h   Y
    TRANSFER     x   x   Y   9   Y   Y   x   x   h   Y
    CHANGE_REQUESTER x x x   x   Y   Y   x   x   h   Y
    FOLLOW       Y   Y   Y   Y   Y   Y   Y   Y   h   Y
    ADD_FOLLOWER Y   x   Y   Y   Y   Y   x   x   h   Y
    REMOVE_FOLLOWER x x  Y   Y   Y   Y   x   x   h   Y
    GRANT_READ   x   x   Y   x   Y   Y   x   x   h   Y
    GRANT_WRITE  x   x   x   x   Y   Y   x   x   h   Y
    LINK         x   x   Y   Y   Y   Y   x   x   h   Y
    MERGE        x   x   Y   Y   Y   Y   x   x   h   Y
    MERGE_ACROSS x   x   x   x   Y   Y   x   x   h   Y
    DELETE       x   x   x   x   x   Y   x   x   h   Y
"""
"""CHANGE of a requester is `6` in authorization.md: own transitions only, which REQUESTER_MOVES holds. Its `10`, to
remove only whom one has added, is a row of its own: REMOVE_FOLLOWER is to remove anybody."""

RELATIONS, *_ROWS = (line.split() for line in _CELLS.strip().splitlines())
TABLE: dict[str, dict[str, str]] = {name: dict(zip(RELATIONS, cells, strict=True)) for name, *cells in _ROWS}

_MOVES = """
    NEW                  > TRIAGED ASSIGNED IN_PROGRESS WAITING_ON_REQUESTER WAITING_ON_VENDOR RESOLVED CLOSED
    TRIAGED              > ASSIGNED IN_PROGRESS WAITING_ON_REQUESTER WAITING_ON_VENDOR RESOLVED CLOSED
    ASSIGNED             > TRIAGED IN_PROGRESS WAITING_ON_REQUESTER WAITING_ON_VENDOR RESOLVED CLOSED
    IN_PROGRESS          > TRIAGED ASSIGNED WAITING_ON_REQUESTER WAITING_ON_VENDOR RESOLVED CLOSED
    REOPENED             > TRIAGED ASSIGNED IN_PROGRESS WAITING_ON_REQUESTER WAITING_ON_VENDOR RESOLVED CLOSED
    WAITING_ON_REQUESTER > TRIAGED ASSIGNED IN_PROGRESS WAITING_ON_VENDOR RESOLVED CLOSED
    WAITING_ON_VENDOR    > TRIAGED ASSIGNED IN_PROGRESS WAITING_ON_REQUESTER RESOLVED CLOSED
    RESOLVED             > CLOSED REOPENED
    CLOSED               > REOPENED
"""
_OF_THE_REQUESTER = """
    RESOLVED > CLOSED REOPENED
    CLOSED   > REOPENED
    NEW      > CLOSED
    TRIAGED  > CLOSED
"""


def _ways(table: str) -> set[tuple[TicketStatus, TicketStatus]]:
    lines = [line.split(">") for line in table.strip().splitlines()]
    return {(TicketStatus(old.strip()), TicketStatus(new)) for old, news in lines for new in news.split()}


MOVES = _ways(_MOVES)
"""Every way of the status machine, for whoever works on the ticket."""
REQUESTER_MOVES = _ways(_OF_THE_REQUESTER)
NEED_ASSIGNEE = {TicketStatus.ASSIGNED, TicketStatus.IN_PROGRESS}


@dataclass(frozen=True, slots=True)
class Bond:
    """All that ties a person to a ticket. `team_role` is the effective one; `assignee`: me, other or nobody."""

    is_requester: bool = False
    follows: bool = False
    team_role: str | None = None
    assignee: str = "nobody"
    grant: str | None = None
    is_owner: bool = False
    team_lets_followers_reply: bool = True
    status: TicketStatus = TicketStatus.NEW

    @property
    def relations(self) -> set[str]:
        """The columns of the table that hold."""
        found = {"REQ"} if self.is_requester else set()
        if self.team_role:
            found |= {{"AGENT": "MA", "LEAD": "ML", "ADMIN": "MT"}[self.team_role]}
            found |= {"ASG"} if self.assignee == "me" else set()
        if self.grant:
            found |= {{"READ": "GR", "WRITE": "GW"}[self.grant]}
        if self.is_owner:
            found |= {"OW"}
        return found or ({"FOL"} if self.follows else {"U"})

    def verdict(self, operation: str) -> str:
        """`Y`, `x` or `h`: the union over the relations."""
        cells = {self._settled(TABLE[operation][relation]) for relation in self.relations}
        return "Y" if "Y" in cells else "x" if "x" in cells else "h"

    def _settled(self, cell: str) -> str:
        conditions = {
            "5": self.team_lets_followers_reply,
            "7": self.status is TicketStatus.NEW,
            "8": self.team_role is not None,
            "9": self.assignee in ("nobody", "me"),
        }
        return cell if cell not in conditions else "Y" if conditions[cell] else "x"
