"""The routing rule that is rehearsed, among today's: a draft is read and refused exactly as when saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from codex.db.database import Reader
from codex.db.work import Work
from codex.identity import queries as people
from codex.kernel.changes import given_of
from codex.kernel.errors import Invalid, Problem, Unprocessable, require
from codex.kernel.ids import new_id
from codex.rehearsal.drafts import within
from codex.routing import reading
from codex.routing.active import active_rules
from codex.routing.choose import Rule
from codex.routing.conditions import of_new
from codex.routing.policy import may_set
from codex.routing.reading import RoutingRuleRow
from codex.routing.rules import NewRoutingRule, checked, no_member, refuse_unfit
from codex.routing.terms import RuleTerms, rule_of

_WHOSE = "Who may set such a rule may rehearse it: the admins of the team that it sends tickets to, and owners."
_PLACES = "SELECT r.id, r.priority, r.created_at FROM routing_rules r WHERE r.is_active"
_ORDER = tuple[int, datetime, UUID]


@dataclass(frozen=True, slots=True)
class RoutingDraft:
    """A rule to be rehearsed; today's rules in the order in which they are asked; and those with the draft in its
    place, a stored one that it takes the place of left out."""

    rule: Rule
    today: Sequence[Rule]
    with_it: Sequence[Rule]


async def draft(work: Work, new: NewRoutingRule | None, stored_id: UUID | None) -> RoutingDraft:
    """The draft `new`; or a stored rule as it is; or, with both, the draft in the place of the stored one.

    Raises Forbidden for who may not set such a rule, NotFound for no such stored one, Unprocessable for one that is
    broken; and for a draft what saving it raises, with paths from `rule` on.
    """
    reader = await work.reader()
    stored = await _stored(work, stored_id) if stored_id is not None else None
    if new is not None:
        terms = await _drafted(work, new)
    elif stored is None:
        raise Unprocessable("Say what to rehearse: a draft as `rule`, or a stored one by `id`.", path="rule")
    elif stored.broken:
        problem = Problem("rule", stored.broken)
        raise Unprocessable(f"This rule is broken, and would be passed over. {stored.broken}", problems=[problem])
    else:
        terms = RuleTerms(**{name: getattr(stored, name) for name in RuleTerms.__struct_fields__})
    key, version = (stored.id, stored.version) if stored else (new_id(), 1)
    rule = rule_of(key, version, 0, terms, await of_new(reader, [terms.conditions]))
    return await _among(reader, rule, (terms.priority, stored.created_at if stored else work.now, key))


async def _stored(work: Work, stored_id: UUID) -> RoutingRuleRow:
    found = await reading.rule(await work.reader(), work.actor, stored_id)
    require(may_set(work.actor, found.team_id), _WHOSE)
    return found


async def _among(reader: Reader, rule: Rule, place: _ORDER) -> RoutingDraft:
    today = await active_rules(reader)
    places: dict[UUID, _ORDER] = {key: (n, at, key) for key, n, at in await reader.all(_PLACES)}
    others = [each for each in today if each.id != rule.id]
    before = [each for each in others if places[each.id] < place]
    return RoutingDraft(rule, today, [*before, rule, *others[len(before) :]])


async def _drafted(work: Work, new: NewRoutingRule) -> RuleTerms:
    """As `routing.rules.add` has it; a test holds the two to the same refusals."""
    require(may_set(work.actor, new.team_id), _WHOSE)
    try:
        terms = RuleTerms(**checked(given_of(new)))
        await _refuse(work, terms)
    except Invalid as bad:
        raise Invalid(*within(bad.problems)) from bad
    except Unprocessable as bad:
        raise Unprocessable(str(bad), problems=within(bad.problems)) from bad
    return terms


async def _refuse(work: Work, terms: RuleTerms) -> None:
    """As saving does, but that nobody is held back from leaving the team: a rehearsal takes no locks."""
    await refuse_unfit(work, terms)
    if terms.assignee_id is None:
        return
    found = await people.actors_of(await work.reader(), [terms.assignee_id])
    if not any(terms.team_id in person.team_roles for person in found):
        raise no_member()
