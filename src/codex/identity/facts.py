"""What happened to people, teams and credentials. Administrative: the audit log keeps each."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from codex.kernel.facts import AdminFact


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFact(AdminFact):
    """Something about one person."""

    user_id: UUID
    email: str

    def payload(self) -> dict[str, object]:
        """Who it is about."""
        return {"userId": str(self.user_id), "email": self.email}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAdded(PersonFact):
    """Somebody can use the desk from now on."""

    type: ClassVar[str] = "USER_ADDED"
    role: str

    def payload(self) -> dict[str, object]:
        """Who, and with which role."""
        return {**PersonFact.payload(self), "role": self.role}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged(PersonFact):
    """Something in a person's record changed: role, active, name …; `old` and `new` hold only what changed."""

    type: ClassVar[str] = "USER_CHANGED"
    old: dict[str, object]
    new: dict[str, object]

    def payload(self) -> dict[str, object]:
        """Before and after."""
        return {**PersonFact.payload(self), "from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssued(PersonFact):
    """A personal API token was made."""

    type: ClassVar[str] = "TOKEN_ISSUED"
    token_id: UUID
    scope: str

    def payload(self) -> dict[str, object]:
        """Which token, never the token itself."""
        return {**PersonFact.payload(self), "tokenId": str(self.token_id), "scope": self.scope}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(PersonFact):
    """A personal API token stopped working."""

    type: ClassVar[str] = "TOKEN_REVOKED"
    token_id: UUID

    def payload(self) -> dict[str, object]:
        """Which token."""
        return {**PersonFact.payload(self), "tokenId": str(self.token_id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSet(PersonFact):
    """Somebody has a password, or another one, from now on; other sessions ended."""

    type: ClassVar[str] = "PASSWORD_SET"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorAdded(PersonFact):
    """Somebody signs in with codes of an authenticator app as well from now on."""

    type: ClassVar[str] = "SECOND_FACTOR_ADDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRemoved(PersonFact):
    """Somebody signs in without a second factor from now on."""

    type: ClassVar[str] = "SECOND_FACTOR_REMOVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesMade(PersonFact):
    """Somebody has new recovery codes; the ones before them are over."""

    type: ClassVar[str] = "RECOVERY_CODES_MADE"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(PersonFact):
    """A recovery code stood in for the authenticator app; `left` remain."""

    type: ClassVar[str] = "RECOVERY_CODE_USED"
    left: int

    def payload(self) -> dict[str, object]:
        """How many remain, never a code."""
        return {**PersonFact.payload(self), "left": self.left}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRevoked(PersonFact):
    """A browser was signed out from elsewhere."""

    type: ClassVar[str] = "SESSION_REVOKED"
    session_id: UUID

    def payload(self) -> dict[str, object]:
        """Which session."""
        return {**PersonFact.payload(self), "sessionId": str(self.session_id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinked(PersonFact):
    """Somebody signs in through an identity provider from now on, who knows them as `subject`."""

    type: ClassVar[str] = "IDENTITY_LINKED"
    issuer: str
    subject: str

    def payload(self) -> dict[str, object]:
        """Who they are there."""
        return {**PersonFact.payload(self), "issuer": self.issuer, "subject": self.subject}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFact(AdminFact):
    """Something about one team; `team_id` is set."""

    slug: str

    def payload(self) -> dict[str, object]:
        """Which team."""
        return {"teamId": str(self.team_id), "slug": self.slug}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamAdded(TeamFact):
    """A team exists from now on."""

    type: ClassVar[str] = "TEAM_ADDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamChanged(TeamFact):
    """Something in a team's record changed; `old` and `new` hold only what changed."""

    type: ClassVar[str] = "TEAM_CHANGED"
    old: dict[str, object]
    new: dict[str, object]

    def payload(self) -> dict[str, object]:
        """Before and after."""
        return {**TeamFact.payload(self), "from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRemoved(TeamFact):
    """A team that never had a ticket is gone; `team_id` is None, since nobody administers it any more."""

    type: ClassVar[str] = "TEAM_REMOVED"
    removed_id: UUID

    def payload(self) -> dict[str, object]:
        """Which team it was."""
        return {"teamId": str(self.removed_id), "slug": self.slug}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFact(TeamFact):
    """Something about one person's place in a team; None stands for no place."""

    user_id: UUID
    old: str | None
    new: str | None

    def payload(self) -> dict[str, object]:
        """Who, in which role before and after."""
        return {**TeamFact.payload(self), "userId": str(self.user_id), "from": self.old, "to": self.new}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPut(MemberFact):
    """Somebody joined a team or has another role in it."""

    type: ClassVar[str] = "MEMBER_PUT"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRemoved(MemberFact):
    """Somebody left a team."""

    type: ClassVar[str] = "MEMBER_REMOVED"
