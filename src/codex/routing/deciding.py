"""The decision about a new ticket: which rule, hence which team, hence which person, and why."""

from typing import NamedTuple
from uuid import UUID

from codex.classification.models import Category
from codex.classification.queries import LINEAGE_SQL
from codex.db.work import Work
from codex.identity import queries as people
from codex.identity.models import Team, User
from codex.kernel.criteria.packing import pack
from codex.kernel.criteria.tree import Values
from codex.routing import turns
from codex.routing.active import active_rules
from codex.routing.choose import Choice, Looked, choose, fields_of, held
from codex.routing.decision import Decision, PersonBy, TeamBy
from codex.routing.drafts import WORDS, Draft, values_of_draft
from codex.routing.keywords import heard

_DEFAULT_TEAM = f"""{LINEAGE_SQL}
    SELECT t.id FROM above JOIN teams t ON t.id = above.default_team_id AND t.is_active
    ORDER BY above.distance LIMIT 1"""


class Asked(NamedTuple):
    """What the rules said to a draft, and what it had of what they asked about."""

    choice: Choice
    values: Values


class _Person(NamedTuple):
    id: UUID | None
    by: PersonBy
    because: str


async def ask(work: Work, draft: Draft) -> Asked:
    """Let the active rules look at a draft."""
    rules = await active_rules(await work.reader())
    values = await values_of_draft(work, draft, fields_of(rules))
    return Asked(choose(rules, heard(draft.subject, draft.description), values), values)


async def decide(
    work: Work, asked: Asked, team: Team | None, category: Category | None, *, named: UUID | None = None
) -> Decision:
    """The decision for a ticket that has come to a team by a rule or its category (None: to none); where the team works
    in turns, one is taken. `named`: the person whom whoever opens the ticket gives it to."""
    person = await _person(work, asked.choice.winner, team, named)
    return _decision(asked, team, category, person)


async def foretell(work: Work, draft: Draft) -> Decision:
    """The decision that would be made now; nothing changes."""
    asked = await ask(work, draft)
    winner = asked.choice.winner
    team_id = winner.rule.team_id if winner else await _default_team(work, draft.category)
    team = await work.session.get(Team, team_id) if team_id else None
    person = (
        _nobody("") if team is None else await _named(work, winner, team) or _in_turn(await turns.next_up(work, team))
    )
    return _decision(asked, team, draft.category, person)


async def _default_team(work: Work, category: Category | None) -> UUID | None:
    if category is None:
        return None
    row = await (await work.reader()).first(_DEFAULT_TEAM, {"category": category.id})
    return row[0] if row else None


async def _person(work: Work, winner: Looked | None, team: Team | None, named: UUID | None) -> _Person:
    if named is not None:
        return _Person(named, PersonBy.ASKED, "Whoever opened the ticket named the person.")
    if team is None:
        return _nobody("")
    return await _named(work, winner, team) or _in_turn(await turns.take(work, team))


async def _named(work: Work, winner: Looked | None, team: Team) -> _Person | None:
    """The person whom the rule names, if they still work for the team at this moment."""
    person_id = winner.rule.assignee_id if winner else None
    if winner is None or person_id is None:
        return None
    person = await work.session.get_one(User, person_id)
    if not await people.is_active_member(work.session, team.id, person_id):
        return _nobody(f"{person.display_name} does not work for {team.name} any more.")
    return _Person(person_id, PersonBy.RULE, f"The rule {winner.rule.name} gives it to {person.display_name}.")


def _in_turn(turn: turns.Turn) -> _Person:
    return _Person(turn.person.id, PersonBy.TURN, turn.because) if turn.person else _nobody(turn.because)


def _nobody(because: str) -> _Person:
    return _Person(None, PersonBy.NOTHING, because)


def _decision(asked: Asked, team: Team | None, category: Category | None, person: _Person) -> Decision:
    looked, winner = asked.choice.looked, asked.choice.winner
    by, because = _why(winner, team, category)
    return Decision(
        looked=[each.rule.version_id for each in looked],
        broken={str(each.rule.version_id): each.rule.broken for each in looked if each.rule.broken},
        held={str(each.rule.version_id): bits for each in looked if (bits := held(each.rule, asked.values))},
        rule_id=winner.rule.id if winner else None, version=winner.rule.version if winner else None,
        rule=winner.rule.name if winner else None,
        keyword=winner.keyword.written if winner and winner.keyword else None,
        seen=pack({name: found for name, found in asked.values.items() if name not in WORDS}),
        team_id=team.id if team else None, team_by=by, team_because=because,
        assignee_id=person.id, assignee_by=person.by, assignee_because=person.because,
    )  # fmt: skip


def _why(winner: Looked | None, team: Team | None, category: Category | None) -> tuple[TeamBy, str]:
    if winner is not None and team is not None:
        said = f'it says "{winner.keyword.written}"' if winner.keyword else "all its conditions hold"
        return TeamBy.RULE, f"The rule {winner.rule.name} sends it to {team.name}: {said}."
    if team is not None and category is not None:
        return TeamBy.CATEGORY, f"No rule matches; what is about {category.name} goes to {team.name}."
    return TeamBy.NOTHING, "No rule matches, and no category says who looks after it: it waits in the triage queue."
