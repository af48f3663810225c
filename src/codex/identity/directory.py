"""Reading people and teams: rows whose JSON, by name and shape, is the contract of shapes.md."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from codex.db.database import Reader, Row
from codex.db.page import Page, Place, cut, decode
from codex.identity import policy
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound

_PERSON = """u.id, u.display_name, u.email, u.department, u.location, u.role::text, u.primary_team_id, u.is_active,
    u.created_at, u.updated_at"""
_TEAM = """t.id, t.name, t.slug, t.prefix, t.description, t.assignment_strategy::text, t.is_active, t.is_confidential,
    t.created_at, t.updated_at"""


class PersonRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A person. All but id and name only for those who work for a team, and for oneself."""

    id: UUID
    display_name: str
    email: str | UnsetType = UNSET
    department: str | None | UnsetType = UNSET
    location: str | None | UnsetType = UNSET
    role: str | UnsetType = UNSET
    primary_team_id: UUID | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
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
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class MemberRow(Struct, frozen=True, rename="camel"):
    """Somebody's place in a team."""

    user: PersonRow
    role: str


async def people(
    reader: Reader, actor: Actor, *, q: str = "", limit: int = 50, cursor: str | None = None
) -> Page[PersonRow]:
    """People by name; `q` finds a part of a name or, for those who may see it, of an address."""
    conditions = ["true"] if policy.may_administer_people(actor) else ["u.is_active"]
    params: dict[str, object] = {"limit": limit + 1}
    if q:
        also = " OR u.email LIKE lower(%(q)s)" if policy.may_list_people(actor) else ""
        conditions.append(f"(lower(u.display_name) LIKE lower(%(q)s){also})")
        params["q"] = f"%{_literal(q.strip())}%"
    if cursor is not None:
        place = decode(cursor, sort="name")
        conditions.append("(lower(u.display_name), u.id) > (%(after)s, %(after_id)s)")
        params |= {"after": str(place.value), "after_id": place.id}
    rows = await reader.all(
        f"""SELECT {_PERSON}, lower(u.display_name) FROM users u WHERE {" AND ".join(conditions)}
            ORDER BY lower(u.display_name), u.id LIMIT %(limit)s""",
        params,
    )
    page = cut(rows, limit=limit, place=lambda row: Place("name", row[-1], row[0]))
    return Page([person_row(row[:-1], actor) for row in page.items], page.next_cursor)


async def person(reader: Reader, actor: Actor, user_id: UUID) -> PersonRow:
    """One person. Raises NotFound."""
    row = await reader.first(f"SELECT {_PERSON} FROM users u WHERE u.id = %(id)s", {"id": user_id})
    if row is None or not (row[7] or policy.may_administer_people(actor)):
        raise NotFound("There is no such person.")
    return person_row(row, actor)


async def teams(reader: Reader, actor: Actor) -> list[TeamRow]:
    """All teams by name; inactive ones only for who administers them."""
    rows = await reader.all(f"SELECT {_TEAM} FROM teams t ORDER BY lower(t.name), t.id")
    return [team_row(row, actor) for row in rows if row[6] or policy.may_administer_team(actor, row[0])]


async def team(reader: Reader, actor: Actor, ref: UUID | str) -> TeamRow:
    """One team by id or slug. Raises NotFound."""
    column = "id" if isinstance(ref, UUID) else "slug"
    row = await reader.first(f"SELECT {_TEAM} FROM teams t WHERE t.{column} = %(ref)s", {"ref": ref})
    if row is None or not (row[6] or policy.may_see_team(actor, row[0])):
        raise NotFound("There is no such team.")
    return team_row(row, actor)


async def members(reader: Reader, actor: Actor, team_id: UUID) -> list[MemberRow]:
    """Who is in a team, by name."""
    rows = await reader.all(
        f"""SELECT {_PERSON}, m.role::text FROM team_members m JOIN users u ON u.id = m.user_id
            WHERE m.team_id = %(team)s ORDER BY lower(u.display_name), u.id""",
        {"team": team_id},
    )
    return [MemberRow(person_row(row[:-1], actor), row[-1]) for row in rows]


async def team_ids(reader: Reader, slugs: Sequence[str]) -> dict[str, UUID]:
    """The ids of teams by their slugs; unknown slugs are missing from the answer."""
    rows = await reader.all("SELECT slug, id FROM teams WHERE slug = ANY(%(slugs)s)", {"slugs": list(slugs)})
    return dict(rows)


def person_row(row: Row, actor: Actor) -> PersonRow:
    """A row of _PERSON as far as the actor may see it."""
    if not (policy.may_list_people(actor) or row[0] == actor.id):
        return PersonRow(id=row[0], display_name=row[1])
    return PersonRow(
        id=row[0], display_name=row[1], email=row[2], department=row[3], location=row[4], role=row[5],
        primary_team_id=row[6], is_active=row[7], created_at=row[8], updated_at=row[9],
    )  # fmt: skip


def team_row(row: Row, actor: Actor) -> TeamRow:
    """A row of _TEAM as far as the actor may see it."""
    team_id, name, slug, prefix, description, strategy, active, confidential, created, updated = row
    public = TeamRow(id=team_id, name=name, slug=slug, description=description, is_active=active)
    if not policy.may_see_team(actor, team_id):
        return public
    return TeamRow(
        id=team_id, name=name, slug=slug, description=description, is_active=active, prefix=prefix,
        assignment_strategy=strategy, is_confidential=confidential, created_at=created, updated_at=updated,
    )  # fmt: skip


def _literal(text: str) -> str:
    return text.replace("\x00", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
