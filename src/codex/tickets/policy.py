"""Who may do what with a ticket (authorization.md): the table, its conditions, and sight as one SQL predicate.

`docs/permissions.md` is rendered from RIGHTS.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from codex.kernel.actor import Actor, TeamRole
from codex.tickets.models import AccessLevel, MessageType, TicketStatus, Ties


class Relation(StrEnum):
    """What a person is to a ticket; rights are the union over all that hold."""

    REQ = "requester"
    FOL = "follower with no other relation"
    ASG = "assignee, still a member of the team"
    MA = "AGENT in the ticket's team"
    ML = "LEAD in the ticket's team"
    MT = "ADMIN of the ticket's team"
    GR = "in a team with a READ grant"
    GW = "in a team with a WRITE grant"
    OW = "owner"


class Operation(StrEnum):
    """What can be done with a ticket."""

    VIEW = "view ticket, public messages, public part of the history"
    SEE_INTERNAL = "internal notes, internal facts, full history"
    REPLY = "public reply"
    NOTE = "internal note; edit one's own for 15 minutes"
    REDACT = "redact a message"
    REDACT_OWN = "redact one's own message for 15 minutes"
    CHANGE = "change status, priority, category, tags, custom fields, follow-up date"
    EDIT_TEXT = "edit subject, description"
    TAKE = "take it (assign to self)"
    ASSIGN = "assign to another member, unassign"
    TRANSFER = "transfer to another team"
    CHANGE_REQUESTER = "change requester"
    FOLLOW = "follow, unfollow oneself"
    ADD_FOLLOWER = "add another follower, remove whom one added"
    REMOVE_FOLLOWER = "remove any follower"
    GRANT_READ = "grant or revoke READ to a team"
    GRANT_WRITE = "grant or revoke WRITE to a team"
    LINK = "link to another ticket that one sees"
    MERGE = "merge with a ticket of the same requester, split again; the right on both"
    MERGE_ACROSS = "merge with a ticket of another requester; the right on both"
    EXPORT = "bulk export"
    DELETE = "delete, restore"


class TicketFacts(Protocol):
    """What of a ticket decides rights."""

    @property
    def status(self) -> TicketStatus: ...
    @property
    def requester_id(self) -> UUID: ...
    @property
    def assigned_team_id(self) -> UUID | None: ...
    @property
    def assignee_id(self) -> UUID | None: ...
    @property
    def ties(self) -> Mapping[UUID, Ties]:
        """Per person; who is not in it has none, so that what was not looked up gives no right."""
        ...


class Words(Protocol):
    """What of a message decides rights."""

    @property
    def author_id(self) -> UUID | None: ...
    @property
    def type(self) -> MessageType: ...
    @property
    def created_at(self) -> datetime: ...


Condition = Callable[[Actor, TicketFacts], bool]


def _always(actor: Actor, ticket: TicketFacts) -> bool:
    """Y"""
    return True


def _while_new(actor: Actor, ticket: TicketFacts) -> bool:
    """while NEW"""
    return ticket.status is TicketStatus.NEW


def _free_or_own(actor: Actor, ticket: TicketFacts) -> bool:
    """if unassigned or assigned to oneself"""
    return ticket.assignee_id in (None, actor.id)


def _if_team_lets_followers(actor: Actor, ticket: TicketFacts) -> bool:
    """unless the team's setting says no"""
    return actor.id is not None and ticket.ties[actor.id].may_reply


def _if_member(actor: Actor, ticket: TicketFacts) -> bool:
    """if a member"""
    return ticket.assigned_team_id in actor.team_roles


SECOND_THOUGHTS = timedelta(minutes=15)
"""How long one may take back or change what one has just written."""

_R = Relation
_STAFF = {_R.ASG: _always, _R.MA: _always, _R.ML: _always, _R.MT: _always, _R.GW: _always, _R.OW: _always}
_TEAM = {_R.ASG: _always, _R.MA: _always, _R.ML: _always, _R.MT: _always}
_LEADS = {_R.ML: _always, _R.MT: _always, _R.OW: _always}

