"""Teams, categories and people, made by Ona as an owner would; what is there already is taken as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from codex.classification import categories
from codex.classification.models import Category, CustomField
from codex.db.work import Step, Work
from codex.demo.cast import Member
from codex.demo.desk import CATEGORIES, TEAMS, CategoryPlan, TeamPlan
from codex.identity import people, queries, teams
from codex.identity.models import Team, User
from codex.kernel.actor import Actor, TeamRole, UserRole, system
from codex.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class House:
    """What tickets need: teams and categories by slug, people by address, and each as an actor with their rights;
    custom fields by name, and the newest ticket of each story by its key."""

    teams: dict[str, Team]
    categories: dict[str, Category]
    users: dict[str, User]
    actors: dict[str, Actor]
    fields: dict[str, CustomField] = field(default_factory=dict)
    newest: dict[str, Ticket] = field(default_factory=dict)


async def lay(work: Work, members: Iterable[Member], *, at: datetime) -> House:
    """Make what is missing, within `work`, from the instant `at` on. `members` has exactly one owner, who does it."""
    members = list(members)
    users = await _users(work, [member.email for member in members])
    owner = next(member for member in members if member.role is UserRole.OWNER)
    if owner.email not in users:
        async with work.step(system("Demo"), now=at) as step:
            users[owner.email] = await _add_person(step, owner, None)
    ona = await _actor(work, users[owner.email])
    async with work.step(ona, now=at) as step:
        made = [await _team(step, plan) for plan in TEAMS]
        tree: dict[str, Category] = {}
        for plan in CATEGORIES:
            tree[plan.slug] = await put_category(step, plan, tree)
    by_slug = {team.slug: team for team in made}
    for number, member in enumerate(members):
        async with work.step(ona, now=at + number * timedelta(minutes=7)) as step:
            await _person(step, member, by_slug.get(member.team or ""), users)
    return House(by_slug, tree, users, {email: await _actor(work, user) for email, user in users.items()})


async def _users(work: Work, emails: list[str]) -> dict[str, User]:
    return {user.email: user for user in await work.session.scalars(select(User).where(User.email.in_(emails)))}


async def _actor(work: Work, user: User) -> Actor:
    """The person with the rights that the open transaction gives them."""
    await work.session.flush()
    return await queries.actor_of(await work.reader(), user.id)


async def _team(step: Step, plan: TeamPlan) -> Team:
    found = await step.session.scalar(select(Team).where(Team.slug == plan.slug))
    return found or await teams.add(
        step,
        name=plan.name,
        slug=plan.slug,
        prefix=plan.prefix,
        description=plan.description,
        strategy=plan.strategy,
        is_confidential=plan.is_confidential,
    )


async def put_category(step: Step, plan: CategoryPlan, tree: Mapping[str, Category]) -> Category:
    """The category, made if it is not there; `tree`: those above it."""
    found = await step.session.scalar(select(Category).where(Category.slug == plan.slug))
    above = tree[plan.under].id if plan.under else None
    return found or await categories.add(step, name=plan.name, slug=plan.slug, parent_id=above)


async def _person(step: Step, member: Member, team: Team | None, users: dict[str, User]) -> None:
    if member.email not in users:
        users[member.email] = await _add_person(step, member, team)
    if team is not None:
        await teams.put_member(step, team, users[member.email], role=member.team_role or TeamRole.AGENT)


async def _add_person(step: Step, member: Member, team: Team | None) -> User:
    return await people.add(
        step,
        email=member.email,
        display_name=member.name,
        role=member.role,
        department=member.department,
        location=member.location,
        time_zone=member.time_zone,
        primary_team_id=team.id if team else None,
    )
