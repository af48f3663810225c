"""Reading named policies: rows whose JSON, by name and shape, is the contract of shapes.md."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct, convert

from codex.db.database import Reader, Row
from codex.db.page import VERSIONS, Page, Place, after_word, before_version, cut
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound, require
from codex.sla.clock_state import ReopenMode
from codex.sla.hours import Hours, number
from codex.sla.models import SlaNotifyRole
from codex.sla.policy import READABLE_SQL, may_read, may_set, readable
from codex.sla.versions import PolicyTerms
from codex.tickets.models import TicketPriority, TicketStatus

_POLICY = """p.id, p.name, p.description, p.team_id, p.is_default, p.enabled, p.business_hours_only,
    p.escalation_enabled, p.escalation_after_percent, p.breach_notify_roles::text[], p.reopen::text,
    p.pause_on::text[], p.first_response_pauses, p.version, p.created_by_id, p.created_at, p.updated_at,
    (SELECT jsonb_object_agg(t.priority, jsonb_build_object(
         'firstResponseHours', t.first_response_hours::text, 'resolutionHours', t.resolution_hours::text))
     FROM sla_policy_config_targets t WHERE t.policy_config_id = p.id)"""
FOR_AGENTS = "What is promised is for those who work for a team."


class TargetRow(Struct, frozen=True, rename="camel"):
    """What a policy promises for a priority; 0 or null: no such clock."""

    priority: TicketPriority
    first_response_hours: float | None
    resolution_hours: float | None


class PolicyRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A named policy: everybody's, or with `teamId` that team's own. `version` counts its saves."""

    id: UUID
    name: str
    description: str | None
    team_id: UUID | None
    is_default: bool
    enabled: bool
    business_hours_only: bool
    escalation_enabled: bool
    escalation_after_percent: int
    breach_notify_roles: list[SlaNotifyRole]
    reopen: ReopenMode
    pause_on: list[TicketStatus]
    first_response_pauses: bool
    targets: list[TargetRow]
    version: int
    may_change: bool
    created_by_id: UUID | None
    created_at: datetime
    updated_at: datetime


class PolicyVersionRow(Struct, frozen=True, rename="camel", kw_only=True):
    """What a policy said from one save to the next."""

    id: UUID
    version: int
    name: str
    description: str | None
    is_default: bool
    enabled: bool
    business_hours_only: bool
    escalation_enabled: bool
    escalation_after_percent: int
    breach_notify_roles: list[SlaNotifyRole]
    reopen: ReopenMode
    pause_on: list[TicketStatus]
    first_response_pauses: bool
    targets: list[TargetRow]
    created_by_id: UUID | None
    created_at: datetime


async def policies(reader: Reader, actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[PolicyRow]:
    """Everybody's policies and those of the actor's teams, by name. Raises Forbidden for who works for no team."""
    require(may_read(actor, None), FOR_AGENTS)
    after = "(lower(p.name), p.id) > (%(after)s, %(after_id)s)" if cursor is not None else "true"
    rows = await reader.all(
        f"""SELECT {_POLICY}, lower(p.name) FROM sla_policy_configs p
            WHERE {READABLE_SQL.format(team="p.team_id")} AND {after}
            ORDER BY lower(p.name), p.id LIMIT %(limit)s""",
        {**readable(actor), "limit": limit + 1, **after_word(cursor, sort="name")},
    )
    page = cut(rows, limit=limit, place=lambda row: Place("name", row[-1], row[0]))
    return Page([_policy(row[:-1], actor) for row in page.items], page.next_cursor)


async def policy(reader: Reader, actor: Actor, policy_id: UUID) -> PolicyRow:
    """One named policy that the actor may read. Raises NotFound, and Forbidden for who works for no team."""
    require(may_read(actor, None), FOR_AGENTS)
    row = await reader.first(
        f"SELECT {_POLICY} FROM sla_policy_configs p WHERE p.id = %(id)s AND {READABLE_SQL.format(team='p.team_id')}",
        {**readable(actor), "id": policy_id},
    )
    if row is None:
        raise NotFound("There is no such policy.")
    return _policy(row, actor)


async def policy_versions(
    reader: Reader, actor: Actor, policy_id: UUID, *, limit: int = 50, cursor: str | None = None
) -> Page[PolicyVersionRow]:
    """What a policy said, the newest first. Raises NotFound as `policy` does."""
    await policy(reader, actor, policy_id)
    rows = await reader.all(
        """SELECT v.id, v.version, v.terms, v.created_by_id, v.created_at FROM sla_policy_versions v
           WHERE v.policy_config_id = %(id)s AND v.version < %(before)s ORDER BY v.version DESC LIMIT %(limit)s""",
        {**before_version(cursor), "id": policy_id, "limit": limit + 1},
    )
    page = cut(rows, limit=limit, place=lambda row: Place(VERSIONS, row[1], row[0]))
    return Page([_version(row) for row in page.items], page.next_cursor)


def _policy(row: Row, actor: Actor) -> PolicyRow:
    (key, name, description, team, is_default, enabled, business_hours, escalates, percent, roles, reopen, pauses,
     first_pauses, version, creator, created, updated, targets) = row  # fmt: skip
    return PolicyRow(
        id=key, name=name, description=description, team_id=team, is_default=is_default, enabled=enabled,
        business_hours_only=business_hours, escalation_enabled=escalates, escalation_after_percent=percent,
        breach_notify_roles=[SlaNotifyRole(role) for role in roles], reopen=ReopenMode(reopen),
        pause_on=[TicketStatus(status) for status in pauses], first_response_pauses=first_pauses,
        targets=_targets(convert(targets or {}, dict[TicketPriority, Hours])), version=version,
        may_change=may_set(actor, team), created_by_id=creator, created_at=created, updated_at=updated,
    )  # fmt: skip


def _version(row: Row) -> PolicyVersionRow:
    key, version, said, creator, created = row
    terms = convert(said, PolicyTerms)
    told = {name: getattr(terms, name) for name in terms.__struct_fields__ if name != "targets"}
    told |= {"breach_notify_roles": list(terms.breach_notify_roles), "pause_on": list(terms.pause_on)}
    return PolicyVersionRow(
        id=key, version=version, targets=_targets(terms.targets), created_by_id=creator, created_at=created, **told
    )


def _targets(hours: Mapping[TicketPriority, Hours]) -> list[TargetRow]:
    return [TargetRow(p, number(h.first_response_hours), number(h.resolution_hours)) for p, h in sorted(hours.items())]