RIGHTS: Mapping[Operation, Mapping[Relation, Condition]] = MappingProxyType(
    {
        Operation.VIEW: dict.fromkeys(Relation, _always),
        Operation.SEE_INTERNAL: {**_STAFF, _R.GR: _always},
        Operation.REPLY: {**_STAFF, _R.REQ: _always, _R.FOL: _if_team_lets_followers},
        Operation.NOTE: _STAFF,
        Operation.REDACT: _LEADS,
        Operation.REDACT_OWN: {**_LEADS, _R.ASG: _always, _R.MA: _always},
        Operation.CHANGE: _STAFF,
        Operation.EDIT_TEXT: {**_STAFF, _R.REQ: _while_new},
        Operation.TAKE: {**_TEAM, _R.OW: _if_member},
        Operation.ASSIGN: {**_TEAM, _R.MA: _free_or_own, _R.OW: _always},
        Operation.TRANSFER: {**_TEAM, _R.MA: _free_or_own, _R.OW: _always},
        Operation.CHANGE_REQUESTER: _LEADS,
        Operation.FOLLOW: dict.fromkeys(Relation, _always),
        Operation.ADD_FOLLOWER: {**_TEAM, _R.REQ: _always, _R.OW: _always},
        Operation.REMOVE_FOLLOWER: {**_TEAM, _R.OW: _always},
        Operation.GRANT_READ: {**_LEADS, _R.ASG: _always},
        Operation.GRANT_WRITE: _LEADS,
        Operation.LINK: {**_TEAM, _R.OW: _always},
        Operation.MERGE: {**_TEAM, _R.OW: _always},
        Operation.MERGE_ACROSS: _LEADS,
        Operation.EXPORT: _LEADS,
        Operation.DELETE: {_R.MT: _always, _R.OW: _always},
    }
)

_MEMBER = {TeamRole.AGENT: Relation.MA, TeamRole.LEAD: Relation.ML, TeamRole.ADMIN: Relation.MT}
_GRANT = {AccessLevel.READ: Relation.GR, AccessLevel.WRITE: Relation.GW}
REQUESTER_MOVES: Mapping[TicketStatus, tuple[TicketStatus, ...]] = MappingProxyType(
    {
        TicketStatus.RESOLVED: (TicketStatus.CLOSED, TicketStatus.REOPENED),
        TicketStatus.CLOSED: (TicketStatus.REOPENED,),
        TicketStatus.NEW: (TicketStatus.CLOSED,),
        TicketStatus.TRIAGED: (TicketStatus.CLOSED,),
    }
)
"""A requester's own transitions: confirm, not fixed, cancel (tickets.md, "Status machine")."""


def relations(actor: Actor, ticket: TicketFacts) -> frozenset[Relation]:
    """All that a person is to a ticket; empty: they may not know that it exists."""
    found: set[Relation] = set()
    ties = ticket.ties.get(actor.id, Ties()) if actor.id else Ties()
    if actor.id == ticket.requester_id:
        found.add(Relation.REQ)
    role = actor.team_roles.get(ticket.assigned_team_id) if ticket.assigned_team_id else None
    if role is not None:
        found.add(_MEMBER[role])
        if ticket.assignee_id == actor.id:
            found.add(Relation.ASG)
    if ties.grant and actor.team_roles:
        found.add(_GRANT[ties.grant])
    if actor.is_owner:
        found.add(Relation.OW)
    if ties.follows and not found:
        found.add(Relation.FOL)
    return frozenset(found)


def may(actor: Actor, operation: Operation, ticket: TicketFacts) -> bool:
    """Whether the actor may do this to the ticket. Rules, imports and the product are bound by their commands alone."""
    if not actor.is_person:
        return True
    cells = RIGHTS[operation]
    return any(relation in cells and cells[relation](actor, ticket) for relation in relations(actor, ticket))


def may_move(actor: Actor, ticket: TicketFacts, *, to: TicketStatus) -> bool:
    """Who works on the ticket moves it freely; its requester along the requester's own transitions."""
    return may(actor, Operation.CHANGE, ticket) or (
        actor.id == ticket.requester_id and to in REQUESTER_MOVES.get(ticket.status, ())
    )


def may_redact(actor: Actor, ticket: TicketFacts, message: Words, *, now: datetime) -> bool:
    """Leads redact any message, agents their own for 15 minutes."""
    own = message.author_id == actor.id and now - message.created_at <= SECOND_THOUGHTS
    return may(actor, Operation.REDACT, ticket) or (own and may(actor, Operation.REDACT_OWN, ticket))


