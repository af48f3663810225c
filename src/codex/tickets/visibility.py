"""Who sees a ticket, and through what; what somebody may do with it, and why or why not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from codex.db.database import Reader
from codex.identity import queries as people
from codex.kernel.actor import Actor
from codex.kernel.errors import NotFound, require
from codex.tickets.models import AccessLevel, Ties
from codex.tickets.policy import REQUESTER_MOVES, RIGHTS, Operation, Relation, may, relations
from codex.tickets.reading import Seen
from codex.tickets.rows import PersonRef, Row


class OnlookerRow(Row, frozen=True):
    """Somebody who sees a ticket. `via`: through what, at least one; `MEMBER of it` names a team by its slug."""

    user: PersonRef
    via: list[str]
    may_reply: bool
    may_see_notes: bool


class Verdict(Row, frozen=True):
    """Whether somebody may do something, and through what, or what is missing."""

    allowed: bool
    because: str


_R = Relation
_ROLES: Mapping[Relation, tuple[str, ...]] = MappingProxyType(
    {_R.MA: ("MEMBER",), _R.ML: ("MEMBER", "LEAD"), _R.MT: ("MEMBER", "ADMIN")}
)
_AS: Mapping[Relation, str] = MappingProxyType(
    {
        _R.REQ: "the requester",
        _R.FOL: "a follower",
        _R.ASG: "the assignee",
        _R.MA: "an agent of the team",
        _R.ML: "a lead of the team",
        _R.MT: "an admin of the team",
        _R.GR: "somebody of a team with READ access",
        _R.GW: "somebody of a team with WRITE access",
        _R.OW: "an owner",
    }
)


async def onlookers(reader: Reader, actor: Actor, ticket: Seen, *, now: datetime) -> list[OnlookerRow]:
    """Everybody active who sees the ticket, by name. Raises Forbidden for who does not see its internal side."""
    require(may(actor, Operation.SEE_INTERNAL, ticket), "You may not see who sees this ticket.")
    surroundings = await _look_around(reader, ticket, now=now)
    found = []
    for person in await people.actors_of(reader, surroundings.people):
        seen = surroundings.to(person)
        if person.id and may(person, Operation.VIEW, seen):
            user = PersonRef(person.id, person.name, person.email)
            notes = may(person, Operation.SEE_INTERNAL, seen)
            found.append(OnlookerRow(user, surroundings.via(person), may(person, Operation.REPLY, seen), notes))
    return found


async def powers(
    reader: Reader, actor: Actor, ticket: Seen, user_id: UUID, *, now: datetime
) -> dict[Operation, Verdict]:
    """What somebody may do with the ticket, and why or why not. Raises Forbidden for who does not see its internal
    side, NotFound for nobody."""
    require(may(actor, Operation.SEE_INTERNAL, ticket), "You may not see what others may do with this ticket.")
    if await reader.first("SELECT FROM users WHERE id = %(id)s", {"id": user_id}) is None:
        raise NotFound("There is no such person.")
    found = await people.actors_of(reader, [user_id])
    if not found:
        return dict.fromkeys(Operation, Verdict(allowed=False, because="Their account is deactivated."))
    (person,) = found
    seen = (await _look_around(reader, ticket, now=now)).to(person)
    return {operation: verdict(person, operation, seen) for operation in Operation}


def verdict(person: Actor, operation: Operation, ticket: Seen) -> Verdict:
    """Whether a person may do something, in words. `allowed` is what `policy.may` says."""
    held, cells = relations(person, ticket), RIGHTS[operation]
    conditional = []
    for relation in (each for each in Relation if each in held & cells.keys()):
        condition = cells[relation]
        told = f"{_AS[relation]}, {condition.__doc__}" if condition.__doc__ != "Y" else _AS[relation]
        if condition(person, ticket):
            return Verdict(allowed=True, because=f"As {told}.")
        conditional.append(told)
    if not held:
        return Verdict(allowed=False, because="To them this ticket does not exist.")
    if conditional:
        return Verdict(allowed=False, because=f"The condition does not hold: as {'; as '.join(conditional)}.")
    names = " and ".join(_AS[each] for each in Relation if each in held)
    moves = REQUESTER_MOVES.get(ticket.status, ()) if Relation.REQ in held else ()
    if operation is Operation.CHANGE and moves:
        return Verdict(allowed=False, because=f"As {names} they may only make it {' or '.join(moves)}.")
    return Verdict(allowed=False, because=f"Not as {names}.")


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What decides who may do what with a ticket, for everybody near it; grants are by team: slug and level."""

    ticket: Seen
    team: str | None
    followers_may_reply: bool
    followers: frozenset[UUID]
    grants: Mapping[UUID, tuple[str, AccessLevel]]
    people: frozenset[UUID]

    def to(self, person: Actor) -> Seen:
        """The ticket as far as the person's rights go."""
        assert person.id is not None
        levels = {level for _, level in self._grants_of(person)}
        best = AccessLevel.WRITE if AccessLevel.WRITE in levels else AccessLevel.READ if levels else None
        ties = Ties(person.id in self.followers, best, self.followers_may_reply)
        ticket = self.ticket
        return Seen(ticket.id, ticket.status, ticket.requester_id, ticket.assigned_team_id, ticket.assignee_id,
                    {person.id: ties}, ticket.version)  # fmt: skip

    def via(self, person: Actor) -> list[str]:
        """Through what the person sees the ticket."""
        held = relations(person, self.to(person))
        roles = [role for relation in _ROLES if relation in held for role in _ROLES[relation]]
        return [
            *(["REQUESTER"] if _R.REQ in held else []),
            *(["ASSIGNEE"] if _R.ASG in held else []),
            *(f"{role} of {self.team}" for role in roles),
            *(f"GRANT {level} to {team}" for team, level in self._grants_of(person)),
            *(["FOLLOWER"] if person.id in self.followers else []),
            *(["OWNER"] if _R.OW in held else []),
        ]

    def _grants_of(self, person: Actor) -> Iterator[tuple[str, AccessLevel]]:
        return (grant for team, grant in self.grants.items() if team in person.team_roles)


async def _look_around(reader: Reader, ticket: Seen, *, now: datetime) -> _Surroundings:
    params = {"ticket": ticket.id, "team": ticket.assigned_team_id, "now": now}
    team = await reader.first("SELECT slug, followers_may_reply FROM teams WHERE id = %(team)s", params)
    grants = await reader.all(
        """SELECT g.team_id, t.slug, g.access_level::text FROM ticket_access g JOIN teams t ON t.id = g.team_id
           WHERE g.ticket_id = %(ticket)s AND (g.expires_at IS NULL OR g.expires_at > %(now)s) ORDER BY t.slug""",
        params,
    )
    followers = await reader.all("SELECT user_id FROM ticket_followers WHERE ticket_id = %(ticket)s", params)
    near = await reader.all(
        """SELECT user_id FROM team_members WHERE team_id = ANY(%(teams)s)
           UNION SELECT id FROM users WHERE primary_team_id = ANY(%(teams)s) OR role = 'OWNER'""",
        {"teams": [ticket.assigned_team_id, *(row[0] for row in grants)]},
    )
    return _Surroundings(
        ticket, team[0] if team else None, team[1] if team else True,
        frozenset(row[0] for row in followers),
        {row[0]: (row[1], AccessLevel(row[2])) for row in grants},
        frozenset({ticket.requester_id, *(row[0] for row in (*followers, *near))}),
    )  # fmt: skip
