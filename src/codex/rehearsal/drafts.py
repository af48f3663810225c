"""The automation rule that is rehearsed, and the rules around it: a draft is read and refused exactly as when saved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from codex.automation import checking, reading
from codex.automation.active import read_rules
from codex.automation.models import TIMED
from codex.automation.policy import may_set
from codex.automation.reading import RuleRow
from codex.automation.rules import NewRule, refuse_webhooks
from codex.automation.terms import Rule, RuleTerms, rule_of, words_for
from codex.classification.queries import refuse_absent_team
from codex.db.database import Reader
from codex.db.work import Work
from codex.kernel.changes import given_of
from codex.kernel.errors import Invalid, Problem, Unprocessable, require
from codex.kernel.ids import new_id
from codex.kernel.seal import Seal
from codex.tickets.action_reading import read_actions
from codex.tickets.actions import Action, ApplyMacro

_WHOSE = "Who may write such a rule may rehearse it: owners everybody's, and the admins of a team that team's own."


class Place(NamedTuple):
    """A rule's place in the order in which rules are asked."""

    priority: int
    created_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Known:
    """A rule, in some version: what it is called, and its place then."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule to be rehearsed. `stored_id`: the rule that it is, or takes the place of. `others`: the rules at work now,
    in their order; `known`: what every rule that there is was in any version; `macros`: what the prepared texts that
    any of them applies do besides being sent."""

    rule: Rule
    place: Place
    stored_id: UUID | None
    others: Sequence[Rule]
    known: Mapping[tuple[UUID, int], Known]
    macros: Mapping[UUID, Sequence[Action]]

    def all_of(self, rule: Rule) -> Iterator[Action]:
        """What a rule does, with what a macro that it applies does in its place."""
        for action in rule.actions:
            yield action
            if isinstance(action, ApplyMacro):
                yield from self.macros.get(action.canned_response_id, ())

    def precedes(self, run: tuple[UUID, int]) -> bool:
        """Whether a rule that ran, in that version, was asked before the draft would have been. One that is gone, so
        that nobody knows its place, was."""
        if run[0] == self.rule.id:
            return False
        found = self.known.get(run)
        return found is None or found.place < self.place


async def draft(work: Work, new: NewRule | None, stored_id: UUID | None, *, seal: Seal) -> Draft:
    """The draft `new`; or a stored rule as it is; or, with both, the draft in the place of the stored one.

    Raises Forbidden for who may not write such a rule, NotFound for no such stored one, Unprocessable for one that is
    broken; and for a draft what saving it raises, with paths from `rule` on.
    """
    reader = await work.reader()
    stored = await _stored(reader, work, stored_id) if stored_id is not None else None
    if new is None:
        if stored is None:
            raise Unprocessable("Say what to rehearse: a draft as `rule`, or a stored one by `id`.", path="rule")
        rule = await _as_stored(reader, stored)
    else:
        rule = await _as_drafted(work, new, stored, seal)
    key = stored.id if stored else rule.id
    place = Place(rule.terms.priority, stored.created_at if stored else work.now, key)
    others = await _others(reader, key)
    macros = await _macros(reader, [rule, *others])
    return Draft(rule, place, stored.id if stored else None, others, await _known(reader), macros)


async def _stored(reader: Reader, work: Work, stored_id: UUID) -> RuleRow:
    found = await reading.rule(reader, work.actor, stored_id)
    require(may_set(work.actor, found.team_id), _WHOSE)
    return found


async def _as_stored(reader: Reader, stored: RuleRow) -> Rule:
    if stored.broken:
        problems = [Problem(f"rule.{each.path}", each.message) for each in stored.broken]
        raise Unprocessable("This rule is broken, and would be skipped.", problems=problems)
    (rule,) = await read_rules(reader, await reader.all(_TERMS, {"id": stored.id}))
    return rule


async def _as_drafted(work: Work, new: NewRule, stored: RuleRow | None, seal: Seal) -> Rule:
    require(may_set(work.actor, new.team_id), _WHOSE)
    reader = await work.reader()
    former = (await _as_it_says(reader, stored.id)) if stored else None
    try:
        await refuse_absent_team(work.session, new.team_id, path="teamId")
        terms = await checking.checked(reader, RuleTerms(**given_of(new)), former=former, seal=seal)
    except Invalid as bad:
        raise Invalid(*within(bad.problems)) from bad
    except Unprocessable as bad:
        raise Unprocessable(str(bad), problems=within(bad.problems)) from bad
    refuse_webhooks(work, terms, former)
    words = await words_for(reader, [terms.conditions])
    version = stored.version if stored else 1
    return rule_of(stored.id if stored else new_id(), version, terms, words)


def within(problems: Sequence[Problem]) -> list[Problem]:
    """Problems of a draft, by where it stands in what is sent."""
    return [Problem(f"rule.{problem.path}", problem.message) for problem in problems]


_TERMS = """
    SELECT r.id, r.version, v.terms FROM automation_rules r
    JOIN automation_rule_versions v ON v.rule_id = r.id AND v.version = r.version WHERE r.id = %(id)s"""
_OTHERS = """
    SELECT r.id, r.version, v.terms FROM automation_rules r
    JOIN automation_rule_versions v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.is_active AND r.paused_at IS NULL AND r.trigger <> ALL(%(timed)s) AND r.id <> %(id)s
    ORDER BY r.priority, r.created_at, r.id"""
_TEXTS = "SELECT c.id, c.actions FROM canned_responses c WHERE c.id = ANY(%(ids)s) AND c.user_id IS NULL"
_KNOWN = """
    SELECT r.id, v.version, r.name, (v.terms->>'priority')::int, r.created_at
    FROM automation_rules r JOIN automation_rule_versions v ON v.rule_id = r.id"""


async def _as_it_says(reader: Reader, stored_id: UUID) -> RuleTerms:
    (rule,) = await read_rules(reader, await reader.all(_TERMS, {"id": stored_id}))
    return rule.terms


async def _others(reader: Reader, key: UUID) -> list[Rule]:
    rows = await reader.all(_OTHERS, {"id": key, "timed": [trigger.value for trigger in TIMED]})
    return [rule for rule in (await read_rules(reader, rows) if rows else []) if not rule.broken]


async def _macros(reader: Reader, rules: Sequence[Rule]) -> dict[UUID, Sequence[Action]]:
    keys = {one.canned_response_id for rule in rules for one in rule.actions if isinstance(one, ApplyMacro)}
    rows = await reader.all(_TEXTS, {"ids": list(keys)}) if keys else []
    return {key: read_actions(said, may_nest=False, is_kept=True)[0] for key, said in rows}


async def _known(reader: Reader) -> dict[tuple[UUID, int], Known]:
    rows = await reader.all(_KNOWN)
    return {(key, version): Known(name, Place(priority, at, key)) for key, version, name, priority, at in rows}
