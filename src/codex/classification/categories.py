"""Verbs about categories."""

from uuid import UUID

from sqlalchemy import select

from codex.classification.facts import CategoryAdded
from codex.classification.models import Category
from codex.classification.policy import may_administer_categories
from codex.db.work import Work
from codex.kernel.checks import Checks
from codex.kernel.errors import Conflict, Unprocessable, require

DESCRIPTION_MOST = 2_000


async def add(
    work: Work, *, name: str, slug: str, description: str | None = None, parent_id: UUID | None = None
) -> Category:
    """Add a category, below another one if `parent_id` names it. Raises Conflict when the slug is taken."""
    require(may_administer_categories(work.actor), "Only owners add categories.")
    with Checks() as check:
        name = check.line("name", name)
        slug = check.slug("slug", slug)
        description = check.text("description", description, most=DESCRIPTION_MOST) if description else None
    if await work.session.scalar(select(Category.id).where(Category.slug == slug)):
        raise Conflict(f"A category {slug} exists already.")
    if parent_id is not None and await work.session.get(Category, parent_id) is None:
        raise Unprocessable("There is no such parent category.", path="parentId")
    category = Category(
        name=name, slug=slug, description=description, parent_id=parent_id, is_active=True,
        created_at=work.now, updated_at=work.now,
    )  # fmt: skip
    work.session.add(category)
    await work.session.flush()
    work.record(CategoryAdded(category_id=category.id, slug=slug))
    return category
