"""Rules that past tickets would suggest: words, phrases and categories that went to one team, nearly always or mostly.

Pure.

Plain counting, so that each proposal can be checked by hand: of a keyword its support (tickets of the team that have
it) and its precision (of all tickets that have it, the share that the team solved).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from codex.routing.keywords import heard

MOST_KEYWORDS = 20
"""How many keywords, and how many categories, one proposal has."""
FEWEST, PRECISE, MOSTLY = 5, 0.8, 0.5
"""The least support, and the least precision, of what is proposed: as a sign, and as what a category mostly is."""
_ADDS = 2
"""How many tickets of its team a keyword finds that those before it do not."""
_READ = 2_000
"""Characters of a description that are looked at."""
_WORD = re.compile(r"\w+")
T = TypeVar("T", str, UUID)


class By(StrEnum):
    """What a proposal goes by: words, or categories, that nearly always went to its team; or categories that mostly
    did, for what nothing better is known of."""

    WORDS = "words"
    CATEGORIES = "categories"
    HABIT = "habit"


@dataclass(frozen=True, slots=True)
class Past:
    """A finished ticket: what it said and was about when it was opened, and the team that solved it."""

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
    by: By
    support: int
    precision: float

    @property
    def are_categories(self) -> bool:
        """Whether its signs are categories, not words."""
        return self.by is not By.WORDS

    def holds_for(self, ticket: Past, phrases: frozenset[str]) -> bool:
        """Whether it would have matched a ticket that says these phrases."""
        if self.are_categories:
            return any(sign.said == ticket.category_id for sign in self.signs)
        return any(sign.said in phrases for sign in self.signs)


@dataclass(frozen=True, slots=True)
class Checked:
    """How proposals, asked in their order, do on tickets that they were not learned from: of `tickets` they `matched`
    so many, and `agreed` on so many of these with the team that solved them; `each`: the same of every proposal, for
    what it got. `guessed`: how many one would get right by always saying the `busiest` team, that solved most of what
    was learned from; `with_rest`: by saying so of what no proposal matched."""

    tickets: int
    matched: int
    agreed: int
    each: tuple[tuple[int, int], ...]
    busiest: UUID
    guessed: int
    with_rest: int


def propose(past: Sequence[Past]) -> list[Proposal]:
    """What past tickets suggest, habits last, the most precise first; for each team at most one by each."""
    said = [phrases(ticket) for ticket in past]
    abouts = [frozenset((ticket.category_id,) if ticket.category_id else ()) for ticket in past]
    found = [
        *_proposals(past, said, By.WORDS),
        *_proposals(past, abouts, By.CATEGORIES),
        *_proposals(past, abouts, By.HABIT),
    ]
    return sorted(found, key=lambda each: (each.by is By.HABIT, -each.precision, -each.support, str(each.team_id)))


def check(proposals: Sequence[Proposal], past: Sequence[Past], later: Sequence[Past]) -> Checked:
    """How the proposals do on tickets later than those that they were learned from, of which there are some."""
    matched, agreed, rest = Counter[int](), Counter[int](), 0
    busiest = Counter(ticket.team_id for ticket in past).most_common(1)[0][0]
    for ticket in later:
        said = phrases(ticket)
        won = next((n for n, each in enumerate(proposals) if each.holds_for(ticket, said)), None)
        if won is None:
            rest += ticket.team_id == busiest
        else:
            matched[won] += 1
            agreed[won] += proposals[won].team_id == ticket.team_id
    return Checked(
        len(later), matched.total(), agreed.total(), tuple((matched[n], agreed[n]) for n in range(len(proposals))),
        busiest, sum(ticket.team_id == busiest for ticket in later), agreed.total() + rest,
    )  # fmt: skip


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


def _proposals(past: Sequence[Past], said: Sequence[frozenset[T]], by: By) -> Iterator[Proposal]:
    least, below = (MOSTLY, PRECISE) if by is By.HABIT else (PRECISE, 2.0)
    total = Counter(one for each in said for one in each)
    of_team: defaultdict[UUID, Counter[T]] = defaultdict(Counter)
    for ticket, each in zip(past, said, strict=True):
        of_team[ticket.team_id].update(one for one in each if total[one] >= FEWEST)
    for team_id, counts in of_team.items():
        good = [
            Sign(one, count, count / total[one])
            for one, count in counts.items()
            if count >= FEWEST and least <= count / total[one] < below
        ]
        own = [each for ticket, each in zip(past, said, strict=True) if ticket.team_id == team_id]
        signs = _covering(good, own)
        if signs:
            yield _proposal(team_id, signs, past, said, by)


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
    team_id: UUID, signs: tuple[Sign, ...], past: Sequence[Past], said: Sequence[frozenset[Any]], by: By
) -> Proposal:
    wanted = {sign.said for sign in signs}
    hits = [ticket.team_id == team_id for ticket, each in zip(past, said, strict=True) if not wanted.isdisjoint(each)]
    return Proposal(team_id, signs, by, sum(hits), sum(hits) / len(hits))
