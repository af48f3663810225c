"""The rules that are at work now. They are read once, and again when one of them, or what they name, has changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from uuid import UUID

from codex.automation.keeping import Comparisons, comparisons
from codex.automation.models import TIMED, Trigger
from codex.automation.terms import Rule, RuleTerms, read_terms, rule_of, words_for
from codex.db.database import Reader, Row
from codex.db.work import Work
from codex.kernel.criteria.grammar import Field
from codex.kernel.criteria.tree import leaves
from codex.tickets.criteria import CHANGE_FIELDS


@dataclass(frozen=True)
class Asked:
    """The rules that one trigger wakes on the tickets of one team, in the order in which they are asked."""

    rules: Sequence[Rule]

    @cached_property
    def fields(self) -> list[Field]:
        """What they ask about a ticket."""
        found = {leaf.field.name: leaf.field for rule in self.rules for leaf in leaves(rule.conditions)}
        return [asked for name, asked in found.items() if name not in CHANGE_FIELDS]

    @cached_property
    def compared(self) -> Comparisons:
        """What they compare texts with."""
        return comparisons(rule.conditions for rule in self.rules)

    @cached_property
    def rule_set(self) -> UUID:
        """What the set of these rules, in their versions, is called."""
        return set_of(self.rules)


def set_of(rules: Sequence[Rule]) -> UUID:
    """What a set of rules, in their versions, is called: the same set always the same."""
    said = b"".join(rule.id.bytes + rule.version.to_bytes(4) for rule in rules)
    return UUID(bytes=sha256(said).digest()[:16])


@dataclass(frozen=True)
class Active:
    """All rules that facts wake, in the order in which they are asked."""

    rules: Sequence[Rule]
    _asked: dict[tuple[Trigger, UUID | None], Asked] = field(default_factory=dict)

    def asked(self, trigger: Trigger, team_id: UUID | None) -> Asked:
        """Those that a trigger wakes on a team's tickets: everybody's, and that team's."""
        key = (trigger, team_id)
        if key not in self._asked:
            found = [r for r in self.rules if r.terms.trigger is trigger and r.team_id in (None, team_id)]
            self._asked[key] = Asked(found)
        return self._asked[key]


_NONE = Active(())
# The numbers of transactions ascend, so that their sum is another one whenever a row was written anew.
_STAMP = """
    SELECT (SELECT concat_ws(' ', count(*), sum(hashtextextended(r.id::text || r.version, 0))) FROM automation_rules r
            WHERE r.is_active AND r.paused_at IS NULL AND r.trigger <> ALL(%(timed)s)),
           (SELECT concat_ws(' ', count(*), sum(c.xmin::text::bigint)) FROM categories c),
           (SELECT concat_ws(' ', count(*), sum(f.xmin::text::bigint)) FROM custom_fields f),
           (SELECT concat_ws(' ', count(*), sum(t.xmin::text::bigint)) FROM teams t)"""
_RULE = """r.id, r.version, v.terms FROM automation_rules r
    JOIN automation_rule_versions v ON v.rule_id = r.id AND v.version = r.version"""
_ACTIVE = f"""SELECT {_RULE} WHERE r.is_active AND r.paused_at IS NULL AND r.trigger <> ALL(%(timed)s)
    ORDER BY r.priority, r.created_at, r.id"""
_MOST = 16
_kept: dict[Row, Active] = {}


async def active_rules(work: Work) -> Active:
    """The rules that facts wake; a transaction asks once."""
    if "automation_rules" not in work.session.info:
        work.session.info["automation_rules"] = await _active(await work.reader())
    found: Active = work.session.info["automation_rules"]
    return found


async def _active(reader: Reader) -> Active:
    timed = {"timed": [trigger.value for trigger in TIMED]}
    stamp = (await reader.all(_STAMP, timed))[0]
    if stamp[0] == "0":
        return _NONE
    if stamp not in _kept:
        rules = await read_rules(reader, await reader.all(_ACTIVE, timed))
        if len(_kept) >= _MOST:
            _kept.clear()
        _kept[stamp] = Active(rules)
    return _kept[stamp]


async def rule(reader: Reader, rule_id: UUID) -> Rule | None:
    """One rule that is at work, as it is now; None: there is no such one."""
    where = "r.id = %(id)s AND r.is_active AND r.paused_at IS NULL"
    found = await read_rules(reader, await reader.all(f"SELECT {_RULE} WHERE {where}", {"id": rule_id}))
    return found[0] if found else None


async def read_rules(reader: Reader, rows: Sequence[Row]) -> list[Rule]:
    """Rules out of rows of id, version and terms, in one look at what they name."""
    said: list[RuleTerms] = [read_terms(row[2]) for row in rows]
    words = await words_for(reader, [terms.conditions for terms in said])
    return [rule_of(row[0], row[1], terms, words) for row, terms in zip(rows, said, strict=True)]
