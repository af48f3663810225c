"""Examples for the OpenAPI document, by the name of their schema: real values, so that they stay true."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct, to_builtins

from codex.api import (
    automation_examples,
    desk_examples,
    rehearsal_examples,
    routing_examples,
    signin_examples,
    sla_examples,
    together_examples,
    view_examples,
)
from codex.api.categories import NewCategory
from codex.api.common import Listed
from codex.api.conversation import NewMessage
from codex.api.custom_fields import NewField
from codex.api.hanging_examples import ALONE, IN_LISTS
from codex.api.me import Me, MyChanges, NewToken, TeamOfMine
from codex.api.teams import Membership, NewTeam
from codex.api.tickets import Assignment, NewTicket, TicketChanges, Transition
from codex.api.users import NewUser
from codex.classification.categories import CategoryChanges
from codex.classification.fields import FieldChanges
from codex.classification.models import FieldType
from codex.classification.reading import CategoryRow, FieldRow
from codex.identity.credentials import SessionRow, TokenRow
from codex.identity.directory import MemberRow, PersonRow, TeamRow
from codex.identity.people import PersonChanges
from codex.identity.teams import TeamChanges
from codex.kernel.actor import ActorKind, Scope, TeamRole
from codex.tickets.models import MessageType, TicketChannel, TicketPriority, TicketStatus
from codex.tickets.rows import (
    Author,
    CategoryRef,
    CountsRow,
    EventActor,
    EventRow,
    FieldAnswer,
    MessageRow,
    PersonRef,
    TeamRef,
    TicketDetail,
    TicketRow,
)

_TICKET, _ROSA, _AMIR, _IT, _VPN, _OTHER = (UUID(f"01979c7e-6a3e-7c51-9a20-3f6d5c8f2b1{n}") for n in range(6))
_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
_TUESDAY = datetime(2026, 3, 3, 9, tzinfo=UTC)
_row = TicketRow(
    id=_TICKET, number=1042, display_id="IT-1042", subject="VPN drops", status=TicketStatus.ASSIGNED,
    priority=TicketPriority.P2, channel=TicketChannel.PORTAL,
    requester=PersonRef(_ROSA, "Rosa Diaz", "rosa@acme.example"), assigned_team=TeamRef(_IT, "IT Support", "it"),
    assignee=PersonRef(_AMIR, "Amir Haddad"), category=CategoryRef(_VPN, "VPN", "vpn"), due_at=_TUESDAY,
    first_response_due_at=_MONDAY, first_response_at=None, sla_paused_at=None, resolved_at=None, closed_at=None,
    completed_at=None, created_at=_MONDAY, updated_at=_MONDAY, version=7,
)  # fmt: skip
_detail = TicketDetail(
    **{name: getattr(_row, name) for name in _row.__struct_fields__}, description="Every ten minutes.",
    custom_fields=[FieldAnswer(_OTHER, "Asset tag", "LT-88")], followers=[], access=[],
)  # fmt: skip
_message = MessageRow(
    id=_OTHER, ticket_id=_TICKET, author=Author(_AMIR, "Amir Haddad"), type=MessageType.PUBLIC,
    body="Which **network** are you on?", body_html="<p>Which <strong>network</strong> are you on?</p>", attachments=[],
    created_at=_MONDAY, edited_at=None, is_redacted=False, mentions=[],
)  # fmt: skip
_event = EventRow(
    id=_OTHER, type="STATUS_CHANGED", payload={"from": "NEW", "to": "ASSIGNED"},
    actor=EventActor(ActorKind.PERSON, _AMIR, "Amir Haddad"), cause=None, version=3, created_at=_MONDAY,
)  # fmt: skip
_person = PersonRow(
    id=_AMIR, display_name="Amir Haddad", email="amir@acme.example", department="IT", location="Berlin", role="AGENT",
    primary_team_id=_IT, is_active=True, away_until=None, created_at=_MONDAY, updated_at=_MONDAY,
)  # fmt: skip
_team = TeamRow(
    id=_IT, name="IT Support", slug="it", description="Everything with a plug.", is_active=True, prefix="IT",
    assignment_strategy="ROUND_ROBIN", is_confidential=False, followers_may_reply=True, created_at=_MONDAY,
    updated_at=_MONDAY,
)  # fmt: skip
_category = CategoryRow(
    id=_VPN, name="VPN", slug="vpn", description=None, parent_id=_OTHER, is_active=True, sort_order=0,
    default_team_id=_IT, created_at=_MONDAY, updated_at=_MONDAY,
)  # fmt: skip
_field = FieldRow(
    id=_OTHER, name="Office", field_type="DROPDOWN", options=["Berlin"], description=None, is_required=True,
    required_when="CREATE", team_id=_IT, category_id=None, sort_order=0, is_active=True, retired_options=["Lyon"],
    created_at=_MONDAY, updated_at=_MONDAY,
)  # fmt: skip
_token = TokenRow(
    id=_OTHER, name="Nightly report", scope=Scope.READ, hint="cdx_2Vp1", expires_at=_TUESDAY, revoked_at=None,
    last_used_at=None, created_at=_MONDAY,
)  # fmt: skip
_ALONE: tuple[Struct, ...] = (
    NewTicket(subject="VPN drops", description="Every ten minutes.", priority=TicketPriority.P2),
    TicketChanges(priority=TicketPriority.P1, version=7),
    Transition(status=TicketStatus.RESOLVED),
    Assignment(assignee_id=_AMIR),
    _detail,
    CountsRow(total=3, by_status={"NEW": 2, "ASSIGNED": 1}, by_team={str(_IT): 3}, by_assignee={"none": 3},
              by_sla_state={"RUNNING": 2, "BREACHED": 1}),
    NewMessage(type=MessageType.PUBLIC, body="Which **network** are you on?"),
    _message,
    Me(
        _AMIR, "amir@acme.example", "Amir Haddad", "IT", "Berlin", "AGENT", _IT, "Europe/Berlin", None, None,
        [TeamOfMine(_IT, "IT Support", "it", "AGENT")], Scope.WRITE, _MONDAY,
    ),
    MyChanges(time_zone="Europe/Berlin", theme="dark"),
    NewToken(name="Nightly report", scope=Scope.READ, expires_at=_TUESDAY),
    _token,
    _person,
    NewUser(email="amir@acme.example", display_name="Amir Haddad", department="IT"),
    PersonChanges(department="People"),
    _team,
    NewTeam(name="IT Support", slug="it", prefix="IT"),
    TeamChanges(description="Everything with a plug."),
    _category,
    NewCategory(name="VPN", slug="vpn", default_team_id=_IT),
    CategoryChanges(parent_id=_OTHER),
    _field,
    NewField(name="Office", field_type=FieldType.DROPDOWN, options=["Berlin", "Lyon"], team_id=_IT),
    FieldChanges(options=["Berlin"], is_required=True),
    Membership(role=TeamRole.AGENT),
)  # fmt: skip
_IN_LISTS: tuple[Struct, ...] = (
    _row, _message, _event, _token, _person, _team, _category, _field, MemberRow(_person, "AGENT"),
    SessionRow(_OTHER, "Firefox", "192.0.2.7", True, _MONDAY, _MONDAY, _TUESDAY),
)  # fmt: skip
EXAMPLES: Mapping[str, object] = {
    **{
        type(one).__name__: to_builtins(one)
        for part in (
            signin_examples,
            desk_examples,
            together_examples,
            view_examples,
            sla_examples,
            routing_examples,
            automation_examples,
            rehearsal_examples,
        )
        for one in (*_ALONE, *ALONE, *part.ALONE)
    },
    **{
        f"{type(one).__name__}List": to_builtins(Listed([one], None))
        for part in (desk_examples, view_examples, sla_examples, routing_examples, automation_examples)
        for one in (*_IN_LISTS, *IN_LISTS, *part.IN_LISTS)
    },
}
