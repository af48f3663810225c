"""Rehearsing a routing rule: which new tickets it would have taken, and how that agrees with who solved them."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from codex.db.database import Reader
from codex.db.work import Work
from codex.kernel.criteria.tree import Values, explain
from codex.rehearsal.answers import Agreement, Called, Clash, Conflict, Confusion, Match, Rehearsed
from codex.rehearsal.fights import DRAFT, OTHER
from codex.rehearsal.lives import Life
from codex.rehearsal.period import Period
from codex.rehearsal.progress import Going, Tell
from codex.rehearsal.reading import OPENED, Wanted, lives
from codex.rehearsal.recorded import Recorded
from codex.rehearsal.routing_drafts import RoutingDraft
from codex.rehearsal.tally import Tally
from codex.routing.choose import Looked, Rule, choose, fields_of, look
from codex.routing.keywords import heard
from codex.tickets.veil import veiled

_FIRST_MOMENT = "e.created_at = (SELECT t.created_at FROM tickets t WHERE t.id = e.ticket_id)"
_DEFAULT_TEAMS = """
    WITH RECURSIVE above AS (
        SELECT c.id AS category_id, c.parent_id, c.default_team_id, 0 AS distance FROM categories c UNION ALL
        SELECT above.category_id, c.parent_id, c.default_team_id, above.distance + 1
        FROM above JOIN categories c ON c.id = above.parent_id)
    SELECT DISTINCT ON (above.category_id) above.category_id, t.id
    FROM above JOIN teams t ON t.id = above.default_team_id AND t.is_active
    ORDER BY above.category_id, above.distance"""
_SOLVED = """
    SELECT t.id, t.assigned_team_id FROM tickets t
    WHERE t.id = ANY(%(ids)s) AND t.completed_at IS NOT NULL AND t.merged_into_id IS NULL"""
_NAMES = "SELECT t.id, t.name FROM teams t WHERE t.id = ANY(%(ids)s)"
_Way = tuple[UUID | None, UUID | None, UUID | None]


class RoutingReplay:
    """New tickets of a period looked at by today's rules, and by those with the draft among them."""

    def __init__(self, draft: RoutingDraft, *, tell: Tell | None = None) -> None:
        self._draft = draft
        self.going, self.tally = Going(tell), Tally()
        self._ways: Counter[_Way] = Counter()
        self._taken: Counter[tuple[UUID, str]] = Counter()
        self._first: dict[tuple[UUID, str], Life] = {}
        self._default: dict[UUID, UUID] = {}

    async def run(self, work: Work, period: Period) -> None:
        """Look at all of them. Raises Unprocessable for a period with more events than one answer is for."""
        reader, asked = await work.reader(), fields_of([*self._draft.with_it, *self._draft.today])
        self._default = dict(await reader.all(_DEFAULT_TEAMS))
        async for some in lives(work, period, Wanted(OPENED, _FIRST_MOMENT, asked), self.going):
            self.going.look(len(some))
            solved = await _solved(reader, some)
            for life in some:
                _open(life)
                self._look(life, life.values(asked, now=life.events[0].created_at), solved)

    def _look(self, life: Life, values: Values, solved: dict[UUID, UUID | None]) -> None:
        state = life.state
        assert state is not None
        words = heard(state.subject, state.description)
        today = choose(self._draft.today, words, values).winner
        with_it = choose(self._draft.with_it, words, values).winner
        fallback = self._default.get(state.category_id) if state.category_id else None
        if _nobody_named_a_team(life.events):
            self._count(life, values, words, with_it, today)
        if life.ticket_id in solved:
            self._ways[_team(today, fallback), _team(with_it, fallback), solved[life.ticket_id]] += 1

    def _count(self, life: Life, values: Values, words: str, with_it: Looked | None, today: Looked | None) -> None:
        rule, at = self._draft.rule, life.events[0].created_at
        wins = with_it is not None and with_it.rule.id == rule.id
        if with_it is not None and wins:
            self.tally.add(life.ticket_id, at, partial(_match, life, rule, values, with_it))
        rival = today.rule if today is not None and today.rule.id != rule.id else None
        if rival is not None and rival.team_id != rule.team_id and (wins or look(rule, words, values).matched):
            key = (rival.id, DRAFT if wins else OTHER)
            self._taken[key] += 1
            self._first.setdefault(key, life)

    def conflicts(self) -> list[Conflict]:
        """Called rules that match the same tickets and send them to another team, the most frequent ones first."""
        rules = {rule.id: rule for rule in self._draft.today}
        return [self._conflict(rules[key], wins, count) for (key, wins), count in self._taken.most_common()]

    def _conflict(self, rival: Rule, wins: str, count: int) -> Conflict:
        first = self._first[rival.id, wins]
        return Conflict(
            rule=Called(rival.id, rival.name), kind=Clash.SAME_EVENT, sets="team", draft=str(self._draft.rule.team_id),
            other=str(rival.team_id), wins=wins, count=count, ticket_id=first.ticket_id, display_id=first.display_id,
            at=first.events[0].created_at,
        )  # fmt: skip

    async def confusion(self, reader: Reader) -> Confusion:
        """Over all solved tickets that were looked at, whoever chose their first team."""
        ids = {team for way in self._ways for team in way if team is not None}
        names: dict[UUID, str] = dict(await reader.all(_NAMES, {"ids": list(ids)}))
        ordered = sorted(self._ways.items(), key=lambda each: (-each[1], str(each[0])))
        return Confusion(
            solved=self._ways.total(),
            today_agrees=sum(count for (today, _, solver), count in ordered if today == solver),
            draft_agrees=sum(count for (_, draft, solver), count in ordered if draft == solver),
            table=[_agreement(way, count) for way, count in ordered],
            teams={str(key): name for key, name in names.items()},
        )


