"""Rehearsing an automation rule: what it would have done to the tickets of a period, and which rules it would fight."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from uuid import UUID

from codex.automation.models import TIMED, Trigger
from codex.db.database import Reader
from codex.db.work import Work
from codex.kernel.criteria.tree import explain
from codex.rehearsal.answers import Match, Rehearsed
from codex.rehearsal.drafts import Draft
from codex.rehearsal.fights import Fights
from codex.rehearsal.lives import Life
from codex.rehearsal.occasions import Occasion, Past, fields_of, occasions
from codex.rehearsal.period import Period
from codex.rehearsal.progress import Going, Tell
from codex.rehearsal.reading import CHANGED, UP_TO_THE_END, Wanted, lives
from codex.rehearsal.tally import Tally, done, mails
from codex.tickets.lifecycle import DONE
from codex.tickets.veil import veiled

_STILL_OPEN = "tickets.created_at < %(until)s AND (tickets.updated_at >= %(since)s OR tickets.completed_at IS NULL)"
_ALSO_DONE = f"({_STILL_OPEN} OR (tickets.created_at < %(until)s AND tickets.status IN ({{done}})))"
_STOPPED = """
    SELECT x.event_id, x.rule_id, x.rule_version FROM automation_executions x
    WHERE x.ticket_id = ANY(%(ids)s) AND x.success AND x.actions @> '[{"type": "stop"}]' AND x.event_id IS NOT NULL"""
_OVER = """
    SELECT x.stay_event_id FROM automation_executions x
    WHERE x.rule_id = %(rule)s AND x.ticket_id = ANY(%(ids)s) AND x.stay_event_id IS NOT NULL
      AND x.executed_at < %(since)s"""


async def rehearse(work: Work, draft: Draft, period: Period, *, tell: Tell | None = None) -> Rehearsed:
    """What the rule would have done in the period, on the tickets whose internal side the actor sees now.

    Raises Unprocessable for a period with more events than one answer is for.
    """
    replay, tally, fights = Replay(work, draft, period, tell=tell), Tally(), Fights(draft)
    async for occasion in replay.occasions(fights):
        tally.add(occasion.life.ticket_id, occasion.at, partial(_match, draft, occasion))
        fights.look(occasion)
    actions, count = draft.rule.actions, tally.count
    return Rehearsed(
        events_examined=replay.going.events, match_count=count,
        matches=await veiled(await work.reader(), work.actor, tally.first),
        ticket_count=len(tally.tickets), actions=done(actions, count), mails_out=mails(draft.all_of(draft.rule), count),
        conflicts=fights.told(),
    )  # fmt: skip


def _match(draft: Draft, occasion: Occasion) -> Match:
    findings = explain(draft.rule.conditions, occasion.values)
    life = occasion.life
    return Match(ticket_id=life.ticket_id, display_id=life.display_id, at=occasion.at, conditions=findings)


class Replay:
    """The tickets of a period lived again for a draft. `going`: how many events of the period were looked at."""

    def __init__(self, work: Work, draft: Draft, period: Period, *, tell: Tell | None = None) -> None:
        self._work, self._draft, self._period = work, draft, period
        self.going = Going(tell)

    async def occasions(self, fights: Fights | None = None) -> AsyncIterator[Occasion]:
        """Every time that the draft would have acted, ticket by ticket. `fights`: what else is going to be asked."""
        fields = [*fields_of(self._draft.rule), *(fights.fields if fights else ())]
        wanted = Wanted(_which(self._draft), UP_TO_THE_END, fields)
        async for some in lives(self._work, self._period, wanted, self.going):
            past = await _past(await self._work.reader(), self._draft, self._period, [life.ticket_id for life in some])
            for life in some:
                self._count(life)
                for occasion in occasions(life, self._draft, self._period, past):
                    yield occasion

    def _count(self, life: Life) -> None:
        since = self._period.since
        self.going.look(sum(event.created_at >= since for event in life.events))


def _which(draft: Draft) -> str:
    """Tickets that something happened to, and for a rule that time wakes those as well that only waited."""
    if draft.rule.terms.trigger not in TIMED:
        return CHANGED
    done = ", ".join(f"'{status.value}'" for status in sorted(draft.rule.statuses.intersection(DONE)))
    return _ALSO_DONE.format(done=done) if done else _STILL_OPEN


async def _past(reader: Reader, draft: Draft, period: Period, ids: Sequence[UUID]) -> Past:
    trigger: Trigger = draft.rule.terms.trigger
    stopped: dict[UUID, list[tuple[UUID, int]]] = {}
    if trigger in TIMED:
        asked = {"rule": draft.stored_id, "ids": ids, "since": period.since}
        return Past(stopped, {row[0] for row in await reader.all(_OVER, asked)} if draft.stored_id else ())
    for event_id, rule_id, version in await reader.all(_STOPPED, {"ids": ids}):
        stopped.setdefault(event_id, []).append((rule_id, version))
    return Past(stopped, ())
