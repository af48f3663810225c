"""Reading routing rules: rows whose JSON, by name and shape, is the contract of shapes.md."""

from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from msgspec import Struct, convert

from codex.db.database import Params, Reader, Row
from codex.db.page import VERSIONS, Page, Place, before_version, cut, decode, foreign
from codex.kernel import clock
from codex.kernel.actor import Actor
from codex.kernel.criteria.grammar import Vocabulary
from codex.kernel.criteria.reading import read
from codex.kernel.errors import NotFound, require
from codex.routing.active import TARGET_SQL, lost_target
from codex.routing.conditions import of_new
from codex.routing.policy import READABLE_SQL, may_read_any, may_set, readable
from codex.routing.terms import RuleTerms, why_broken

FOR_AGENTS = "Routing rules are for those who work for a team."
_FROM = "routing_rules r JOIN teams t ON t.id = r.team_id LEFT JOIN users u ON u.id = r.assignee_id"
_RULE = f"""r.id, r.name, r.keywords, r.conditions, r.team_id, r.assignee_id, r.priority, r.is_active, r.version,
    r.learned, r.created_at, r.updated_at, {TARGET_SQL}"""


class RoutingRuleRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A rule about new tickets. `version` counts its saves. `broken`: why it is passed over, where it is. `learned`: of
    one that was proposed, how well it did on past tickets."""

    id: UUID
    name: str
    keywords: list[str]
    conditions: list[Any]
    team_id: UUID
    assignee_id: UUID | None
    priority: int
    is_active: bool
    broken: str | None
    learned: dict[str, Any] | None
    version: int
    may_change: bool
    created_at: datetime
    updated_at: datetime


class RoutingRuleVersionRow(Struct, frozen=True, rename="camel", kw_only=True):
    """What a rule said from one save to the next."""

    version: int
    name: str
    keywords: list[str]
    conditions: list[Any]
    team_id: UUID
    assignee_id: UUID | None
    priority: int
    is_active: bool
    created_by_id: UUID | None
    created_at: datetime


async def rules(reader: Reader, actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[RoutingRuleRow]:
    """The rules of the actor's teams, in the order in which they are asked. Raises Forbidden for who works for no
    team."""
    require(may_read_any(actor), FOR_AGENTS)
    after = "(r.priority, r.created_at, r.id) > (%(priority)s, %(after)s, %(after_id)s)" if cursor else "true"
    rows = await reader.all(
        f"""SELECT {_RULE} FROM {_FROM} WHERE {READABLE_SQL} AND {after}
            ORDER BY r.priority, r.created_at, r.id LIMIT %(limit)s""",
        {**readable(actor), "limit": limit + 1, **(_after(cursor) if cursor else {})},
    )
    page = cut(rows, limit=limit, place=lambda row: Place("order", f"{row[6]} {clock.iso(row[10])}", row[0]))
    words = await of_new(reader, [row[3] for row in page.items])
    return Page([row_of(row, actor, words) for row in page.items], page.next_cursor)


async def rule(reader: Reader, actor: Actor, rule_id: UUID) -> RoutingRuleRow:
    """One rule that the actor may read. Raises NotFound, and Forbidden for who works for no team."""
    row = await found(reader, actor, rule_id)
    return row_of(row, actor, await of_new(reader, [row[3]]))


async def found(
    reader: Reader, actor: Actor, rule_id: UUID, *, beside: str = "NULL", params: Params = MappingProxyType({})
) -> Row:
    """A rule that the actor may read, for `row_of`, which reads its conditions, the fourth column; in one statement,
    with more columns `beside` it. Raises as `rule` does."""
    require(may_read_any(actor), FOR_AGENTS)
    row = await reader.first(
        f"SELECT {_RULE}, {beside} FROM {_FROM} WHERE r.id = %(id)s AND {READABLE_SQL}",
        {**readable(actor), **params, "id": rule_id},
    )
    if row is None:
        raise NotFound("There is no such routing rule.")
    return row


async def rule_versions(
    reader: Reader, actor: Actor, rule_id: UUID, *, limit: int = 50, cursor: str | None = None
) -> Page[RoutingRuleVersionRow]:
    """What a rule said, the newest first. Raises NotFound as `rule` does."""
    await found(reader, actor, rule_id)
    rows = await reader.all(
        """SELECT version, terms, created_by_id, created_at FROM routing_rule_versions
           WHERE rule_id = %(id)s AND version < %(before)s ORDER BY version DESC LIMIT %(limit)s""",
        {**before_version(cursor), "id": rule_id, "limit": limit + 1},
    )
    page = cut(rows, limit=limit, place=lambda row: Place(VERSIONS, row[0], rule_id))
    return Page([_version(row) for row in page.items], page.next_cursor)


def _after(cursor: str) -> dict[str, object]:
    place = decode(cursor, sort="order")
    priority, _, at = str(place.value).partition(" ")
    try:
        return {"priority": int(priority), "after": clock.parse(at), "after_id": place.id}
    except ValueError as bad:
        raise foreign() from bad


def row_of(row: Row, actor: Actor, words: Vocabulary) -> RoutingRuleRow:
    """The row, once it is known what its conditions may ask about."""
    (key, name, keywords, conditions, team, assignee, priority, is_active, version, learned, created,
     updated) = row[:12]  # fmt: skip
    terms = RuleTerms(
        name=name, keywords=keywords, conditions=conditions, team_id=team, assignee_id=assignee, priority=priority,
        is_active=is_active,
    )  # fmt: skip
    problems = [f"{problem.path}: {problem.message}" for problem in read(conditions, words)[1]]
    return RoutingRuleRow(
        id=key, name=name, keywords=keywords, conditions=conditions, team_id=team, assignee_id=assignee,
        priority=priority, is_active=is_active, broken=why_broken(terms, problems) or lost_target(row[12:16]),
        learned=learned, version=version, may_change=may_set(actor, team), created_at=created, updated_at=updated,
    )  # fmt: skip


def _version(row: Row) -> RoutingRuleVersionRow:
    version, said, creator, created = row
    terms = convert(said, RuleTerms)
    told = {name: getattr(terms, name) for name in terms.__struct_fields__}
    return RoutingRuleVersionRow(version=version, created_by_id=creator, created_at=created, **told)
