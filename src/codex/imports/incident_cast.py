"""The people, teams and categories of an incident log: found or made on first sight, by the real commands."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from codex.classification import categories
from codex.classification.models import Category
from codex.db.work import Work
from codex.identity import people, teams
from codex.identity.models import Team, TeamMember, User
from codex.imports import incident_names
from codex.imports.incident_names import EMAIL_DOMAIN, CategoryKey
from codex.kernel.actor import UserRole

GroupKey = str


class Cast:
    """What is known of the log's words: ids by key, and keys by id. Remembers only what has been committed."""

    def __init__(self) -> None:
        self._people: dict[str, UUID] = {}
        self._teams: dict[GroupKey, UUID] = {}
        self._categories: dict[CategoryKey, UUID] = {}
        self._members: set[tuple[UUID, UUID]] = set()
        self._category_keys: dict[UUID, CategoryKey] = {}
        self._words: dict[UUID, str] = {}

    async def load(
        self, work: Work, *, people: Iterable[str], groups: Iterable[str], categories: Iterable[CategoryKey]
    ) -> None:
        """Recognise what an earlier run has made."""
        emails = {incident_names.person(key).email: key for key in people}
        known = await work.session.execute(
            select(User.email, User.id).where(User.email.endswith(f"@{EMAIL_DOMAIN}"))
        )
        for email, user_id in known:
            if email in emails:
                self._meet(self._people, emails[email], user_id)
        slugs = {incident_names.group(key).slug: key for key in groups}
        for slug, team_id in await work.session.execute(select(Team.slug, Team.id).where(Team.slug.in_(slugs))):
            self._meet(self._teams, slugs[slug], team_id)
        paths = {key.slug: key for key in categories}
        for slug, some_id in await work.session.execute(
            select(Category.slug, Category.id).where(Category.slug.in_(paths))
        ):
            self._categories[paths[slug]] = some_id
            self._category_keys[some_id] = paths[slug]
        members = await work.session.execute(select(TeamMember.team_id, TeamMember.user_id))
        self._members = {(team_id, user_id) for team_id, user_id in members}

    def key_of(self, some_id: UUID | None) -> str | None:
        """The log's word for a person or team; an id that the log does not know stands for itself."""
        return None if some_id is None else self._words.get(some_id, str(some_id))

    def category_of(self, some_id: UUID | None) -> CategoryKey | None:
        """The log's words for a category; an id that the log does not know stands for itself."""
        return None if some_id is None else self._category_keys.get(some_id, CategoryKey(str(some_id)))

    async def person(self, work: Work, key: str) -> UUID:
        """The id of the person behind a log key: a caller is an EMPLOYEE, everybody else an AGENT."""
        if key not in self._people:
            who = incident_names.person(key)
            user_id = await work.session.scalar(select(User.id).where(User.email == who.email))
            if user_id is None:
                role = UserRole.EMPLOYEE if key.startswith("Caller") else UserRole.AGENT
                added = await people.add(work, email=who.email, display_name=who.display_name, role=role)
                user_id = added.id
            self._meet(self._people, key, user_id)
        return self._people[key]

    async def team(self, work: Work, key: GroupKey) -> UUID:
        """The id of the team behind a log key."""
        if key not in self._teams:
            what = incident_names.group(key)
            team_id = await work.session.scalar(select(Team.id).where(Team.slug == what.slug))
            if team_id is None:
                team_id = (await teams.add(work, name=what.name, slug=what.slug, prefix=what.prefix)).id
            self._meet(self._teams, key, team_id)
        return self._teams[key]

    async def category(self, work: Work, key: CategoryKey) -> UUID:
        """The id of the category behind a log key, made below its parent."""
        if key not in self._categories:
            category_id = await work.session.scalar(select(Category.id).where(Category.slug == key.slug))
            if category_id is None:
                parent_id = await self.category(work, key.parent) if key.parent else None
                category_id = (await categories.add(work, name=key.name, slug=key.slug, parent_id=parent_id)).id
            self._categories[key] = category_id
            self._category_keys[category_id] = key
        return self._categories[key]

    async def join(self, work: Work, team_id: UUID, user_id: UUID) -> None:
        """Make somebody a member of a team at the moment when the log first shows them working there."""
        if (team_id, user_id) in self._members:
            return
        team, user = await work.session.get_one(Team, team_id), await work.session.get_one(User, user_id)
        await teams.put_member(work, team, user)
        self._members.add((team_id, user_id))

    def _meet(self, known: dict[str, UUID], key: str, some_id: UUID) -> None:
        known[key] = some_id
        self._words[some_id] = key
