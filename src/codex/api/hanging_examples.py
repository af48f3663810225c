"""Examples for the OpenAPI document of what hangs on a ticket."""

from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from codex.api.conversation import OtherWords, Redaction
from codex.api.own_marks import NewDraft
from codex.api.tags import NewTag
from codex.api.ticket_links import NewLink, TagOfTicket
from codex.api.ticket_people import Grant
from codex.tickets.audience import AccessRow, WatcherRow, Watching
from codex.tickets.drafts import DraftRow
from codex.tickets.linking import LinkKind, LinkRow
from codex.tickets.models import AccessLevel, MessageType, TicketStatus
from codex.tickets.rows import PersonRef
from codex.tickets.tags import TagChanges, TagRow

_TICKET, _AMIR, _TEAM, _OTHER = (UUID(f"01979c7e-6a3e-7c51-9a20-3f6d5c8f2c1{n}") for n in range(4))
_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
_TUESDAY = datetime(2026, 3, 3, 9, tzinfo=UTC)
_amir = PersonRef(_AMIR, "Amir Haddad")
_tag = TagRow(_OTHER, "vpn", _TEAM, _MONDAY)
_link = LinkRow(_OTHER, LinkKind.CHILD, _TICKET, "IT-1040", "New VPN for everybody", TicketStatus.IN_PROGRESS, _MONDAY)

ALONE: tuple[Struct, ...] = (
    OtherWords(body="She called again."),
    Redaction(reason="It held a password."),
    NewDraft(type=MessageType.PUBLIC, body="Which network are"),
    DraftRow(MessageType.PUBLIC, "Which network are", _MONDAY),
    NewTag(name="vpn", team_id=_TEAM),
    TagChanges(name="remote access"),
    _tag,
    NewLink(ticket_id="IT-1040", type=LinkKind.CHILD),
    _link,
    Grant(AccessLevel.READ, expires_at=_TUESDAY, reason="They know the contract."),
)
IN_LISTS: tuple[Struct, ...] = (
    _amir,
    _tag,
    _link,
    TagOfTicket("vpn"),
    WatcherRow(_amir, [Watching.ASSIGNEE, Watching.FOLLOWER]),
    AccessRow(_TEAM, "Finance", AccessLevel.READ, _TUESDAY, "They know the contract.", _amir, _MONDAY),
)