async def rehearse(work: Work, draft: RoutingDraft, period: Period, *, tell: Tell | None = None) -> Rehearsed:
    """Which tickets received in the period the rule would have taken, of those that the actor works on now."""
    replay = RoutingReplay(draft, tell=tell)
    await replay.run(work, period)
    count = replay.tally.count
    actions = {"assign_team": count, **({"assign_user": count} if draft.rule.assignee_id else {})}
    return Rehearsed(
        matches=await veiled(await work.reader(), work.actor, replay.tally.first),
        events_examined=replay.going.events, match_count=count, ticket_count=count,
        actions=actions if count else {}, mails_out=0, conflicts=replay.conflicts(),
        confusion=await replay.confusion(await work.reader()),
    )  # fmt: skip


def _open(life: Life) -> None:
    """Let happen what opened the ticket: what came of that, and what rules did about it, came after routing."""
    upto = next((event.version for event in life.events if event.cause_id is not None), None)
    life.live_until(upto - 1 if upto else life.events[-1].version)


def _nobody_named_a_team(events: Sequence[Recorded]) -> bool:
    """Whether routing had, or would have had, a say: it decided then, or the ticket was imported."""
    return events[0].actor_kind == "import" or any(event.type == "ROUTED" for event in events)


def _agreement(way: _Way, count: int) -> Agreement:
    today, draft, solver = (str(team) if team else None for team in way)
    return Agreement(today, draft, solver, count)


def _team(winner: Looked | None, fallback: UUID | None) -> UUID | None:
    return winner.rule.team_id if winner else fallback


def _match(life: Life, rule: Rule, values: Values, looked: Looked) -> Match:
    keyword = looked.keyword.written if looked.keyword else None
    return Match(
        ticket_id=life.ticket_id, display_id=life.display_id, at=life.events[0].created_at,
        conditions=explain(rule.conditions, values), keyword=keyword,
    )  # fmt: skip


async def _solved(reader: Reader, some: Sequence[Life]) -> dict[UUID, UUID | None]:
    return dict(await reader.all(_SOLVED, {"ids": [life.ticket_id for life in some]}))
