"""Reads of the classification."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, exists, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from codex.classification.models import Category, CustomField, RequiredWhen
from codex.db.database import Reader
from codex.kernel.errors import NotFound, Unprocessable


@dataclass(frozen=True, slots=True)
class Branches:
    """Categories asked for: by which names they were found, and the ids of all that lies under them too."""

    named: frozenset[str]
    with_descendants: frozenset[UUID]


async def category_ids(reader: Reader, *, ids: Collection[UUID], slugs: Collection[str]) -> Branches:
    """The branches of the tree that begin at these categories."""
    rows = await reader.all(
        """WITH RECURSIVE branch AS (
               SELECT id, slug, true AS asked FROM categories WHERE id = ANY(%(ids)s) OR slug = ANY(%(slugs)s)
               UNION
               SELECT c.id, c.slug, false FROM categories c JOIN branch b ON c.parent_id = b.id)
           SELECT id, slug, asked FROM branch""",
        {"ids": list(ids), "slugs": list(slugs)},
    )
    named = {name for key, slug, asked in rows if asked for name in (str(key), slug)}
    return Branches(frozenset(named), frozenset(row[0] for row in rows))


async def category(session: AsyncSession, category_id: UUID) -> Category:
    """A category by id, for use on a ticket. Raises Unprocessable when there is none."""
    found = await session.get(Category, category_id)
    if found is None:
        raise Unprocessable("There is no such category.", path="categoryId")
    return found


async def held_category(session: AsyncSession, ref: UUID | str) -> Category:
    """A category by id or slug, for a change; nobody else changes the tree until this commits. Raises NotFound.

    The whole table is locked: two branches that move below each other at once would make a circle.
    """
    await session.execute(text("LOCK TABLE categories IN SHARE ROW EXCLUSIVE MODE"))
    column = Category.id if isinstance(ref, UUID) else Category.slug
    found: Category | None = await session.scalar(select(Category).where(column == ref))
    if found is None:
        raise NotFound("There is no such category.")
    return found


LINEAGE_SQL = """
    WITH RECURSIVE above AS (
        SELECT id, name, parent_id, default_team_id, is_active, 0 AS distance FROM categories WHERE id = %(category)s
        UNION ALL
        SELECT c.id, c.name, c.parent_id, c.default_team_id, c.is_active, a.distance + 1
        FROM categories c JOIN above a ON c.id = a.parent_id)"""
"""`above`: a category and those that it lies under."""
_LINEAGE = LINEAGE_SQL.replace("%(category)s", ":category")


def asked_sql(team: str) -> str:
    """The condition, beside LINEAGE_SQL, that a ticket of its category answers `custom_fields f`; `team` is an SQL
    expression."""
    return f"""f.is_active AND (f.team_id IS NULL OR f.team_id = {team})
        AND (f.category_id IS NULL OR f.category_id IN (SELECT id FROM above))"""


async def lineage(session: AsyncSession, category_id: UUID | None) -> Sequence[UUID]:
    """A category and those that it lies under, from itself upwards; nothing for None."""
    found = await session.scalars(text(f"{_LINEAGE} SELECT id FROM above ORDER BY distance"), {"category": category_id})
    return found.all()


async def refuse_retired(session: AsyncSession, category: Category) -> None:
    """Refuse, with Unprocessable, a category that is not to be chosen: it or one that it lies under is inactive."""
    retired = None if category.is_active else category.name
    if retired is None and category.parent_id is not None:
        retired = await session.scalar(
            text(f"{_LINEAGE} SELECT name FROM above WHERE NOT is_active ORDER BY distance LIMIT 1"),
            {"category": category.parent_id},
        )
    if retired is not None:
        raise Unprocessable(f"The category {retired} is no longer in use.", path="categoryId")


async def is_built_upon(session: AsyncSession, category_id: UUID) -> bool:
    """Whether categories lie under this one, or custom fields are asked of it."""
    below = exists().where(Category.parent_id == category_id)
    asked_of = exists().where(CustomField.category_id == category_id)
    return bool(await session.scalar(select(or_(below, asked_of))))


async def refuse_absent_team(session: AsyncSession, team_id: UUID | None, *, path: str) -> None:
    """Refuse, with Unprocessable, what is no active team; None is none."""
    if team_id is None:
        return
    is_active = await session.scalar(text("SELECT is_active FROM teams WHERE id = :team"), {"team": team_id})
    if not is_active:
        raise Unprocessable("There is no such active team.", path=path)


async def held_field(session: AsyncSession, field_id: UUID) -> CustomField:
    """A custom field, for a change; nobody answers it until this commits. Raises NotFound."""
    found = await session.get(CustomField, field_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such custom field.")
    return found


async def held_as_they_are(session: AsyncSession, field_ids: Collection[UUID]) -> dict[UUID, CustomField]:
    """Custom fields to be answered, by id; nobody changes them until this commits."""
    query = select(CustomField).where(CustomField.id.in_(field_ids)).order_by(CustomField.id)
    found = await session.scalars(query.with_for_update(read=True)) if field_ids else ()
    return {field.id: field for field in found}


_ASKED = select(CustomField).where(
    CustomField.is_active,
    or_(CustomField.team_id.is_(None), CustomField.team_id == bindparam("team")),
    text(f"(custom_fields.category_id IS NULL OR custom_fields.category_id IN ({_LINEAGE} SELECT id FROM above))"),
)
_ASKED = _ASKED.order_by(CustomField.sort_order, CustomField.name, CustomField.id)
_REQUIRED = _ASKED.where(CustomField.is_required, CustomField.required_when == bindparam("when"))


async def asked(session: AsyncSession, *, team_id: UUID | None, category_id: UUID | None) -> Sequence[CustomField]:
    """The custom fields that a ticket of this team and category answers, in their order."""
    return (await session.scalars(_ASKED, {"team": team_id, "category": category_id})).all()


async def required(
    session: AsyncSession, when: RequiredWhen, *, team_id: UUID | None, category_id: UUID | None
) -> Sequence[CustomField]:
    """Those of `asked` that must be answered by then."""
    params = {"team": team_id, "category": category_id, "when": when.value}
    return (await session.scalars(_REQUIRED, params)).all()
