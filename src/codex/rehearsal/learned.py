"""Rehearsing what routing has learned: how today's rules, and those with all its drafts behind them, agree with who
solved the tickets since."""

from collections.abc import Sequence

from msgspec import Struct

from codex.db.work import Work
from codex.kernel.ids import new_id
from codex.rehearsal.period import Period
from codex.rehearsal.routing import RoutingReplay
from codex.rehearsal.routing_drafts import RoutingDraft
from codex.routing.active import active_rules
from codex.routing.conditions import of_new
from codex.routing.drafting import ProposalRow
from codex.routing.terms import RuleTerms, rule_of


class Agreed(Struct, frozen=True, rename="camel", kw_only=True):
    """Of so many `solved` tickets, on how many today's rules agree with the team that solved them (`todayAgrees`), and
    on how many they would with the drafts behind them (`withDrafts`)."""

    solved: int
    today_agrees: int
    with_drafts: int


async def rehearse(work: Work, proposals: Sequence[ProposalRow], period: Period) -> Agreed:
    """Over the solved tickets received in the period, each as it was then, with one draft at least; the categories' own
    teams come last."""
    reader = await work.reader()
    words = await of_new(reader, [each.conditions for each in proposals])
    drafts = [rule_of(new_id(), 1, 0, _terms(each), words) for each in proposals]
    today = await active_rules(reader)
    replay = RoutingReplay(RoutingDraft(drafts[0], today, [*today, *drafts]))
    await replay.run(work, period)
    found = await replay.confusion(reader)
    return Agreed(solved=found.solved, today_agrees=found.today_agrees, with_drafts=found.draft_agrees)


def _terms(each: ProposalRow) -> RuleTerms:
    return RuleTerms(
        name=each.name, keywords=[sign.said for sign in each.keywords], conditions=each.conditions,
        team_id=each.team_id, assignee_id=None, priority=0, is_active=True,
    )  # fmt: skip
