"""What a rule or a macro does to a ticket (rules.md, "Automation rules"): one grammar, each kind of action one struct.

Its JSON is `{"type": "set_priority", "priority": "P1"}`. Reading it is `action_reading`, what it names is looked up by
`action_references`, and doing it is `automation.doing`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from msgspec import Struct, json

from codex.tickets.models import AccessLevel, TicketPriority, TicketStatus


class NotifyRole(StrEnum):
    """Whom a rule tells: what they are to the ticket or its team, and OWNER: the owners of the desk."""

    ASSIGNEE = "ASSIGNEE"
    TEAM_LEADS = "TEAM_LEADS"
    TEAM = "TEAM"
    FOLLOWERS = "FOLLOWERS"
    REQUESTER = "REQUESTER"
    OWNER = "OWNER"


class _Action(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, tag_field="type"):
    """One thing done. Written out, it is again what it was read from."""


class AssignTeam(_Action, frozen=True, tag="assign_team"):
    """Move the ticket to a team's queue; within the same team nobody is taken off."""

    team_id: UUID


class AssignUser(_Action, frozen=True, tag="assign_user"):
    """Give the ticket to a member of its team."""

    user_id: UUID


class AssignRoundRobin(_Action, frozen=True, tag="assign_round_robin"):
    """Give the ticket to whose turn it is, in its team or another one; nobody available: it stays in the queue."""

    team_id: UUID | None = None


class Unassign(_Action, frozen=True, tag="unassign"):
    """Put the ticket back into its team's queue."""


class SetPriority(_Action, frozen=True, tag="set_priority"):
    """Say how urgent the ticket is."""

    priority: TicketPriority


class SetStatus(_Action, frozen=True, tag="set_status"):
    """Move the ticket along the status machine."""

    status: TicketStatus


class SetCategory(_Action, frozen=True, tag="set_category"):
    """Say what the ticket is about; null: not known."""

    category_id: UUID | None


class SetCustomField(_Action, frozen=True, tag="set_custom_field"):
    """Answer a custom field; null takes the answer away."""

    field_id: UUID
    value: Any


class AddTag(_Action, frozen=True, tag="add_tag"):
    """Put a tag on the ticket."""

    tag: str


class RemoveTag(_Action, frozen=True, tag="remove_tag"):
    """Take a tag off the ticket."""

    tag: str


class AddFollower(_Action, frozen=True, tag="add_follower"):
    """Let somebody follow, and thereby see, the ticket."""

    user_id: UUID


class RemoveFollower(_Action, frozen=True, tag="remove_follower"):
    """Let somebody follow the ticket no more."""

    user_id: UUID


class GrantAccess(_Action, frozen=True, tag="grant_access"):
    """Let another team see the ticket, or work on it; without days for good."""

    team_id: UUID
    access_level: AccessLevel
    expires_in_days: int | None = None


class AddInternalNote(_Action, frozen=True, tag="add_internal_note"):
    """Write a note for those who work on the ticket. `body` may hold placeholders."""

    body: str


class SendPublicReply(_Action, frozen=True, tag="send_public_reply"):
    """Write to everybody on the ticket; it is no first response. `body` may hold placeholders."""

    body: str


class Notify(_Action, frozen=True, tag="notify"):
    """Tell people in the product, those of them who may see the ticket. `text` may hold placeholders."""

    user_ids: tuple[UUID, ...] = ()
    roles: tuple[NotifyRole, ...] = ()
    text: str | None = None


class SendEmail(_Action, frozen=True, tag="send_email"):
    """Send a mail to an address, or one to each of several. `subject` and `body` may hold placeholders."""

    to: str | tuple[str, ...]
    subject: str
    body: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """Whom it goes to."""
        return (self.to,) if isinstance(self.to, str) else self.to


class ApplyMacro(_Action, frozen=True, tag="apply_macro"):
    """Send a prepared text as a public reply and do what goes with it; nobody's personal one."""

    canned_response_id: UUID


class CallWebhook(_Action, frozen=True, tag="call_webhook"):
    """Send the ticket to an address, signed with the secret.

    Kept, a secret is only `sealed_secret`; shown, it is only `has_secret`, which said again lets it be as it is.
    """

    url: str
    secret: str | None = None
    has_secret: bool = False
    sealed_secret: str | None = None


class Stop(_Action, frozen=True, tag="stop"):
    """Let no later rule run for this event."""


Action = (
    AssignTeam | AssignUser | AssignRoundRobin | Unassign | SetPriority | SetStatus | SetCategory | SetCustomField
    | AddTag | RemoveTag | AddFollower | RemoveFollower | GrantAccess | AddInternalNote | SendPublicReply | Notify
    | SendEmail | ApplyMacro | CallWebhook | Stop
)  # fmt: skip
ACTIONS: tuple[type[_Action], ...] = Action.__args__
"""Every kind there is, in the order of rules.md."""


def type_of(kind: type[_Action] | Action) -> str:
    """What an action is called in JSON."""
    return str(kind.__struct_config__.tag)


BY_TYPE: Mapping[str, type[_Action]] = MappingProxyType({type_of(kind): kind for kind in ACTIONS})


def texts_of(action: Action) -> Iterator[tuple[str, str]]:
    """The texts of an action that may hold placeholders, by the name of their field."""
    match action:
        case AddInternalNote(body=body) | SendPublicReply(body=body):
            yield "body", body
        case Notify(text=str() as text):
            yield "text", text
        case SendEmail(subject=subject, body=body):
            yield "subject", subject
            yield "body", body
        case _:
            return


def written(actions: Iterable[Action]) -> list[dict[str, Any]]:
    """Actions as their JSON is kept."""
    told: list[dict[str, Any]] = json.decode(json.encode(list(actions)))
    return told


def shown(kept: Sequence[Any]) -> list[Any]:
    """Kept actions as people may read them: of a secret only that there is one."""
    return [_without_secret(action) for action in kept]


def _without_secret(action: Any) -> Any:
    if not isinstance(action, dict) or not action.keys() & {"secret", "sealedSecret"}:
        return action
    return {
        **{name: said for name, said in action.items() if name not in ("secret", "sealedSecret")},
        "hasSecret": True,
    }
