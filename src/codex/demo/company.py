"""Who plays which part in a ticket: people as busy and as often in need of help as such people are. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from codex.demo.cast import BERLIN, CAST, EMPLOYEES, EVERYBODY, STAFF, Member
from codex.demo.script import HandOver, Part, Script
from codex.kernel.actor import TeamRole

Parts = Mapping[Part, Member]

_ON_SITE = {"printers", "monitors-docks", "wifi", "room-video", "network"}
"""Categories where somebody has to go and look; so has everything of Facilities, and both are at home in Berlin."""
_ASKS = {"rosa": 4.5, "otto": 1.8}
_WORKS = {"amir": 3.0, "hana": 2.0, "farid": 2.0}


def cast_for(script: Script, rng: Random) -> Iterator[Parts]:
    """The people of each telling of a story; nobody asks the same thing twice while there are others."""
    asked: list[Member] = []
    for _ in range(script.times):
        requester = _requester(script, asked, rng)
        asked.append(requester)
        agent = _agent(script.team, rng, called=script.agent)
        parts = {
            Part.REQUESTER: requester,
            Part.AGENT: agent,
            Part.LEAD: _first(script.team, TeamRole.LEAD),
            Part.ADMIN: _first(script.team, TeamRole.ADMIN, TeamRole.LEAD),
            Part.COLLEAGUE: rng.choice([m for m in members(script.team) if m is not agent]),
        }
        for act in script.acts:
            if isinstance(act, HandOver):
                parts[Part.NEXT] = _agent(act.team, rng)
        yield parts


def members(team: str) -> list[Member]:
    """Who is in a team."""
    return [member for member in EVERYBODY if member.team == team]


def _requester(script: Script, asked: Sequence[Member], rng: Random) -> Member:
    if script.requester:
        return next(m for m in EVERYBODY if script.requester in (m.name, m.key))
    teams = {script.team, *(act.team for act in script.acts if isinstance(act, HandOver))}
    is_on_site = "facilities" in teams or script.category in _ON_SITE
    able = [m for m in EVERYBODY if m.team not in teams and m not in asked and (not is_on_site or m.office is BERLIN)]
    return rng.choices(able, [_ASKS.get(m.key, 2.0 if m in EMPLOYEES else 0.4) for m in able])[0]


def _agent(team: str, rng: Random, *, called: str | None = None) -> Member:
    able = [m for m in (*CAST, *STAFF) if m.team == team and m.team_role is TeamRole.AGENT]
    if called:
        return next(m for m in able if m.key == called)
    return rng.choices(able, [_WORKS.get(m.key, 1.5) for m in able])[0]


def _first(team: str, *roles: TeamRole) -> Member:
    """The one in the team who has the first of these roles that anybody has."""
    return next(m for role in roles for m in members(team) if m.team_role is role)
