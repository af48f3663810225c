"""Verbs about teams: add, change, remove, and who belongs to them."""

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select

from codex.db.work import Work
from codex.identity import policy, queries
from codex.identity.facts import MemberPut, MemberRemoved, TeamAdded, TeamChanged, TeamRemoved
from codex.identity.models import Team, TeamAssignmentStrategy, TeamMember, User
from codex.kernel.actor import TeamRole
from codex.kernel.changes import apply, given_of
from codex.kernel.checks import Checks
from codex.kernel.errors import Conflict, NotFound, Unprocessable, require

DESCRIPTION_MOST = 2_000


async def add(
    work: Work,
    *,
    name: str,
    slug: str,
    prefix: str | None = None,
    description: str | None = None,
    strategy: TeamAssignmentStrategy = TeamAssignmentStrategy.QUEUE_ONLY,
    is_confidential: bool = False,
    followers_may_reply: bool = True,
) -> Team:
    """Add a team. Raises Invalid for a bad name, slug or prefix, Conflict when the slug is taken."""
    require(policy.may_administer_teams(work.actor), "Only owners add teams.")
    with Checks() as check:
        name = check.line("name", name)
        slug = check.slug("slug", slug)
        prefix = check.prefix("prefix", prefix) if prefix else None
        description = check.text("description", description, most=DESCRIPTION_MOST) if description else None
    await _refuse_taken(work, slug)
    team = Team(
        name=name, slug=slug, prefix=prefix, description=description, assignment_strategy=strategy, is_active=True,
        is_confidential=is_confidential, followers_may_reply=followers_may_reply, created_at=work.now,
        updated_at=work.now,
    )  # fmt: skip
    work.session.add(team)
    await work.session.flush()
    work.record(TeamAdded(team_id=team.id, slug=team.slug))
    return team


class TeamChanges(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to change about a team; what is UNSET stays."""

    name: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    prefix: str | None | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    assignment_strategy: TeamAssignmentStrategy | UnsetType = UNSET
    is_confidential: bool | UnsetType = UNSET
    followers_may_reply: bool | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


async def change(work: Work, team: Team, wanted: TeamChanges) -> None:
    """Change what is given. A new prefix counts for tickets opened from now on; display ids do not change."""
    require(policy.may_administer_team(work.actor, team.id), "Only the team's admins and owners change a team.")
    given = given_of(wanted)
    with Checks() as check:
        if isinstance(wanted.name, str):
            given["name"] = check.line("name", wanted.name)
        if isinstance(wanted.slug, str):
            given["slug"] = check.slug("slug", wanted.slug)
        if isinstance(wanted.prefix, str):
            given["prefix"] = check.prefix("prefix", wanted.prefix)
        if isinstance(wanted.description, str):
            given["description"] = check.text("description", wanted.description, most=DESCRIPTION_MOST)
    if given.get("slug", team.slug) != team.slug:
        await _refuse_taken(work, str(given["slug"]))
    old, new = apply(team, given)
    if new:
        team.updated_at = work.now
        work.record(TeamChanged(team_id=team.id, slug=team.slug, old=old, new=new))


async def remove(work: Work, team: Team, *, has_tickets: bool, held_by: Sequence[str] = ()) -> None:
    """Remove a team for good, with its memberships and what is set for it alone.

    Raises Conflict when it has, or had, tickets: such a team is deactivated; and when it is `held_by` something that
    would be lost with it.
    """
    require(policy.may_administer_teams(work.actor), "Only owners remove teams.")
    if has_tickets:
        raise Conflict("This team has tickets; deactivate it.")
    if held_by:
        raise Conflict(f"This team still has {', '.join(held_by)}. Remove or move them, or deactivate the team.")
    work.record(TeamRemoved(removed_id=team.id, slug=team.slug))
    await work.session.delete(team)


async def put_member(work: Work, team: Team, user: User, *, role: TeamRole = TeamRole.AGENT) -> None:
    """Make somebody a member of the team, or give a member another role; the same role changes nothing."""
    require(policy.may_give_team_role(work.actor, team.id, role), "Only the team's admins and owners change members.")
    if not user.is_active:
        raise Unprocessable(f"{user.display_name} is deactivated.", path="userId")
    member = await queries.membership(work.session, team.id, user.id, lock=True)
    if member is not None and member.role is role:
        return
    old = member.role.value if member else None
    if member is None:
        member = TeamMember(team_id=team.id, user_id=user.id, role=role, created_at=work.now, updated_at=work.now)
        work.session.add(member)
    else:
        member.role, member.updated_at = role, work.now
    await work.session.flush()
    work.record(MemberPut(team_id=team.id, slug=team.slug, user_id=user.id, old=old, new=role.value))


async def remove_member(work: Work, team: Team, user: User) -> None:
    """Take somebody out of the team. Raises NotFound when they are not in it."""
    member = await queries.membership(work.session, team.id, user.id, lock=True)
    role = member.role if member else TeamRole.AGENT
    require(policy.may_give_team_role(work.actor, team.id, role), "Only the team's admins and owners change members.")
    if member is None:
        raise NotFound(f"{user.display_name} is not in this team.")
    await work.session.delete(member)
    await work.session.flush()
    work.record(MemberRemoved(team_id=team.id, slug=team.slug, user_id=user.id, old=role.value, new=None))


async def _refuse_taken(work: Work, slug: str) -> None:
    if await work.session.scalar(select(Team.id).where(Team.slug == slug)):
        raise Conflict(f"A team {slug} exists already.")
