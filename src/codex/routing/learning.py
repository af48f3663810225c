"""Rules that past tickets would suggest: words, phrases and categories that nearly always went to one team. Pure.

Plain counting, so that each proposal can be checked by hand: of a keyword its support (tickets of the team that have
it) and its precision (of all tickets that have it, the share that the team solved).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from codex.routing.keywords import heard

MOST_KEYWORDS = 20
"""How many keywords, and how many categories, one proposal has."""
FEWEST, PRECISE = 5, 0.8
"""The least support, and the least precision, of what is proposed."""
_ADDS = 2
"""How many tickets of its team a keyword finds that those before it do not."""
_READ = 2_000
"""Characters of a description that are looked at."""
_WORD = re.compile(r"\w+")
T = TypeVar("T", str, UUID)


@dataclass(frozen=True, slots=True)
class Past:
    """A finished ticket: what it said, what it was about, and the team that solved it."""

    team_id: UUID
    subject: str
    description: str = ""
    category_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """A keyword (text) or category that points to a team, and how well."""

    said: str | UUID
    support: int
    precision: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would send tickets to a team: any of these keywords, or any of these categories; and how well that did on
    the tickets that it was learned from."""

    team_id: UUID
    signs: tuple[Sign, ...]
    are_categories: bool
    support: int
    precision: float

    def holds_for(self, ticket: Past, phrases: frozenset[str]) -> bool:
        """Whether it would have matched a ticket that says these phrases."""
        if self.are_categories:
            return any(sign.said == ticket.category_id for sign in self.signs)
        return any(sign.said in phrases for sign in self.signs)


@dataclass(frozen=True, slots=True)
class Checked:
    """How proposals, asked in their order, do on tickets that they were not learned from: of `tickets` they `matched`
    so many, and `agreed` on so many of these with the team that solved them. `guessed`: how many one would get right
    by always saying the team that solved most."""

    tickets: int
    matched: int
    agreed: int
    guessed: int


def propose(past: Sequence[Past]) -> list[Proposal]:
    """What past tickets suggest, the most precise first; for each team at most one by words and one by categories."""
    said = [phrases(ticket) for ticket in past]
    abouts = [frozenset({ticket.category_id}) - {None} for ticket in past]
    found = [
        *_proposals(past, said, are_categories=False),
        *_proposals(past, [frozenset(a for a in about if a) for about in abouts], are_categories=True),
    ]
    return sorted(found, key=lambda each: (-each.precision, -each.support, str(each.team_id)))


def check(proposals: Sequence[Proposal], later: Sequence[Past]) -> Checked:
    """How the proposals do on other tickets."""
    matched = agreed = 0
    for ticket in later:
        said = phrases(ticket)
        won = next((each for each in proposals if each.holds_for(ticket, said)), None)
        matched += won is not None
        agreed += won is not None and won.team_id == ticket.team_id
    usual = Counter(ticket.team_id for ticket in later).most_common(1)
    return Checked(len(later), matched, agreed, usual[0][1] if usual else 0)


def phrases(ticket: Past) -> frozenset[str]:
    """The words of a ticket, from three letters on, and each two words that follow each other with such a one among
    them, as keywords find them."""
    return frozenset(_phrases(heard(ticket.subject, ticket.description[:_READ]).split("\n")))


def _phrases(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        before: re.Match[str] | None = None
        for word in _WORD.finditer(line):
            if _say_something(word[0]):
                yield word[0]
            if before is not None and line[before.end() : word.start()] == " " and _say_something(before[0], word[0]):
                yield line[before.start() : word.end()]
            before = word


def _say_something(*words: str) -> bool:
    return any(len(word) >= 3 and not word.isdigit() for word in words)


def _proposals(past: Sequence[Past], said: Sequence[frozenset[T]], *, are_categories: bool) -> Iterator[Proposal]:
    total = Counter(one for each in said for one in each)
    of_team: defaultdict[UUID, Counter[T]] = defaultdict(Counter)
    for ticket, each in zip(past, said, strict=True):
        of_team[ticket.team_id].update(one for one in each if total[one] >= FEWEST)
    for team_id, counts in of_team.items():
        good = [
            Sign(one, count, count / total[one])
            for one, count in counts.items()
            if count >= FEWEST and count / total[one] >= PRECISE
        ]
        own = [each for ticket, each in zip(past, said, strict=True) if ticket.team_id == team_id]
        signs = _covering(good, own)
        if signs:
            yield _proposal(team_id, signs, past, said, are_categories=are_categories)


def _covering(good: Iterable[Sign], own: Sequence[frozenset[Any]]) -> tuple[Sign, ...]:
    """Of the good signs the most telling that each find tickets of the team which those before do not."""
    left: Mapping[int, frozenset[Any]] = dict(enumerate(own))
    chosen: list[Sign] = []
    for sign in sorted(good, key=_telling):
        rest = {number: said for number, said in left.items() if sign.said not in said}
        if len(left) - len(rest) >= _ADDS:
            chosen.append(sign)
            left = rest
        if len(chosen) == MOST_KEYWORDS or not left:
            break
    return tuple(chosen)


def _telling(sign: Sign) -> tuple[float, bool, int, str]:
    """The most support and precision first; of the same a word before a phrase, and the longer word."""
    said = str(sign.said)
    return -sign.support * sign.precision, " " in said, -len(said), said


def _proposal(
    team_id: UUID,
    signs: tuple[Sign, ...],
    past: Sequence[Past],
    said: Sequence[frozenset[Any]],
    *,
    are_categories: bool,
) -> Proposal:
    wanted = {sign.said for sign in signs}
    hits = [ticket.team_id == team_id for ticket, each in zip(past, said, strict=True) if not wanted.isdisjoint(each)]
    return Proposal(team_id, signs, are_categories, sum(hits), sum(hits) / len(hits))