def may_edit(actor: Actor, ticket: TicketFacts, message: Words, *, now: datetime) -> bool:
    """One's own note, for 15 minutes."""
    own = message.author_id == actor.id and now - message.created_at <= SECOND_THOUGHTS
    return own and message.type is MessageType.INTERNAL and may(actor, Operation.NOTE, ticket)


def sees_team_only(actor: Actor, ticket: TicketFacts) -> bool:
    """Notes for the team alone: whoever sees the internal side by more than a READ grant."""
    return not actor.is_person or bool(relations(actor, ticket) - {Relation.GR, Relation.REQ, Relation.FOL})


def works_on(actor: Actor, ticket: TicketFacts) -> bool:
    """Whether a public message of this person answers the requester (sla.md, rule 7)."""
    return actor.is_person and actor.id != ticket.requester_id and may(actor, Operation.NOTE, ticket)


_HOLDS = "g.team_id = ANY(%(my_teams)s) AND (g.expires_at IS NULL OR g.expires_at > %(now)s)"
GRANT_SQL = f"(SELECT max(g.access_level) FROM ticket_access g WHERE g.ticket_id = tickets.id AND {_HOLDS})"
FOLLOWS_SQL = "EXISTS (SELECT FROM ticket_followers f WHERE f.ticket_id = tickets.id AND f.user_id = %(me)s)"
FOLLOWERS_REPLY_SQL = "(SELECT t.followers_may_reply FROM teams t WHERE t.id = tickets.assigned_team_id)"
VISIBLE_SQL = f"""tickets.deleted_at IS NULL AND (
    %(sees_all)s OR tickets.requester_id = %(me)s OR tickets.assigned_team_id = ANY(%(my_teams)s)
    OR {FOLLOWS_SQL} OR {GRANT_SQL} IS NOT NULL)"""
"""`may(actor, VIEW, ticket)` as SQL over the table `tickets`; a property test holds the two equal.

What was deleted is there for nobody, the product included, until it is restored.
"""
RESTORABLE_SQL = "(%(sees_all)s OR tickets.assigned_team_id = ANY(%(my_admin_teams)s))"
"""`may(actor, DELETE, ticket)` as SQL, for what was deleted."""
INTERNAL_SQL = f"""(
    %(sees_all)s OR COALESCE(tickets.assigned_team_id = ANY(%(my_teams)s), false) OR {GRANT_SQL} IS NOT NULL)"""
"""`may(actor, SEE_INTERNAL, ticket)` as SQL; held equal by the same test."""
EXPORT_SQL = """tickets.deleted_at IS NULL AND (
    %(sees_all)s OR COALESCE(tickets.assigned_team_id = ANY(%(my_led_teams)s), false))"""
"""`may(actor, EXPORT, ticket)` as SQL; held equal by a property test."""
TIES_SQL = f"{FOLLOWS_SQL}, {GRANT_SQL}::text, {FOLLOWERS_REPLY_SQL}"
"""Three columns, from which `ties_of` makes what the ticket's row does not say about the actor."""


def ties_of(follows: bool, grant: str | None, followers_may_reply: bool | None) -> Ties:
    """What TIES_SQL found."""
    return Ties(follows, AccessLevel(grant) if grant else None, followers_may_reply is not False)


def led_teams(actor: Actor) -> tuple[UUID, ...]:
    """The teams in which the actor is LEAD or ADMIN."""
    return tuple(team for team, role in actor.team_roles.items() if role is not TeamRole.AGENT)


def may_export(actor: Actor) -> bool:
    """Whether there may be any ticket that the actor may export."""
    return actor.is_owner or not actor.is_person or bool(led_teams(actor))


def sight(actor: Actor, now: datetime) -> dict[str, object]:
    """The parameters of VISIBLE_SQL, FOLLOWS_SQL and GRANT_SQL for an actor at an instant."""
    return {
        "me": actor.id,
        "my_teams": list(actor.team_roles),
        "my_led_teams": list(led_teams(actor)),
        "my_admin_teams": [team for team, role in actor.team_roles.items() if role is TeamRole.ADMIN],
        "sees_all": actor.is_owner or not actor.is_person,
        "now": now,
    }
