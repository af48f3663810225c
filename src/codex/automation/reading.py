"""Reading rules: rows whose JSON, by name and shape, is the contract of shapes.md."""

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.automation.active import read_rules
from codex.automation.models import Trigger
from codex.automation.policy import READABLE_SQL, may_read_any, may_set, readable
from codex.automation.references import broken
from codex.automation.terms import Rule, public, read_terms
from codex.automation.triggers import TriggerConfig
from codex.db.database import Params, Reader, Row
from codex.db.page import VERSIONS, Page, Place, before_version, cut, decode, foreign
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound, Problem, require

FOR_LEADS = "Automation rules are for a team's leads and admins, and for owners."
_RULE = "r.id, r.version, v.terms, r.paused_at, r.created_by_id, r.created_at, r.updated_at, r.priority"
_FROM = """automation_rules r JOIN automation_rule_versions v ON v.rule_id = r.id AND v.version = r.version"""


class Broken(Struct, frozen=True):
    """What a rule asks about or names, and is no more: where it stands in the rule, and what is wrong."""

    path: str
    message: str


class RuleRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A rule: everybody's, or with `teamId` that team's own. `version` counts its saves. `broken`: why it is skipped,
    if so. `pausedAt`: it failed too often in a row since it was saved."""

    id: UUID
    name: str
    description: str | None
    trigger: Trigger
    trigger_config: TriggerConfig
    conditions: list[Any]
    actions: list[Any]
    is_active: bool
    priority: int
    team_id: UUID | None
    version: int
    paused_at: datetime | None
    broken: list[Broken]
    may_change: bool
    created_by_id: UUID
    created_at: datetime
    updated_at: datetime


class RuleVersionRow(Struct, frozen=True, rename="camel", kw_only=True):
    """What a rule said from one save to the next."""

    id: UUID
    version: int
    name: str
    description: str | None
    trigger: Trigger
    trigger_config: TriggerConfig
    conditions: list[Any]
    actions: list[Any]
    is_active: bool
    priority: int
    team_id: UUID | None
    created_by_id: UUID | None
    created_at: datetime


async def rules(reader: Reader, actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[RuleRow]:
    """The rules that the actor may read, in the order in which they run. Raises Forbidden for who leads no team."""
    require(may_read_any(actor), FOR_LEADS)
    after, params = "true", {**readable(actor), "limit": limit + 1}
    if cursor is not None:
        after = "(r.priority, r.created_at, r.id) > (%(priority)s, %(created)s, %(after_id)s)"
        params |= _after(cursor)
    rows = await reader.all(
        f"""SELECT {_RULE} FROM {_FROM} WHERE {READABLE_SQL} AND {after}
            ORDER BY r.priority, r.created_at, r.id LIMIT %(limit)s""",
        params,
    )
    page = cut(rows, limit=limit, place=lambda row: Place("rules", f"{row[7]} {row[5].isoformat()}", row[0]))
    return Page(await _rows(reader, actor, page.items), page.next_cursor)


async def rule(reader: Reader, actor: Actor, rule_id: UUID) -> RuleRow:
    """One rule that the actor may read. Raises NotFound, and Forbidden for who leads no team."""
    return (await _rows(reader, actor, [await found(reader, actor, rule_id)]))[0]


async def found(
    reader: Reader, actor: Actor, rule_id: UUID, *, beside: str = "NULL", params: Params = MappingProxyType({})
) -> Row:
    """A rule that the actor may read: id, version and terms, and what `row_of` needs besides; in one statement, with
    more columns `beside` it. Raises as `rule` does."""
    require(may_read_any(actor), FOR_LEADS)
    row = await reader.first(
        f"SELECT {_RULE}, {beside} FROM {_FROM} WHERE r.id = %(id)s AND {READABLE_SQL}",
        {**readable(actor), **params, "id": rule_id},
    )
    if row is None:
        raise NotFound("There is no such rule.")
    return row


async def rule_versions(
    reader: Reader, actor: Actor, rule_id: UUID, *, limit: int = 50, cursor: str | None = None
) -> Page[RuleVersionRow]:
    """What a rule said, the newest first. Raises NotFound as `rule` does."""
    await found(reader, actor, rule_id)
    rows = await reader.all(
        """SELECT v.id, v.version, v.terms, v.created_by_id, v.created_at FROM automation_rule_versions v
           WHERE v.rule_id = %(id)s AND v.version < %(before)s ORDER BY v.version DESC LIMIT %(limit)s""",
        {**before_version(cursor), "id": rule_id, "limit": limit + 1},
    )
    page = cut(rows, limit=limit, place=lambda row: Place(VERSIONS, row[1], row[0]))
    return Page([_version(row) for row in page.items], page.next_cursor)


def _after(cursor: str) -> dict[str, object]:
    place = decode(cursor, sort="rules")
    try:
        priority, created = str(place.value).split(" ")
        return {"priority": int(priority), "created": datetime.fromisoformat(created), "after_id": place.id}
    except ValueError as bad:
        raise foreign() from bad


async def _rows(reader: Reader, actor: Actor, rows: Sequence[Row]) -> list[RuleRow]:
    read = await read_rules(reader, [row[:3] for row in rows]) if rows else []
    gone = await broken(reader, read)
    return [row_of(actor, each, lost, row) for each, lost, row in zip(read, gone, rows, strict=True)]


def row_of(actor: Actor, rule: Rule, gone: Sequence[Problem], row: Row) -> RuleRow:
    """The row of a rule that was `found` and read. `gone`: what its actions name and there is not."""
    terms = rule.terms
    return RuleRow(
        id=rule.id, name=terms.name, description=terms.description, trigger=terms.trigger,
        trigger_config=terms.trigger_config, conditions=terms.conditions, actions=public(terms)["actions"],
        is_active=terms.is_active, priority=terms.priority, team_id=terms.team_id, version=rule.version,
        paused_at=row[3], broken=[Broken(problem.path, problem.message) for problem in (*rule.broken, *gone)],
        may_change=may_set(actor, terms.team_id), created_by_id=row[4], created_at=row[5], updated_at=row[6],
    )  # fmt: skip


def _version(row: Row) -> RuleVersionRow:
    key, version, said, creator, created = row
    terms = read_terms(said)
    told = {name: getattr(terms, name) for name in terms.__struct_fields__ if name != "actions"}
    actions = public(terms)["actions"]
    return RuleVersionRow(id=key, version=version, actions=actions, created_by_id=creator, created_at=created, **told)
