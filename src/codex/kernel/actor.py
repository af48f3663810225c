"""Who acts: a person, a rule, the system, a mail or an import, and what that is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID


class ActorKind(StrEnum):
    """What stands behind a change."""

    PERSON = "person"
    RULE = "rule"
    SYSTEM = "system"
    MAIL = "mail"
    IMPORT = "import"


class UserRole(StrEnum):
    """The global role: a ceiling on what memberships give. ADMIN is deprecated and counts as TEAM_ADMIN."""

    EMPLOYEE = "EMPLOYEE"
    AGENT = "AGENT"
    LEAD = "LEAD"
    ADMIN = "ADMIN"
    TEAM_ADMIN = "TEAM_ADMIN"
    OWNER = "OWNER"


class TeamRole(StrEnum):
    """What a person is within one team."""

    AGENT = "AGENT"
    LEAD = "LEAD"
    ADMIN = "ADMIN"


class Scope(StrEnum):
    """What a token may be used for; each includes the ones before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def covers(self, needed: "Scope") -> bool:
        """Whether a token of this scope may be used where `needed` is asked for."""
        order = list(Scope)
        return order.index(self) >= order.index(needed)


TEAM_RANK: Mapping[TeamRole, int] = MappingProxyType({TeamRole.AGENT: 1, TeamRole.LEAD: 2, TeamRole.ADMIN: 3})
_CEILING: Mapping[UserRole, int] = MappingProxyType(
    {
        UserRole.EMPLOYEE: 0,
        UserRole.AGENT: 1,
        UserRole.LEAD: 2,
        UserRole.ADMIN: 3,
        UserRole.TEAM_ADMIN: 3,
        UserRole.OWNER: 3,
    }
)


def effective_role(global_role: UserRole, team_role: TeamRole) -> TeamRole | None:
    """The lower of the two; None when the global role gives no team rights at all (authorization.md, "Roles")."""
    rank = min(_CEILING[global_role], TEAM_RANK[team_role])
    return next((role for role, r in TEAM_RANK.items() if r == rank), None)


NO_TEAMS: Mapping[UUID, TeamRole] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change came in: the network address it was sent from and the id of its request; None inside."""

    address: str | None = None
    request_id: str | None = None


INSIDE = Origin()
"""The worker, an operator's shell, an import: no request."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that asks or acts, with the rights it has at this moment.

    `id` is the person (None for rules and the system), `rule_id` the rule; `team_roles` holds effective roles only.
    """

    kind: ActorKind
    name: str
    id: UUID | None = None
    email: str = ""
    role: UserRole = UserRole.EMPLOYEE
    team_roles: Mapping[UUID, TeamRole] = field(default_factory=lambda: NO_TEAMS)
    scope: Scope = Scope.ADMIN
    rule_id: UUID | None = None

    @property
    def is_person(self) -> bool:
        """Whether the rights of a person apply (a mail acts with the rights of its sender)."""
        return self.kind in (ActorKind.PERSON, ActorKind.MAIL)

    @property
    def is_owner(self) -> bool:
        """Whether this is an owner of the desk, acting in person."""
        return self.is_person and self.role is UserRole.OWNER

    @property
    def is_agent(self) -> bool:
        """Whether this person works for at least one team, or owns the desk."""
        return self.is_owner or bool(self.team_roles)


def system(name: str = "Codex") -> Actor:
    """The product itself: the worker, the demo builder, an operator's shell."""
    return Actor(ActorKind.SYSTEM, name)


def importer(name: str, person_id: UUID | None = None) -> Actor:
    """A replayed history acting in the name of a person; it may do what history did."""
    return Actor(ActorKind.IMPORT, name, person_id)
