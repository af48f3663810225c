"""What a rehearsal answers: rows whose JSON, by name and shape, is the contract of shapes.md."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from codex.kernel.criteria.tree import Finding
from codex.tickets.models import TicketPriority

SHOWN = 100
"""So many matches, and so many conflicts, are shown."""


class Match(Struct, frozen=True, rename="camel", kw_only=True):
    """A moment at which the draft would have acted, and what its conditions saw then. `keyword`: of a routing rule, the
    one that is in the ticket's words."""

    ticket_id: UUID
    display_id: str
    at: datetime
    conditions: list[Finding]
    keyword: str | None | UnsetType = UNSET


class Clash(StrEnum):
    """How two rules fight. SAME_EVENT: both act on one event, and the later one has the last word. UNDONE: what the
    draft sets wakes the other, which sets it otherwise; UNDOES: the other way round."""

    SAME_EVENT = "SAME_EVENT"
    UNDONE = "UNDONE"
    UNDOES = "UNDOES"


class Called(Struct, frozen=True):
    """A rule or a team by name."""

    id: UUID
    name: str


class Conflict(Struct, frozen=True, rename="camel", kw_only=True):
    """A rule that would have fought the draft, `count` times. `sets`: over what; `draft`, `other`: what each sets it
    to; `wins`: whose value stays, as far as these two go. The example is the first ticket that it came up on."""

    rule: Called
    kind: Clash
    sets: str
    draft: Any
    other: Any
    wins: str
    count: int
    ticket_id: UUID
    display_id: str
    at: datetime


class Agreement(Struct, frozen=True, rename="camel"):
    """Tickets that went one way: `today`: the team that today's rules would send them to; `draft`: the one that they
    would go to with the draft among them; `solvedBy`: who finally solved them. Null: the triage queue, no team."""

    today: str | None
    draft: str | None
    solved_by: str | None
    tickets: int


class Confusion(Struct, frozen=True, rename="camel", kw_only=True):
    """How often rules agree with the team that finally solved a ticket, of the solved ones among those that were
    looked at. `teams`: the names behind the ids in `table`."""

    solved: int
    today_agrees: int
    draft_agrees: int
    table: list[Agreement]
    teams: dict[str, str]


class Kept(Struct, frozen=True, rename="camel"):
    """How often one promise was kept. `open`: it is not decided yet. `percent` of the decided ones; null: none is."""

    met: int
    breached: int
    open: int
    percent: float | None


class Standing(Struct, frozen=True, rename="camel", kw_only=True):
    """How the promises to tickets of a priority and team (null: none) were kept."""

    priority: TicketPriority
    team: Called | None
    first_response: Kept
    resolution: Kept


class Compliance(Struct, frozen=True):
    """As it was, and as it would have been under the draft; the same tickets."""

    before: list[Standing]
    after: list[Standing]


class Progress(Struct, frozen=True, rename="camel", kw_only=True):
    """How far a rehearsal is: `tickets` of `ofTickets` that the period is about, and the events looked at so far."""

    events_examined: int
    tickets: int
    of_tickets: int


class Rehearsed(Struct, frozen=True, rename="camel", kw_only=True):
    """What a draft would have done. `matches`: the first SHOWN of `matchCount`. `actions`: how often each would have
    been done; `mailsOut`: mails that the draft itself would have sent."""

    events_examined: int
    matches: list[Match]
    match_count: int
    ticket_count: int
    actions: dict[str, int]
    mails_out: int
    conflicts: list[Conflict]
    confusion: Confusion | UnsetType = UNSET
    compliance: Compliance | UnsetType = UNSET
