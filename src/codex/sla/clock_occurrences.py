"""What can happen to a ticket that its clocks hear of, in the past tense: made from its facts, or its events. Pure."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from codex.sla.clock_state import CancelCause, ClockKind, Terms

RetargetCause = Literal["PRIORITY", "TEAM", "CATEGORY", "POLICY_VERSION", "CALENDAR"]
Speaker = Literal["agent", "requester", "automatic", "other"]
Visibility = Literal["PUBLIC", "INTERNAL"]


class Created(Struct, frozen=True, kw_only=True):
    """The server received the ticket. `answered`: an agent opened it for somebody else, with a public first message,
    so that there is no FIRST_RESPONSE clock."""

    at: datetime
    terms: Terms | None
    status: str = "NEW"
    answered: bool = False


class StatusMoved(Struct, frozen=True, kw_only=True):
    """The ticket moved along the status machine."""

    at: datetime
    to: str


class MessageSent(Struct, frozen=True, kw_only=True):
    """Somebody wrote. `agent`: somebody with agent rights on this ticket who is not its requester (sla.md rule 7).

    What a requester's message does to the status is an occurrence of its own (StatusMoved).
    """

    at: datetime
    by: Speaker
    visibility: Visibility


class Retargeted(Struct, frozen=True, kw_only=True):
    """Terms were selected anew; None: no policy applies any more."""

    at: datetime
    terms: Terms | None
    cause: RetargetCause


class Cancelled(Struct, frozen=True, kw_only=True):
    """The ticket was merged into another, or deleted. Once more for the same cause changes nothing."""

    at: datetime
    cause: CancelCause


class Revived(Struct, frozen=True, kw_only=True):
    """A cause of cancelling is gone (unmerged, restored); when it was the last, the clocks go on from where they were:
    the time in between does not count. `answered_at`: an agent's public answer meanwhile, if there was one."""

    at: datetime
    cause: CancelCause
    answered_at: datetime | None = None


class Announced(Struct, frozen=True, kw_only=True):
    """An announcement was made at `at` (the instant of looking): recorded as SLA_AT_RISK or SLA_BREACHED.

    The event's payload is these fields, so that the fold knows of it.
    """

    at: datetime
    clock: ClockKind
    kind: Literal["AT_RISK", "BREACHED"]
    due_at: datetime


Occurrence = Created | StatusMoved | MessageSent | Retargeted | Cancelled | Revived | Announced
