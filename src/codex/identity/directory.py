"""Reading people and teams: rows whose JSON, by name and shape, is the contract of shapes.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from codex.db.database import Reader, Row
from codex.db.page import Page, Place, after_word, cut
from codex.identity import policy
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound

_PERSON = """u.id, u.display_name, u.email, u.department, u.location, u.role::text, u.primary_team_id, u.is_active,
    u.away_until, u.created_at, u.updated_at"""
_TEAM = """t.id, t.name, t.slug, t.prefix, t.description, t.assignment_strategy::text, t.is_active, t.is_confidential,
    t.followers_may_reply, t.created_at, t.updated_at"""


@dataclass(frozen=True, slots=True)
class Contacts:
    """Whose contact the reader may see, as a condition on `users u` with its parameters."""

    sql: str
    params: Mapping[str, object]


class PersonRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A person. All but id and name only for who may see their contact."""

    id: UUID
    display_name: str
    email: str | UnsetType = UNSET
    department: str | None | UnsetType = UNSET
    location: str | None | UnsetType = UNSET
    role: str | UnsetType = UNSET
    primary_team_id: UUID | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    away_until: datetime | None | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class TeamRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A team. All but id, name, slug and description only for its members and for owners."""

    id: UUID
    name: str
    slug: str
    description: str | None
    is_active: bool
    prefix: str | None | UnsetType = UNSET
    assignment_strategy: str | UnsetType = UNSET
    is_confidential: bool | UnsetType = UNSET
    followers_may_reply: bool | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class MemberRow(Struct, frozen=True, rename="camel"):
    """Somebody's place in a team."""

    user: PersonRow
    role: str


async def people(
    reader: Reader, actor: Actor, contacts: Contacts, *, q: str = "", limit: int = 50, cursor: str | None = None
) -> Page[PersonRow]:
    """People by name; `q` finds a part of a name or, of those whose contact one may see, of an address."""
    conditions = ["true"] if policy.may_administer_people(actor) else ["u.is_active"]
    params: dict[str, object] = {**contacts.params, "limit": limit + 1}
    if q:
        conditions.append(
            f"(lower(u.display_name) LIKE lower(%(q)s) OR (u.email LIKE lower(%(q)s) AND {contacts.sql}))"
        )
        params["q"] = f"%{_literal(q.strip())}%"
    if cursor is not None:
        conditions.append("(lower(u.display_name), u.id) > (%(after)s, %(after_id)s)")
        params |= after_word(cursor, sort="name")
    rows = await reader.all(
        f"""SELECT {_PERSON}, {contacts.sql}, lower(u.display_name) FROM users u WHERE {" AND ".join(conditions)}
            ORDER BY lower(u.display_name), u.id LIMIT %(limit)s""",
        params,
    )
    page = cut(rows, limit=limit, place=lambda row: Place("name", row[-1], row[0]))
    return Page([person_row(row[:-1]) for row in page.items], page.next_cursor)


async def person(reader: Reader, actor: Actor, contacts: Contacts, user_id: UUID) -> PersonRow:
    """One person. Raises NotFound."""
    row = await reader.first(
        f"SELECT {_PERSON}, {contacts.sql} FROM users u WHERE u.id = %(id)s", {**contacts.params, "id": user_id}
    )
    if row is None or not (row[7] or policy.may_administer_people(actor)):
        raise NotFound("There is no such person.")
    return person_row(row)


async def teams(reader: Reader, actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[TeamRow]:
    """Teams by name; inactive ones only for their members and owners."""
    after = "(lower(t.name), t.id) > (%(after)s, %(after_id)s)" if cursor is not None else "true"
    rows = await reader.all(
        f"""SELECT {_TEAM}, lower(t.name) FROM teams t
            WHERE (t.is_active OR %(sees_all)s OR t.id = ANY(%(my_teams)s)) AND {after}
            ORDER BY lower(t.name), t.id LIMIT %(limit)s""",
        {
            "sees_all": policy.may_administer_teams(actor), "my_teams": list(actor.team_roles), "limit": limit + 1,
            **after_word(cursor, sort="name"),
        },
    )  # fmt: skip
    page = cut(rows, limit=limit, place=lambda row: Place("name", row[-1], row[0]))
    return Page([team_row(row[:-1], actor) for row in page.items], page.next_cursor)


async def team(reader: Reader, actor: Actor, ref: UUID | str) -> TeamRow:
    """One team by id or slug. Raises NotFound."""
    column = "id" if isinstance(ref, UUID) else "slug"
    row = await reader.first(f"SELECT {_TEAM} FROM teams t WHERE t.{column} = %(ref)s", {"ref": ref})
    if row is None or not (row[6] or policy.may_see_team(actor, row[0])):
        raise NotFound("There is no such team.")
    return team_row(row, actor)


async def members(
    reader: Reader, contacts: Contacts, team_id: UUID, *, limit: int = 50, cursor: str | None = None
) -> Page[MemberRow]:
    """Who is in a team, by name."""
    after = "(lower(u.display_name), u.id) > (%(after)s, %(after_id)s)" if cursor is not None else "true"
    rows = await reader.all(
        f"""SELECT {_PERSON}, {contacts.sql}, m.role::text, lower(u.display_name)
            FROM team_members m JOIN users u ON u.id = m.user_id
            WHERE m.team_id = %(team)s AND {after} ORDER BY lower(u.display_name), u.id LIMIT %(limit)s""",
        {
            **contacts.params,
            "team": team_id,
            "limit": limit + 1,
            **after_word(cursor, sort="name"),
        },
    )
    page = cut(rows, limit=limit, place=lambda row: Place("name", row[-1], row[0]))
    return Page([MemberRow(person_row(row[:-2]), row[-2]) for row in page.items], page.next_cursor)


async def team_ids(reader: Reader, slugs: Sequence[str]) -> dict[str, UUID]:
    """The ids of teams by their slugs; unknown slugs are missing from the answer."""
    rows = await reader.all("SELECT slug, id FROM teams WHERE slug = ANY(%(slugs)s)", {"slugs": list(slugs)})
    return dict(rows)


def person_row(row: Row) -> PersonRow:
    """A row of _PERSON and of whether its contact may be seen."""
    if not row[-1]:
        return PersonRow(id=row[0], display_name=row[1])
    return PersonRow(
        id=row[0], display_name=row[1], email=row[2], department=row[3], location=row[4], role=row[5],
        primary_team_id=row[6], is_active=row[7], away_until=row[8], created_at=row[9], updated_at=row[10],
    )  # fmt: skip


def team_row(row: Row, actor: Actor) -> TeamRow:
    """A row of _TEAM as far as the actor may see it."""
    team_id, name, slug, prefix, description, strategy, active, confidential, followers, created, updated = row
    public = TeamRow(id=team_id, name=name, slug=slug, description=description, is_active=active)
    if not policy.may_see_team(actor, team_id):
        return public
    return TeamRow(
        id=team_id, name=name, slug=slug, description=description, is_active=active, prefix=prefix,
        assignment_strategy=strategy, is_confidential=confidential, followers_may_reply=followers, created_at=created,
        updated_at=updated,
    )  # fmt: skip


def _literal(text: str) -> str:
    return text.replace("\x00", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
