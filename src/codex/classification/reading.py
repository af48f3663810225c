"""Reading the classification: rows whose JSON, by name and shape, is the contract of shapes.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from codex.classification.models import FieldType
from codex.classification.policy import may_read_all
from codex.classification.queries import LINEAGE_SQL
from codex.classification.values import Question
from codex.db.database import Reader, Row
from codex.db.page import Page, Place, cut, decode
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound


def _rank(row: str) -> str:
    """Where a row stands among others, as a text: by its place, then by its name."""
    place = f"to_char({row}.sort_order + 2147483648, 'FM0000000000')"
    return f"({place} || left(lower({row}.name), 40) || {row}.id::text)"


TREE_SQL = f"""
    WITH RECURSIVE tree AS (
        SELECT c.*, c.is_active AS is_open, {_rank("c")} COLLATE "C" AS path
        FROM categories c WHERE c.parent_id IS NULL
        UNION ALL
        SELECT c.*, c.is_active AND t.is_open, t.path || chr(1) || {_rank("c")}
        FROM categories c JOIN tree t ON t.id = c.parent_id)"""
"""`tree`: all categories. `is_open`: it and all that it lies under are active, so that it may be chosen; in the order
of `path` each is followed by what lies under it."""
_CATEGORY = """t.id, t.name, t.slug, t.description, t.parent_id, t.is_active, t.sort_order, t.default_team_id,
    t.created_at, t.updated_at"""
_FIELD = """f.id, f.name, f.field_type, f.options, f.description, f.is_required, f.required_when, f.team_id,
    f.category_id, f.sort_order, f.is_active, f.retired_options, f.created_at, f.updated_at"""
_IN_FORMS = """f.is_active
    AND (num_nonnulls(f.team_id, f.category_id) > 0 OR f.is_required AND f.required_when = 'CREATE')"""
"""What a form asks of those who work for no team: of global fields only what must be answered at once."""


class CategoryRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A category. Who works for no team reads those that may be chosen, without the team that gets their tickets."""

    id: UUID
    name: str
    slug: str
    description: str | None
    parent_id: UUID | None
    is_active: bool
    sort_order: int
    default_team_id: UUID | None | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class FieldRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A custom field. `retiredOptions` stay in old answers and are no longer chosen."""

    id: UUID
    name: str
    field_type: str
    options: list[str] | None
    description: str | None
    is_required: bool
    required_when: str
    team_id: UUID | None
    category_id: UUID | None
    sort_order: int
    is_active: bool
    retired_options: list[str] | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


async def categories(reader: Reader, actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[CategoryRow]:
    """The tree, each category before what lies under it, siblings by their place and name."""
    condition = "true" if may_read_all(actor) else "t.is_open"
    sql = f"{TREE_SQL} SELECT {_CATEGORY}, t.path FROM tree t WHERE {condition}"
    page = await _page(reader, sql, "t.path", {}, limit=limit, cursor=cursor)
    return Page([_category(row, actor) for row in page.items], page.next_cursor)


async def category(reader: Reader, actor: Actor, ref: UUID | str) -> CategoryRow:
    """One category by id or slug. Raises NotFound."""
    named = "t.id = %(ref)s" if isinstance(ref, UUID) else "t.slug = %(ref)s"
    row = await reader.first(f"{TREE_SQL} SELECT {_CATEGORY}, t.is_open FROM tree t WHERE {named}", {"ref": ref})
    if row is None or not (row[-1] or may_read_all(actor)):
        raise NotFound("There is no such category.")
    return _category(row, actor)


@dataclass(frozen=True, slots=True)
class AskedOf:
    """The team and the category of a ticket, by whose fields a form is made; None: no team, no category."""

    team_id: UUID | None
    category_id: UUID | None


async def fields(
    reader: Reader, actor: Actor, *, of: AskedOf | None = None, limit: int = 50, cursor: str | None = None
) -> Page[FieldRow]:
    """Custom fields by their place and name; `of`: those in use that such a ticket answers."""
    conditions = ["true" if may_read_all(actor) else _IN_FORMS]
    params: dict[str, object] = {}
    if of is not None:
        conditions += [
            "f.is_active", "(f.team_id IS NULL OR f.team_id = %(team)s)",
            f"(f.category_id IS NULL OR f.category_id IN ({LINEAGE_SQL} SELECT id FROM above))",
        ]  # fmt: skip
        params = {"team": of.team_id, "category": of.category_id}
    rank = f'{_rank("f")} COLLATE "C"'
    sql = f"SELECT {_FIELD}, {rank} FROM custom_fields f WHERE {' AND '.join(conditions)}"
    page = await _page(reader, sql, rank, params, limit=limit, cursor=cursor)
    return Page([_field(row, actor) for row in page.items], page.next_cursor)


async def field(reader: Reader, actor: Actor, field_id: UUID) -> FieldRow:
    """One custom field. Raises NotFound."""
    condition = "true" if may_read_all(actor) else _IN_FORMS
    row = await reader.first(
        f"SELECT {_FIELD}, '' FROM custom_fields f WHERE f.id = %(id)s AND {condition}", {"id": field_id}
    )
    if row is None:
        raise NotFound("There is no such custom field.")
    return _field(row, actor)


async def questions(reader: Reader, field_ids: Iterable[UUID]) -> dict[UUID, Question]:
    """What fields take, for looking answers up: retired options count, since old answers have them."""
    rows = await reader.all(
        "SELECT id, field_type, options, retired_options FROM custom_fields WHERE id = ANY(%(ids)s)",
        {"ids": list(field_ids)},
    )
    return {key: Question(FieldType(kind), [*(options or ()), *retired]) for key, kind, options, retired in rows}


async def _page(
    reader: Reader, sql: str, place: str, params: dict[str, object], *, limit: int, cursor: str | None
) -> Page[Row]:
    """Rows in the order of `place`, a unique text that is also their last column."""
    after = ""
    if cursor is not None:
        after = f"AND {place} > %(after)s"
        params = {**params, "after": str(decode(cursor, sort="place").value)}
    rows = await reader.all(f"{sql} {after} ORDER BY {place} LIMIT %(limit)s", {**params, "limit": limit + 1})
    return cut(rows, limit=limit, place=lambda row: Place("place", row[-1], row[0]))


def _category(row: Row, actor: Actor) -> CategoryRow:
    key, name, slug, description, parent, active, place, team, created, updated, _ = row
    whole = may_read_all(actor)
    return CategoryRow(
        id=key, name=name, slug=slug, description=description, parent_id=parent, is_active=active, sort_order=place,
        default_team_id=team if whole else UNSET, created_at=created if whole else UNSET,
        updated_at=updated if whole else UNSET,
    )  # fmt: skip


def _field(row: Row, actor: Actor) -> FieldRow:
    (key, name, kind, options, description, is_required, when, team, category_id, place, active, retired, created,
     updated, _) = row  # fmt: skip
    whole = may_read_all(actor)
    return FieldRow(
        id=key, name=name, field_type=kind, options=options, description=description, is_required=is_required,
        required_when=when, team_id=team, category_id=category_id, sort_order=place, is_active=active,
        retired_options=retired if whole else UNSET, created_at=created if whole else UNSET,
        updated_at=updated if whole else UNSET,
    )  # fmt: skip
