"""`load` builds the demo world; `codex demo` and the first start of `codex up` call it.

Everything is one transaction: killed half-way it leaves nothing, and started again it builds all of it. The order
is the order of a desk's life: foundations (people, teams, categories), then what it comes to have (fields, tags,
texts, views, rules, what it promises), then the tickets, and what it does by itself from now on. What falls due in
between is announced when it did.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, text

from codex.audit.models import AdminAuditEvent
from codex.db.work import Work, Works
from codex.demo import conversations, foundations, furnishing, habits, performance, perusal, promises
from codex.demo.cast import EVERYBODY
from codex.demo.desk import TEAMS
from codex.demo.facts import DemoLoaded
from codex.demo.foundations import House
from codex.demo.plan import Scene, Telling, plan
from codex.demo.script import Script
from codex.kernel import clock
from codex.kernel.actor import system
from codex.tickets.models import Ticket

FOUNDED = timedelta(days=400)
"""How long before now the desk began."""
RETIRED = timedelta(days=20)
"""How long ago some options went out of use."""
_LOCK = 0xC0DE_DE30
"""The advisory lock of whoever loads the demo world."""
_NO_TICKET = -1


async def load(works: Works, *, now: datetime | None = None, scripts: Sequence[Script] | None = None) -> str:
    """Build the demo world as of `now`, if it has not been built in this database; returns what was done, in words.

    People, teams and categories that exist by address or slug are taken as they are. `scripts`: only these stories.
    """
    now = now or clock.now()
    async with works.begin(system("Demo"), now=now) as work:
        await work.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if await _is_loaded(work):
            return "The demo world is here already; nothing was added."
        house = await foundations.lay(work, EVERYBODY, at=now - FOUNDED)
        await furnishing.furnish(work, house, at=now - FOUNDED + timedelta(days=30))
        await furnishing.route(work, house, at=now - FOUNDED + timedelta(days=260))
        await promises.make(work, house, at=now - FOUNDED + timedelta(days=300), now=now)
        tellings = plan(scripts or conversations.read(), now=now)
        await _tell(work, house, tellings, now=now)
        await habits.take_up(work, house, at=now)
        work.record(DemoLoaded(tickets=len(tellings)))
    return f"The demo world is loaded: {len(TEAMS)} teams, {len(house.users)} people, {len(tellings)} tickets."


async def _is_loaded(work: Work) -> bool:
    was_loaded = select(AdminAuditEvent.id).where(AdminAuditEvent.type == DemoLoaded.type).limit(1)
    return await work.session.scalar(was_loaded) is not None


async def _tell(work: Work, house: House, tellings: Sequence[Telling], *, now: datetime) -> None:
    """Do everything that happens in all tickets, in the order of time: so numbers ascend with it."""
    tickets: dict[int, Ticket] = {}
    readers, reader = perusal.Readers(), await work.reader()
    for at, number, scene in sorted(_moments(tellings, now), key=lambda moment: moment[:2]):
        await promises.look_after(work, reader, until=at)
        if number == _NO_TICKET:
            await furnishing.retire_options(work, house, at=at)
            continue
        telling = tellings[number]
        if scene is None:
            tickets[number] = await performance.open_ticket(work, house, telling)
        else:
            await performance.play(work, house, telling, tickets[number], scene)
        readers.note(house, telling, tickets[number], scene)
    await promises.look_after(work, reader, until=now)
    await readers.mark(work, house, now=now)


def _moments(tellings: Sequence[Telling], now: datetime) -> Iterator[tuple[datetime, int, Scene | None]]:
    yield now - RETIRED, _NO_TICKET, None
    for number, telling in enumerate(tellings):
        yield telling.opened_at, number, None
        for scene in telling.scenes:
            yield scene.at, number, scene
