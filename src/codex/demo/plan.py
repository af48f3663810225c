"""From stories to a calendar: who plays which part in which ticket, and when everything happens. Pure.

The same scripts, instant and seed give the same plan. Nothing in it lies after `now`: a story that is not over by
then is an open ticket.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from zoneinfo import ZoneInfo

from codex.classification.values import Answer
from codex.demo import questions, rhythm
from codex.demo.cast import Member
from codex.demo.company import Parts, cast_for
from codex.demo.script import Act, Begin, Move, Opening, Part, Say, Script, Sort, standings
from codex.demo.slots import Slots
from codex.tickets.models import TicketChannel, TicketPriority, TicketStatus

_S = TicketStatus
REACHES = timedelta(days=60)
"""How far back the tickets go."""
STANDING = {
    _S.NEW: (18, timedelta(hours=40)),
    _S.TRIAGED: (9, timedelta(days=4)),
    _S.ASSIGNED: (14, timedelta(days=4)),
    _S.IN_PROGRESS: (18, timedelta(days=7)),
    _S.WAITING_ON_REQUESTER: (16, timedelta(days=9)),
    _S.WAITING_ON_VENDOR: (12, timedelta(days=21)),
    _S.REOPENED: (6, timedelta(days=9)),
    _S.RESOLVED: (18, timedelta(days=7)),
}
"""How many tickets are made to stand in a status now, and how long ago they began, at most if that is possible."""
BY_MAIL = 0.3
LATELY = 0.3
"""The share of the other tickets that began in the last two days."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One act of a story at its instant, its words filled in."""

    at: datetime
    act: Act


@dataclass(frozen=True, slots=True)
class Telling:
    """One ticket to be: a script, the people in it, and everything that happens up to now; `answers`: to each custom
    field, by its name, that it may come to be asked."""

    script: Script
    parts: Parts
    channel: TicketChannel
    opening: Opening
    opened_at: datetime
    scenes: tuple[Scene, ...]
    answers: Mapping[str, Answer]


def plan(scripts: Sequence[Script], *, now: datetime, seed: int = 7) -> list[Telling]:
    """Every ticket of the demo, in the order in which they are opened."""
    rng = Random(seed)  # noqa: S311 - a play, not a secret
    stops = _stops(scripts, rng)
    told = []
    for script in scripts:
        for number, parts in enumerate(cast_for(script, rng)):
            own = Random(f"{seed} {script.key} {number}")  # noqa: S311
            opening = script.openings[number % len(script.openings)]
            told.append(_tell(script, opening, parts, stops.get((script.key, number)), now=now, rng=own))
    return sorted(told, key=lambda telling: telling.opened_at)


def _stops(scripts: Iterable[Script], rng: Random) -> dict[tuple[str, int], int]:
    """After how many acts some stories stop, so that there is work in every status for every team."""
    free = [(script, number) for script in scripts if script.age is None for number in range(script.times)]
    rng.shuffle(free)
    stops: dict[tuple[str, int], int] = {}
    teams = cycle(sorted({script.team for script in scripts}))
    for status, (count, _) in reversed(STANDING.items()):
        for team in (next(teams) for _ in range(count)):
            able = [(s, n) for s, n in free if status in tuple(standings(s.acts))]
            if not able:
                break
            script, number = next(((s, n) for s, n in able if s.team == team), able[0])
            free.remove((script, number))
            places = [place for place, standing in enumerate(standings(script.acts)) if standing is status]
            stops[script.key, number] = rng.choice(places)
    return stops


