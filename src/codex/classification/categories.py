"""Verbs about categories: add, change, move, take out of choice, remove."""

from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select

from codex.classification import queries
from codex.classification.facts import CategoryAdded, CategoryChanged, CategoryRemoved
from codex.classification.models import Category
from codex.classification.policy import may_administer
from codex.db.work import Work
from codex.kernel.changes import apply, given_of
from codex.kernel.checks import Checks
from codex.kernel.errors import Conflict, Unprocessable, require

DESCRIPTION_MOST = 2_000
_WHOSE = "Only owners, and the admins of the team that gets its tickets, change a category."


async def add(
    work: Work,
    *,
    name: str,
    slug: str,
    description: str | None = None,
    parent_id: UUID | None = None,
    default_team_id: UUID | None = None,
    is_active: bool = True,
    sort_order: int = 0,
) -> Category:
    """Add a category, below another one if `parent_id` names it.

    Raises Invalid for a bad name or slug, Conflict when the slug is taken, Unprocessable for what it refers to.
    """
    require(may_administer(work.actor, default_team_id), "Only owners add categories that are no team's own.")
    with Checks() as check:
        name = check.line("name", name)
        slug = check.slug("slug", slug)
        description = check.text("description", description, most=DESCRIPTION_MOST) if description else None
        check.place("sortOrder", sort_order)
    await _refuse_taken(work, slug)
    await _refuse_unknown_parent(work, parent_id)
    await queries.refuse_absent_team(work.session, default_team_id, path="defaultTeamId")
    category = Category(
        name=name, slug=slug, description=description, parent_id=parent_id, default_team_id=default_team_id,
        is_active=is_active, sort_order=sort_order, created_at=work.now, updated_at=work.now,
    )  # fmt: skip
    work.session.add(category)
    await work.session.flush()
    work.record(CategoryAdded(team_id=default_team_id, category_id=category.id, slug=slug))
    return category


class CategoryChanges(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to change about a category; what is UNSET stays. `parentId: null` makes it a root."""

    name: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    parent_id: UUID | None | UnsetType = UNSET
    default_team_id: UUID | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    sort_order: int | UnsetType = UNSET


async def change(work: Work, category: Category, wanted: CategoryChanges) -> None:
    """Change what is given of a category loaded by `queries.held_category`; its branch moves along with it.

    An inactive category keeps its tickets, and is with all below it no longer chosen for others. Raises Conflict for a
    taken slug, Unprocessable for a place below itself.
    """
    given = given_of(wanted)
    teams = {category.default_team_id, given.get("default_team_id", category.default_team_id)}
    require(all(may_administer(work.actor, team) for team in teams), _WHOSE)
    with Checks() as check:
        if isinstance(wanted.name, str):
            given["name"] = check.line("name", wanted.name)
        if isinstance(wanted.slug, str):
            given["slug"] = check.slug("slug", wanted.slug)
        if isinstance(wanted.description, str):
            given["description"] = check.text("description", wanted.description, most=DESCRIPTION_MOST) or None
        if isinstance(wanted.sort_order, int):
            check.place("sortOrder", wanted.sort_order)
    if given.get("slug", category.slug) != category.slug:
        await _refuse_taken(work, given["slug"])
    if given.get("parent_id", category.parent_id) != category.parent_id:
        await _refuse_unknown_parent(work, given["parent_id"])
        await _refuse_circle(work, category, given["parent_id"])
    if given.get("default_team_id", category.default_team_id) != category.default_team_id:
        await queries.refuse_absent_team(work.session, given["default_team_id"], path="defaultTeamId")
    old, new = apply(category, given)
    if new:
        category.updated_at = work.now
        await work.session.flush()
        fact = CategoryChanged(
            team_id=category.default_team_id, category_id=category.id, slug=category.slug, old=old, new=new
        )
        work.record(fact)


async def remove(work: Work, category: Category, *, has_tickets: bool) -> None:
    """Remove a category for good. Raises Conflict when tickets are, or were, of it, or others or fields hang on it."""
    require(may_administer(work.actor, category.default_team_id), _WHOSE)
    if has_tickets:
        raise Conflict("There are, or were, tickets of this category; deactivate it.")
    if await queries.is_built_upon(work.session, category.id):
        raise Conflict("Other categories or custom fields hang on this category; move or remove them first.")
    await work.session.delete(category)
    await work.session.flush()
    work.record(CategoryRemoved(team_id=category.default_team_id, category_id=category.id, slug=category.slug))


async def _refuse_taken(work: Work, slug: str) -> None:
    if await work.session.scalar(select(Category.id).where(Category.slug == slug)):
        raise Conflict(f"A category {slug} exists already.")


async def _refuse_unknown_parent(work: Work, parent_id: UUID | None) -> None:
    if parent_id is not None and await work.session.get(Category, parent_id) is None:
        raise Unprocessable("There is no such parent category.", path="parentId")


async def _refuse_circle(work: Work, category: Category, parent_id: UUID | None) -> None:
    if parent_id is not None and category.id in await queries.lineage(work.session, parent_id):
        raise Unprocessable("A category cannot lie below itself.", path="parentId")
