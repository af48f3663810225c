"""Why a ticket went where it did when it was new, as the decision kept it; and where one would go now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, field

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.kernel.criteria.packing import unpack
from codex.kernel.criteria.tree import Finding, Values
from codex.routing.active import versions
from codex.routing.choose import Rule, fields_of, seen_by
from codex.routing.conditions import of_new
from codex.routing.decision import Decision, PersonBy, TeamBy, read
from codex.routing.drafts import WORDS, begun
from codex.routing.policy import may_read
from codex.routing.terms import rule_of
from codex.tickets.criteria_state import Beside, state_values


class Who(Struct, frozen=True):
    """A team or a person."""

    id: UUID
    name: str


class LookedRow(Struct, frozen=True, rename="camel", kw_only=True):
    """What a rule said to the ticket, as the rule was then: whether it matched, which keyword did it, every condition
    with what it saw, or why it could not be asked."""

    rule_id: UUID
    version: int
    name: str
    team_id: UUID
    matched: bool
    keyword: str | None
    conditions: list[Finding]
    broken: str | None


class DecisionRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A decision: every rule that was looked at, in order, the last one the winner if one `matched`; the team and the
    person, and why. `hiddenRules`: how many more were looked at that the reader may not read."""

    rules: list[LookedRow]
    hidden_rules: int
    team: Who | None
    team_by: TeamBy
    team_because: str
    assignee: Who | None
    assignee_by: PersonBy
    assignee_because: str
    at: datetime | None = field(default=None)


class Words(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the requester wrote, and when."""

    subject: str
    description: str
    requester_id: UUID
    at: datetime


async def decision_of(reader: Reader, actor: Actor, ticket_id: UUID) -> DecisionRow | None:
    """The decision about a ticket whose internal side the actor sees; None: whoever opened it named the team."""
    row = await reader.first(
        """SELECT e.payload, e.created_at, o.payload, o.created_at FROM ticket_events e
           JOIN ticket_events o ON o.ticket_id = e.ticket_id AND o.version = 1
           WHERE e.ticket_id = %(ticket)s AND e.type = 'ROUTED' ORDER BY e.version LIMIT 1""",
        {"ticket": ticket_id},
    )
    if row is None:
        return None
    told = row[2]
    wrote = Words(
        subject=told["subject"], description=told["description"], requester_id=UUID(told["requesterId"]), at=row[3]
    )
    return await explained(reader, actor, read(row[0]), wrote, at=row[1])


async def explained(
    reader: Reader, actor: Actor, decision: Decision, wrote: Words, *, at: datetime | None = None
) -> DecisionRow:
    """A decision in words. `at`: when it was made; None: nobody made it, it is what would be decided, and of a winner
    that the actor may not read only the team is told."""
    looked = await _looked(reader, decision, wrote)
    winner = looked[-1] if decision.rule_id is not None and looked else None
    shown = [each for each in looked if may_read(actor, each.team_id) or (each is winner and at is not None)]
    names = await _names(reader, decision)
    is_hidden = winner is not None and winner not in shown
    team = Who(decision.team_id, names[decision.team_id]) if decision.team_id else None
    return DecisionRow(
        rules=shown, hidden_rules=len(looked) - len(shown), team=team, team_by=decision.team_by,
        team_because=f"A rule of {team.name} sends it there." if is_hidden and team else decision.team_because,
        assignee=Who(decision.assignee_id, names[decision.assignee_id]) if decision.assignee_id else None,
        assignee_by=decision.assignee_by,
        assignee_because="" if is_hidden else decision.assignee_because, at=at,
    )  # fmt: skip


def looked_at(decision: Decision, rules: Sequence[Rule], wrote: Words) -> list[LookedRow]:
    """What these rules, all of which the decision looked at, said to the ticket."""
    values = _values(decision, rules, wrote)
    return [_row(decision, rule, values) for rule in rules]


async def _looked(reader: Reader, decision: Decision, wrote: Words) -> list[LookedRow]:
    said = await versions(reader, decision.looked)
    words = await of_new(reader, [terms.conditions for _, _, terms in said.values()])
    return looked_at(decision, [rule_of(*said[key][:2], key, said[key][2], words) for key in decision.looked], wrote)


def _values(decision: Decision, rules: Sequence[Rule], wrote: Words) -> Values:
    fields = fields_of(rules)
    state = begun(at=wrote.at, requester_id=wrote.requester_id, subject=wrote.subject, description=wrote.description)
    own = state_values([each for each in fields if each.name in WORDS], state, Beside({}), now=wrote.at)
    return {**unpack(decision.seen, {each.name: each for each in fields}), **own}


def _row(decision: Decision, rule: Rule, values: Values) -> LookedRow:
    key = str(rule.version_id)
    won = decision.rule_id == rule.id
    return LookedRow(
        rule_id=rule.id, version=rule.version, name=rule.name, team_id=rule.team_id, matched=won,
        keyword=decision.keyword if won else None, conditions=seen_by(rule, values, decision.held.get(key, "")),
        broken=decision.broken.get(key),
    )  # fmt: skip


async def _names(reader: Reader, decision: Decision) -> Mapping[Any, str]:
    rows = await reader.all(
        """SELECT id, display_name FROM users WHERE id = %(person)s
           UNION ALL SELECT id, name FROM teams WHERE id = %(team)s""",
        {"person": decision.assignee_id, "team": decision.team_id},
    )
    return {row[0]: row[1] for row in rows}
