"""Verbs about people: add, change, deactivate."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select

from codex.db.work import Work
from codex.identity import policy, queries, sessions, tokens
from codex.identity.facts import PersonAdded, PersonChanged
from codex.identity.models import Team, User
from codex.kernel.actor import UserRole
from codex.kernel.changes import apply, given_of
from codex.kernel.checks import Checks
from codex.kernel.errors import Conflict, Unprocessable, require


async def add(
    work: Work,
    *,
    email: str,
    display_name: str,
    role: UserRole = UserRole.EMPLOYEE,
    department: str | None = None,
    location: str | None = None,
    time_zone: str | None = None,
    primary_team_id: UUID | None = None,
) -> User:
    """Add a person. Raises Invalid for a bad address, name or zone, Conflict when the address is taken."""
    require(policy.may_administer_people(work.actor), "Only owners add people.")
    require(policy.may_give_role(work.actor, target_id=None, role=role), "ADMIN is no longer given.")
    with Checks() as check:
        email = check.email("email", email)
        display_name = check.line("displayName", display_name)
        department, location = check.note("department", department), check.note("location", location)
        if time_zone is not None:
            time_zone = check.zone("timeZone", time_zone)
    await _refuse_taken(work, email)
    await _refuse_unknown_team(work, primary_team_id)
    user = User(
        email=email, display_name=display_name, role=role, department=department, location=location,
        time_zone=time_zone, primary_team_id=primary_team_id, is_active=True, created_at=work.now, updated_at=work.now,
    )  # fmt: skip
    work.session.add(user)
    await work.session.flush()
    work.record(PersonAdded(user_id=user.id, email=user.email, role=role.value))
    return user


class PersonChanges(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to change about a person; what is UNSET stays."""

    email: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    department: str | None | UnsetType = UNSET
    location: str | None | UnsetType = UNSET
    time_zone: str | None | UnsetType = UNSET
    theme: str | None | UnsetType = UNSET
    role: UserRole | UnsetType = UNSET
    primary_team_id: UUID | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    away_until: datetime | None | UnsetType = UNSET


_ADMINISTRATIVE = ("email", "role", "primary_team_id", "is_active")


async def change(work: Work, user: User, wanted: PersonChanges) -> None:
    """Change what is given. Everybody changes their own name, place, zone, theme and absence; the rest is the owners'
    to change.

    Who is deactivated loses sessions, links and tokens for good: they do not come back with the account. Another
    address ends the links that were sent to the old one. Raises Conflict for what would leave the desk without an
    active owner.
    """
    given = given_of(wanted)
    own = work.actor.id == user.id and not any(name in given for name in _ADMINISTRATIVE)
    require(own or policy.may_administer_people(work.actor), "Only owners change this.")
    if isinstance(wanted.role, UserRole) and wanted.role is not user.role:
        allowed = policy.may_give_role(work.actor, target_id=user.id, role=wanted.role)
        require(allowed, "Nobody changes their own role, and ADMIN is no longer given.")
    given |= _checked(wanted)
    if given.get("email", user.email) != user.email:
        await _refuse_taken(work, str(given["email"]))
    await _refuse_unknown_team(work, wanted.primary_team_id)
    await _keep_an_owner(work, user, wanted)
    old, new = apply(user, given)
    if new:
        user.updated_at = work.now
        await work.session.flush()
        await _shut_ways_in(work, user, new)
        work.record(PersonChanged(user_id=user.id, email=user.email, old=old, new=new))


async def deactivate(work: Work, user: User) -> None:
    """Shut a person out, at once and for good: see `change`."""
    await change(work, user, PersonChanges(is_active=False))


async def _shut_ways_in(work: Work, user: User, new: Mapping[str, object]) -> None:
    if not user.is_active and "is_active" in new:
        await sessions.end_all(work, user)
        await tokens.revoke_all(work, user)
    elif "email" in new:
        await sessions.end_links(work, user)


def _checked(wanted: PersonChanges) -> dict[str, object]:
    checked: dict[str, object] = {}
    with Checks() as check:
        if isinstance(wanted.email, str):
            checked["email"] = check.email("email", wanted.email)
        if isinstance(wanted.display_name, str):
            checked["display_name"] = check.line("displayName", wanted.display_name)
        if isinstance(wanted.department, str):
            checked["department"] = check.note("department", wanted.department)
        if isinstance(wanted.location, str):
            checked["location"] = check.note("location", wanted.location)
        if isinstance(wanted.time_zone, str):
            checked["time_zone"] = check.zone("timeZone", wanted.time_zone)
        if isinstance(wanted.away_until, datetime):
            checked["away_until"] = check.instant("awayUntil", wanted.away_until)
        if isinstance(wanted.theme, str) and wanted.theme not in ("light", "dark"):
            check.fail("theme", "This must be light, dark or null.")
    return checked


async def _refuse_taken(work: Work, email: str) -> None:
    if await work.session.scalar(select(User.id).where(User.email == email)):
        raise Conflict(f"Somebody with the address {email} exists already.")


async def _refuse_unknown_team(work: Work, team_id: UUID | None | UnsetType) -> None:
    if isinstance(team_id, UUID) and await work.session.get(Team, team_id) is None:
        raise Unprocessable("There is no such team.", path="primaryTeamId")


async def _keep_an_owner(work: Work, user: User, wanted: PersonChanges) -> None:
    was_owner = user.role is UserRole.OWNER and user.is_active
    leaves = wanted.role not in (UNSET, UserRole.OWNER) or wanted.is_active is False
    if not (was_owner and leaves):
        return
    await queries.lock_person(work.session, user.id)
    if await queries.active_owners(work.session) <= 1:
        raise Conflict("This is the last active owner; make somebody else an owner first.")
