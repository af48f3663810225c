"""Whose turn it is in a team, fair however many tickets come at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from codex.db.work import Work
from codex.identity.models import Team, TeamAssignmentStrategy, TeamMember, User
from codex.identity.queries import team_roles
from codex.kernel.actor import TeamRole, UserRole

_ADMINS = (UserRole.TEAM_ADMIN, UserRole.ADMIN)


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is next, and why; None: nobody, and why not."""

    person: User | None
    because: str


async def take(work: Work, team: Team, *, whatever_strategy: bool = False) -> Turn:
    """Whose turn it is; the next one is somebody else's. The person is an active member until this work commits.
    `whatever_strategy`: in a team that takes its tickets from the queue, too.

    The team is locked up to the end of the work, so this belongs at its end. It is not locked against being named: two
    that write tickets of the team would else wait for each other. People who are just being changed are passed over:
    who changes them may wait for the team. Who took a turn in another team already, and cannot have this one at once
    without waiting out of order, gives it to the next person and leaves the turn where it is.
    """
    if not whatever_strategy and team.assignment_strategy is not TeamAssignmentStrategy.ROUND_ROBIN:
        return _queue(team)
    is_ours = await _lock(work, team)
    there = await _members(work, team)
    for member in _in_turn(there, team.last_assigned_user_id):
        if _is_available(work, member) and await _still_works_for(work, team, member):
            if is_ours:
                team.last_assigned_user_id = member.id
            return _turn_of(work, team, member, there)
    return _nobody(work, team, there)


async def next_up(work: Work, team: Team) -> Turn:
    """Whose turn it would be, now; nothing changes."""
    if team.assignment_strategy is not TeamAssignmentStrategy.ROUND_ROBIN:
        return _queue(team)
    there = await _members(work, team)
    for member in _in_turn(there, team.last_assigned_user_id):
        if _is_available(work, member):
            return _turn_of(work, team, member, there)
    return _nobody(work, team, there)


async def _lock(work: Work, team: Team) -> bool:
    """Lock the team; False: somebody else has it. Only who has no team that comes later in the order of ids waits for
    one: two that each wait for what the other has would else have to be torn apart, and one of them fails."""
    taken: set[UUID] = work.session.info.setdefault("turns_taken", set())
    waits = all(other <= team.id for other in taken)
    query = select(Team).where(Team.id == team.id).with_for_update(key_share=True, skip_locked=not waits)
    found = await work.session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        return False
    taken.add(team.id)
    return True


async def _members(work: Work, team: Team) -> Sequence[User]:
    """Everybody who works for the team, or would were they active, in the order of turns: by id, which never changes
    and which who left the team keeps."""
    query = (
        select(User, TeamMember.role)
        .outerjoin(TeamMember, (TeamMember.user_id == User.id) & (TeamMember.team_id == team.id))
        .where(or_(TeamMember.id.is_not(None), (User.primary_team_id == team.id) & User.role.in_(_ADMINS)))
        .order_by(User.id)
    )
    rows = await work.session.execute(query, execution_options={"populate_existing": True})
    return [user for user, role in rows if _works_for(team, user, role)]


def _works_for(team: Team, user: User, role: TeamRole | None) -> bool:
    return team.id in team_roles(user.role, user.primary_team_id, {team.id: role} if role else {})


def _in_turn(members: Sequence[User], last: UUID | None) -> list[User]:
    after = [member for member in members if last is None or member.id > last]
    return [*after, *(member for member in members if member not in after)]


def _is_available(work: Work, member: User) -> bool:
    return member.is_active and not _is_away(work, member)


def _is_away(work: Work, member: User) -> bool:
    return member.away_until is not None and member.away_until > work.now


async def _still_works_for(work: Work, team: Team, member: User) -> bool:
    """Whether they do, and will until this work commits; no for whoever is being changed at this moment."""
    person = select(User.id).where(User.id == member.id, User.is_active)
    if await work.session.scalar(person.with_for_update(read=True, skip_locked=True)) is None:
        return False
    place = select(TeamMember.role).where(TeamMember.team_id == team.id, TeamMember.user_id == member.id)
    role: TeamRole | None = await work.session.scalar(place.with_for_update(read=True, skip_locked=True))
    return _works_for(team, member, role)


def _queue(team: Team) -> Turn:
    return Turn(None, f"{team.name} takes its tickets from the queue.")


def _turn_of(work: Work, team: Team, member: User, there: Sequence[User]) -> Turn:
    available = sum(_is_available(work, each) for each in there)
    return Turn(member, f"It is the turn of {member.display_name}, of {available} in {team.name} who are available.")


def _nobody(work: Work, team: Team, there: Sequence[User]) -> Turn:
    away = sum(each.is_active and _is_away(work, each) for each in there)
    counted = f"{away} of {len(there)} members are away" if there else "it has no members"
    return Turn(None, f"Nobody in {team.name} is available ({counted}), so it waits in the queue.")
