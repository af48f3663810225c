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
        self._at_hand: list[object] = []

    async def load(
        self, work: Work, *, people: Iterable[str], groups: Iterable[str], categories: Iterable[CategoryKey]
    ) -> None:
        """Recognise what an earlier run has made."""
        emails = {incident_names.person(key).email: key for key in people}
        known = await work.session.execute(select(User.email, User.id).where(User.email.endswith(f"@{EMAIL_DOMAIN}")))
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

    async def gather(self, work: Work, people: Iterable[str | None]) -> None:
        """Have at hand, in one read each, who will be needed and all teams and categories."""
        ids = [self._people[key] for key in people if key in self._people]
        # Held here because a session itself remembers only what somebody else holds.
        self._at_hand = [
            *await work.session.scalars(select(User).where(User.id.in_(ids))),
            *await work.session.scalars(select(Team).where(Team.id.in_(self._teams.values()))),
            *await work.session.scalars(select(Category).where(Category.id.in_(self._categories.values()))),
        ]

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
            role = UserRole.EMPLOYEE if key.startswith("Caller") else UserRole.AGENT
            added = await people.add(work, email=who.email, display_name=who.display_name, role=role)
            self._at_hand.append(added)
            self._meet(self._people, key, added.id)
        return self._people[key]

    async def team(self, work: Work, key: GroupKey) -> UUID:
        """The id of the team behind a log key."""
        if key not in self._teams:
            what = incident_names.group(key)
            added = await teams.add(work, name=what.name, slug=what.slug, prefix=what.prefix)
            self._at_hand.append(added)
            self._meet(self._teams, key, added.id)
        return self._teams[key]

    async def category(self, work: Work, key: CategoryKey) -> UUID:
        """The id of the category behind a log key, made below its parent."""
        if key not in self._categories:
            parent_id = await self.category(work, key.parent) if key.parent else None
            added = await categories.add(work, name=key.name, slug=key.slug, parent_id=parent_id)
            self._at_hand.append(added)
            self._categories[key] = added.id
            self._category_keys[added.id] = key
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