def _tell(script: Script, opening: Opening, parts: Parts, stop: int | None, *, now: datetime, rng: Random) -> Telling:
    acts = _to_the_end(script.acts) if stop is None else script.acts[:stop]
    opened_at, instants = _timed(script, parts, acts, stop, now=now, rng=rng)
    names = {part.value: member.first_name for part, member in parts.items()}
    slots = Slots(rng, opened_at, {**names, "here": parts[Part.REQUESTER].location})
    return Telling(
        script,
        parts,
        TicketChannel.EMAIL if _is_mailed(script, rng) else TicketChannel.PORTAL,
        Opening(slots.fill(opening.subject), slots.fill(opening.description)),
        opened_at,
        tuple(Scene(at, _filled(act, slots)) for at, act in zip(instants, acts, strict=True) if at <= now),
        {**questions.answers(slots, rng, parts), **dict(script.answers)},
    )


def _to_the_end(acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """What is resolved and nobody has closed is closed some days later."""
    if tuple(standings(acts))[-1] is not TicketStatus.RESOLVED:
        return acts
    by = Part.NEXT if acts[-1].by is Part.NEXT else Part.AGENT
    return (*acts, Move(3 * rhythm.DAY, by, TicketStatus.CLOSED))


def _timed(
    script: Script, parts: Parts, acts: Sequence[Act], stop: int | None, *, now: datetime, rng: Random
) -> tuple[datetime, list[datetime]]:
    """When the ticket is opened, and when each act happens; all of it before now if the story stops or has an age."""
    by = parts[script.opened_by]
    earliest, latest = _span(script, stop, now=now, rng=rng)
    for attempt in range(1000):
        opened_at = _moment(earliest, latest, by, rng)
        if script.age is not None and script.age > timedelta(hours=1):
            opened_at = rhythm.at_work(opened_at, ZoneInfo(by.time_zone))
        instants = list(_instants(script, parts, acts, opened_at, rng))
        if (stop is None and script.age is None) or not instants or instants[-1] <= now:
            break
        if attempt % 5 == 4:
            earliest, latest = earliest - timedelta(hours=8), latest - timedelta(hours=8)
    return opened_at, instants


def _span(script: Script, stop: int | None, *, now: datetime, rng: Random) -> tuple[datetime, datetime]:
    """Between which instants a story begins."""
    if script.age is not None:
        return now - script.age, now - script.age
    if stop is not None:
        _, ago = STANDING[tuple(standings(script.acts))[stop]]
        return _back(now, ago), now
    if rng.random() < LATELY:
        return _back(now, timedelta(days=2)), now
    return now - REACHES, now - timedelta(days=1)


def _back(now: datetime, ago: timedelta) -> datetime:
    """So long ago, and at least before the last working day, so that a Monday morning has some work too."""
    return min(now - ago, rhythm.at_work(now, ZoneInfo("Europe/Berlin")) - timedelta(hours=26))


def _moment(earliest: datetime, latest: datetime, by: Member, rng: Random) -> datetime:
    """An instant in between at which this person is likely to write."""
    zone = ZoneInfo(by.time_zone)
    for _ in range(500):
        at = earliest + (latest - earliest) * rng.random()
        if earliest == latest or rng.random() < rhythm.likelihood(at, zone):
            break
    return at


def _instants(
    script: Script, parts: Parts, acts: Iterable[Act], opened_at: datetime, rng: Random
) -> Iterator[datetime]:
    at, is_urgent = opened_at, script.is_urgent
    for act in acts:
        after = act.after * rng.uniform(0.8, 1.1) + timedelta(seconds=rng.randint(1, 20))
        at = (
            at + after
            if is_urgent and act.after < rhythm.DAY
            else rhythm.later(at, after, ZoneInfo(parts[act.by].time_zone))
        )
        if isinstance(act, Sort) and act.priority is not None:
            is_urgent = act.priority is TicketPriority.P1
        yield at


def _is_mailed(script: Script, rng: Random) -> bool:
    return rng.random() < BY_MAIL and script.opened_by is Part.REQUESTER and not script.is_urgent


def _filled(act: Act, slots: Slots) -> Act:
    return replace(act, body=slots.fill(act.body)) if isinstance(act, Say | Begin) else act
