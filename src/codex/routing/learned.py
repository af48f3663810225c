"""What was learned, and what it is worth, in sentences that can be checked by hand. Pure."""

from collections.abc import Iterator, Sequence

from codex.routing.learning import FEWEST, By, Checked, Proposal

_SHOWN = 3
_SAY = {By.WORDS: "that say", By.CATEGORIES: "about", By.HABIT: "about"}


def because(each: Proposal, team: str, signs: Sequence[str], later: tuple[int, int]) -> str:
    """Why a draft is proposed, and how it has done since: on `later` tickets, how many came to it (drafts before it had
    not taken them), and of how many it was right."""
    named = [f"“{sign}”" for sign in signs[:_SHOWN]]
    more = len(signs) - len(named)
    what = " or ".join([*named, *([f"{more} more"] if more else [])])
    total = round(each.support / each.precision)
    matched, agreed = later
    how = "mostly" if each.by is By.HABIT else "nearly always"
    since = f"of {matched:,} that came to it since, {_percent(agreed, matched)}" if matched else "none came to it since"
    return (
        f"Tickets {_SAY[each.by]} {what} {how} went to {team}: it solved {each.support:,} of {total:,} of them "
        f"({_percent(each.support, total)}); {since}."
    )


def limits(proposals: Sequence[Proposal], checked: Checked, learned_from: int, busiest: str, teams: int) -> list[str]:
    """What the drafts do not do, before anybody switches one on."""
    return list(_limits(proposals, checked, learned_from, busiest, teams))


def _limits(
    proposals: Sequence[Proposal], checked: Checked, learned_from: int, busiest: str, teams: int
) -> Iterator[str]:
    have = len({each.team_id for each in proposals})
    yield (
        f"Learned from {learned_from:,} tickets, as they were when they were opened; {have} of the {teams} teams that "
        f"solved them get a draft: what fewer than {FEWEST} tickets show is not proposed."
    )
    if not checked.tickets:
        yield "There are no later tickets to check this on."
        return
    yield (
        f"Of {checked.tickets:,} later tickets the drafts match {_percent(checked.matched, checked.tickets)}, and of "
        f"these {_percent(checked.agreed, checked.matched)} were solved by the team that they name; the others stay "
        "where today's rules and the categories' teams send them."
    )
    yield (
        f"Always naming {busiest} would be right for {_percent(checked.guessed, checked.tickets)} of them; the drafts, "
        f"and {busiest} for what they do not match, for {_percent(checked.with_rest, checked.tickets)}."
    )
    yield "Which team solved a ticket is not always the one that should have got it first; look at each draft."


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "none"
