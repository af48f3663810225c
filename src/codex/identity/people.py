"""Verbs about people: add, change, deactivate."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import UNSET, UnsetType
from sqlalchemy import select

from codex.db.work import Work
from codex.identity import policy, queries
from codex.identity.facts import PersonAdded, PersonChanged
from codex.identity.models import User
from codex.kernel.actor import UserRole
from codex.kernel.checks import Checks
from codex.kernel.errors import Conflict, require


async def add(
    work: Work,
    *,
    email: str,
    display_name: str,
    role: UserRole = UserRole.EMPLOYEE,
    department: str | None = None,
    location: str | None = None,
    primary_team_id: UUID | None = None,
) -> User:
    """Add a person. Raises Invalid for a bad address or name, Conflict when the address is taken."""
    require(policy.may_administer_people(work.actor), "Only owners add people.")
    with Checks() as check:
        email = check.email("email", email)
        display_name = check.line("displayName", display_name)
    if await work.session.scalar(select(User.id).where(User.email == email)):
        raise Conflict(f"Somebody with the address {email} exists already.")
    if primary_team_id:
        await queries.team(work.session, primary_team_id)
    user = User(
        email=email, display_name=display_name, role=role, department=department, location=location,
        primary_team_id=primary_team_id, is_active=True, created_at=work.now, updated_at=work.now,
    )  # fmt: skip
    work.session.add(user)
    await work.session.flush()
    work.record(PersonAdded(user_id=user.id, email=user.email, role=role.value))
    return user


async def change(
    work: Work,
    user: User,
    *,
    display_name: str | UnsetType = UNSET,
    department: str | None | UnsetType = UNSET,
    location: str | None | UnsetType = UNSET,
    time_zone: str | None | UnsetType = UNSET,
    theme: str | None | UnsetType = UNSET,
    role: UserRole | UnsetType = UNSET,
    primary_team_id: UUID | None | UnsetType = UNSET,
    is_active: bool | UnsetType = UNSET,
) -> None:
    """Change what is given. Everybody changes their own name, place, zone and theme; the rest is the owners' to change.

    Raises Conflict for what would leave the desk without an active owner.
    """
    administrative = any(v is not UNSET for v in (role, primary_team_id, is_active))
    own = work.actor.id == user.id and not administrative
    require(own or policy.may_administer_people(work.actor), "Only owners change this.")
    if role is not UNSET and role is not user.role:
        allowed = policy.may_give_role(work.actor, target_id=user.id, role=role)
        require(allowed, "Nobody changes their own role, and ADMIN is no longer given.")
    with Checks() as check:
        if display_name is not UNSET:
            display_name = check.line("displayName", display_name)
        if isinstance(time_zone, str):
            time_zone = check.zone("timeZone", time_zone)
        if isinstance(theme, str) and theme not in ("light", "dark"):
            check.fail("theme", "This must be light, dark or null.")
    if isinstance(primary_team_id, UUID):
        await queries.team(work.session, primary_team_id)
    await _keep_an_owner(work, user, role=role, is_active=is_active)
    given = {
        "display_name": display_name, "department": department, "location": location, "time_zone": time_zone,
        "theme": theme, "role": role, "primary_team_id": primary_team_id, "is_active": is_active,
    }  # fmt: skip
    new = {name: value for name, value in given.items() if value is not UNSET and value != getattr(user, name)}
    if not new:
        return
    old = {name: getattr(user, name) for name in new}
    for name, value in new.items():
        setattr(user, name, value)
    user.updated_at = work.now
    work.record(PersonChanged(user_id=user.id, email=user.email, old=plain(old), new=plain(new)))


async def deactivate(work: Work, user: User) -> None:
    """Shut a person out, at once: tokens and sessions of inactive people are nobody's."""
    await change(work, user, is_active=False)


async def _keep_an_owner(work: Work, user: User, *, role: UserRole | UnsetType, is_active: bool | UnsetType) -> None:
    was_owner = user.role is UserRole.OWNER and user.is_active
    leaves = (role is not UNSET and role is not UserRole.OWNER) or is_active is False
    if was_owner and leaves and await queries.active_owners(work.session) <= 1:
        raise Conflict("This is the last active owner; make somebody else an owner first.")


def plain(values: Mapping[str, object]) -> dict[str, object]:
    """The values of a change as JSON values."""
    return {name: value if isinstance(value, bool | None) else str(value) for name, value in values.items()}
