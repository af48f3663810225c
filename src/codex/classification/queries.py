"""Reads of the classification."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from codex.classification.models import Category
from codex.db.database import Reader
from codex.kernel.errors import Unprocessable


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
