"""Short ways to ask and to answer something in a test."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from codex.classification import categories, fields, queries
from codex.classification.categories import CategoryChanges
from codex.classification.fields import FieldChanges
from codex.classification.models import Category, CustomField, FieldType
from codex.identity.models import User
from codex.kernel.actor import Actor
from codex.tickets import answers, in_use
from codex.tickets.hanging_models import CustomFieldValue
from codex.tickets.models import Ticket
from codex.tickets.queries import visible
from world import World

NOON = "2026-03-02T12:00Z"
ONE_OF = ["Berlin", "Lyon", "Oslo"]


async def field(
    world: World, kind: FieldType = FieldType.TEXT, *, as_: User | None = None, name: str | None = None, **more: Any
) -> CustomField:
    """A custom field made by an owner unless somebody else is named; choices are between three towns."""
    options = more.pop("options", ONE_OF if kind in (FieldType.DROPDOWN, FieldType.MULTISELECT) else None)
    async with world.work(as_=as_ or world.ona) as work:
        return await fields.add(work, name=name or kind.capitalize(), field_type=kind, options=options, **more)


async def refine(world: World, asked: CustomField, *, as_: User | None = None, **wanted: Any) -> CustomField:
    """A change of a field, as the API makes it."""
    async with world.work(as_=as_ or world.ona, now=NOON) as work:
        found = await queries.held_field(work.session, asked.id)
        answered = await in_use.is_answered(work, asked.id)
        chosen = await in_use.chosen_options(work, asked.id)
        await fields.change(work, found, FieldChanges(**wanted), answered=answered, chosen=chosen)
        return found


async def category(world: World, slug: str, *, as_: User | None = None, **more: Any) -> Category:
    """A category named after its slug, made by an owner unless somebody else is named."""
    async with world.work(as_=as_ or world.ona) as work:
        return await categories.add(work, name=slug.capitalize(), slug=slug, **more)


async def rearrange(world: World, ref: UUID | str, *, as_: User | None = None, **wanted: Any) -> Category:
    """A change of a category."""
    async with world.work(as_=as_ or world.ona, now=NOON) as work:
        found = await queries.held_category(work.session, ref)
        await categories.change(work, found, CategoryChanges(**wanted))
        return found


async def say(world: World, who: User | Actor, ticket: Ticket, given: Mapping[str, object]) -> None:
    """Somebody answers custom fields of a ticket."""
    async with world.work(as_=who, now=NOON) as work:
        await answers.change(work, await visible(work, ticket.id, lock=True), given)


async def said(world: World, ticket: Ticket) -> dict[UUID, tuple[str, str]]:
    """What a ticket answers, as it is kept: value and sort value."""
    query = select(CustomFieldValue).where(CustomFieldValue.ticket_id == ticket.id)
    async with world.session() as session:
        return {row.custom_field_id: (row.value, row.sort_value) for row in await session.scalars(query)}


async def audited(world: World) -> list[tuple[str, UUID | None, dict[str, Any]]]:
    """What administrators did at noon, in order."""
    async with world.session() as session:
        rows = await session.execute(
            text("SELECT type, team_id, payload FROM admin_audit_events WHERE created_at = :noon ORDER BY id"),
            {"noon": NOON},
        )
        return [(kind, team, payload) for kind, team, payload in rows]
