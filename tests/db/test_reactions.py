"""What else happens: in waves, each kept before any of it is reacted to, in the same transaction, so deep at most."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest
import structlog
from sqlalchemy import select
from structlog.testing import capture_logs

from codex import reactions
from codex.audit.models import AdminAuditEvent
from codex.db.work import Work
from codex.kernel.facts import AdminFact, Fact
from codex.tickets import queries, triage
from codex.tickets.facts import PriorityChanged
from codex.tickets.models import TicketPriority
from world import World

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang(AdminFact):
    """A bell rang."""

    type: ClassVar[str] = "RANG"
    name: str

    def payload(self) -> dict[str, object]:
        return {"name": self.name}


@dataclass
class Bells:
    """A reaction that notes what it sees and lets each bell ring others."""

    rings: dict[str, tuple[str, ...]]
    heard: list[str]
    kept: list[list[str]]

    async def react(self, work: Work, fact: Fact) -> None:
        assert isinstance(fact, Rang)
        await work.session.flush()
        events = await work.session.scalars(select(AdminAuditEvent.payload).where(AdminAuditEvent.type == "RANG"))
        self.heard.append(fact.name)
        self.kept.append([event["name"] for event in events])
        for name in self.rings.get(fact.name, self.rings.get("*", ())):
            work.record(Rang(name=name))


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bells]:
    bells = Bells({}, [], [])
    monkeypatch.setattr(reactions, "REACTIONS", (bells.react,))
    yield bells


async def rung(world: World) -> list[str]:
    query = select(AdminAuditEvent.payload).where(AdminAuditEvent.type == "RANG").order_by(AdminAuditEvent.id)
    async with world.session() as session:
        return [payload["name"] for payload in await session.scalars(query)]


async def test_facts_of_one_wave_are_kept_before_the_first_is_reacted_to(world: World, bells: Bells) -> None:
    bells.rings = {"a": ("a1", "a2"), "b": ("b1",)}
    async with world.work(as_=world.ona) as work:
        work.record(Rang(name="a"))
        work.record(Rang(name="b"))

    assert bells.heard == ["a", "b", "a1", "a2", "b1"]
    assert bells.kept == [["a", "b"]] * 2 + [["a", "b", "a1", "a2", "b1"]] * 3
    assert await rung(world) == ["a", "b", "a1", "a2", "b1"]


async def test_consequences_end_at_the_depth_and_what_happened_is_still_kept(
    world: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "log", structlog.get_logger("codex.reactions"))  # one that nobody has used yet
    bells.rings = {"*": ("again",)}
    with capture_logs() as logs:
        async with world.work(as_=world.ona) as work:
            work.record(Rang(name="first"))

    assert len(bells.heard) == reactions.DEPTH
    assert await rung(world) == ["first"] + ["again"] * reactions.DEPTH
    assert [(entry["event"], entry["facts"]) for entry in logs] == [("reactions cut off", ["RANG"])]


async def test_a_work_may_settle_more_than_once_and_each_time_as_deep(world: World, bells: Bells) -> None:
    bells.rings = {"*": ("again",)}
    async with world.work(as_=world.ona) as work:
        work.record(Rang(name="first"))
        async with work.step(work.actor, now=work.now) as step:
            step.record(Rang(name="second"))

    assert len(bells.heard) == 2 * reactions.DEPTH
    assert bells.heard.index("second") == reactions.DEPTH


async def test_a_consequence_names_the_event_that_caused_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = await world.ticket(team=world.it)

    async def calm(work: Work, fact: Fact) -> None:
        if isinstance(fact, PriorityChanged) and fact.new is not TicketPriority.P4:
            await triage.set_priority(work, fact.ticket, TicketPriority(f"P{int(fact.new.value[1]) + 1}"))

    monkeypatch.setattr(reactions, "REACTIONS", (calm,))
    async with world.work(as_=world.lena, now="2026-03-02T12:00Z") as work:
        await triage.set_priority(work, await queries.visible(work, ticket.id, lock=True), TicketPriority.P1)
        assert (work.cause_id, work.depth) == (None, 0)

    first, *later = [e for e in await world.events(ticket) if e.type == "PRIORITY_CHANGED"]
    assert [event.payload["to"] for event in (first, *later)] == ["P1", "P2", "P3", "P4"]
    assert [event.cause_id for event in (first, *later)] == [None, first.id, *(event.id for event in later[:-1])]
    assert await world.differences() == []


async def test_the_cause_is_forgotten_with_its_consequences(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = await world.ticket(team=world.it)
    monkeypatch.setattr(reactions, "REACTIONS", ())
    async with world.work(as_=world.lena, now="2026-03-02T12:00Z") as work:
        found = await queries.visible(work, ticket.id, lock=True)
        await triage.set_priority(work, found, TicketPriority.P1)
        async with work.step(work.actor, now=work.now) as step:
            await triage.set_priority(step, found, TicketPriority.P2)
        await triage.set_priority(work, found, TicketPriority.P3)

    assert [event.cause_id for event in await world.events(ticket)] == [None] * 4
