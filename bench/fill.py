"""Fills an empty, migrated database with a desk of a given size whose history is true: rows are what events fold to."""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

import psycopg
from sqlalchemy import select

from bench import clocks, fill_sql, plots
from bench.clocks import Promised
from bench.keys import CATEGORY, EVERY, OTHER, TEAM, TICKET, USER, uuid_of, uuid_sql
from bench.words import CATEGORIES, FIRST_NAMES, LAST_NAMES, SENTENCES, SUBJECTS, TEAMS
from codex import reactions
from codex.db.database import Access, Database
from codex.db.work import Work
from codex.kernel.actor import system
from codex.tickets import verify
from codex.tickets.models import Ticket, TicketEvent
from codex.tickets.verify import Difference

TWO_YEARS_US = 2 * 365 * 86_400 * 1_000_000
SAMPLE = 20_000
_CHUNK = 500
_TEAM_PERCENT = (30, 18, 12, 9, 8, 7, 6, 5, 3, 2)
_URGENCY_PERCENT = (3, 17, 60, 20)
_BIG = ["tickets", "ticket_messages", "ticket_events", "sla_instances"]
# Primary keys stay, since foreign keys lean on them; rows come in their order.
_SECONDARY_INDEXES = """
    SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname,
           pg_get_constraintdef(c.oid)
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
    WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary ORDER BY 2"""


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled desk, enough to name every ticket: ticket n was opened at `start_us + n * step_us`, microseconds since
    1970, `now_us` was the present. Survives as JSON."""

    tickets: int
    users: int
    crew: int
    start_us: int
    step_us: int
    now_us: int

    @property
    def agents(self) -> int:
        """How many people work for a team: `crew` in each."""
        return self.crew * len(TEAMS)

    @property
    def team_id(self) -> UUID:
        """The biggest team."""
        return self._id(TEAM, 1)

    @property
    def agent_id(self) -> UUID:
        """An agent of the biggest team."""
        return self._id(USER, 1)

    @property
    def category_id(self) -> UUID:
        """A category that has no others below it."""
        return self._id(CATEGORY, 101)

    @property
    def wide_id(self) -> UUID:
        """Somebody of twenty teams; there once the desk is furnished, as the next two are."""
        return self._id(USER, self.users + 1)

    @property
    def owner_id(self) -> UUID:
        """An owner."""
        return self._id(USER, self.users + 2)

    @property
    def field_id(self) -> UUID:
        """A custom field that every fifth ticket answers."""
        return self._id(OTHER, 1_000_000_001)

    @property
    def clocked(self) -> range:
        """Numbers of the tickets that have clocks: the newest."""
        return range(int(self.tickets * (1 - clocks.SHARE)) + 1, self.tickets + 1)

    @property
    def clocks_since(self) -> datetime:
        """When the policy came into force by which these run."""
        return datetime.fromtimestamp((self.start_us + self.clocked[0] * self.step_us) / 1e6, UTC)

    @property
    def known(self) -> range:
        """Numbers of tickets of the biggest team, in every status."""
        return range(EVERY, self.tickets + 1, EVERY)

    @property
    def steady(self) -> range:
        """Numbers of tickets of the biggest team that wait for the requester and are assigned."""
        first = int(self.tickets * 0.94) // EVERY * EVERY + EVERY
        return range(first, self.tickets + 1, EVERY)

    def ticket_id(self, number: int) -> UUID:
        """The id of ticket `number`."""
        return uuid_of(TICKET, 0, (self.start_us + number * self.step_us) // 1000, number)

    def ticket_id_sql(self, number: str) -> str:
        """The same in SQL; `number` is an expression."""
        millis = f"(({self.start_us} + ({number})::bigint * {self.step_us}) / 1000)"
        return uuid_sql(TICKET, "0", millis, f"({number})::bigint")

    def _id(self, kind: int, number: int) -> UUID:
        return uuid_of(kind, 0, self.start_us // 1000, number)


def plan(tickets: int, *, now_us: int) -> Filled:
    """The desk to be made: people in proportion, tickets evenly over the two years before `now_us`."""
    users = max(60, min(5000, tickets // 100))
    crew = max(3, min(12, tickets // 5000))
    return Filled(tickets, users, crew, now_us - TWO_YEARS_US, TWO_YEARS_US // (tickets + 1), now_us)


def fill(connection: psycopg.Connection, desk: Filled, promised: Promised) -> None:
    """Pour the desk into the database, in one transaction; `promised`: what clocks run by.

    As the owner, foreign keys are checked; as a superuser they are not, which halves the time.
    """
    with connection.transaction():
        _trust(connection)
        params = _params(desk)
        for sql in fill_sql.PEOPLE:
            connection.execute(sql.encode(), params)
        _draft(connection, params)
        with _without_indexes(connection, _BIG):
            for sql in fill_sql.HISTORY:
                connection.execute(sql.encode(), params)
            clocks.pour(connection, promised, first=desk.clocked[0], last=desk.tickets)
        connection.execute(fill_sql.SEQUENCE.encode())
        connection.execute("DROP TABLE bench_ticket, bench_step, bench_ending")


def settle(connection: psycopg.Connection) -> None:
    """What the server would do in the hours after such a day; outside a transaction."""
    connection.execute("VACUUM (ANALYZE)")
    connection.execute("CHECKPOINT")


async def check(access: Access, desk: Filled) -> tuple[int, list[Difference]]:
    """Compare all tickets with their history, or SAMPLE of them where there are more: how many, and what was found."""
    database = Database(access, max_connections=1)
    await database.open()
    compared, found = 0, []
    try:
        async with reactions.works(database).begin(system("Benchmark")) as work:
            chunks = verify.verify(work) if desk.tickets <= SAMPLE else _sample(work, desk)
            async for count, differences in chunks:
                compared += count
                found += differences
    finally:
        await database.close()
    return compared, found


def _trust(connection: psycopg.Connection) -> None:
    connection.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '256MB'")
    connection.execute("SET LOCAL synchronous_commit = off")
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if row and row[0]:
        connection.execute("SET LOCAL session_replication_role = replica")


def _draft(connection: psycopg.Connection, params: dict[str, object]) -> None:
    connection.execute(fill_sql.STEPS.encode())
    with connection.cursor() as cursor:
        for table, rows in (("bench_step", plots.steps()), ("bench_ending", plots.endings())):
            with cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(astuple(row))
        cursor.execute(fill_sql.DRAFT.encode(), params)
        cursor.execute("ANALYZE bench_ticket; ANALYZE bench_step; ANALYZE bench_ending")


@contextmanager
def _without_indexes(connection: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """No secondary indexes on `tables` inside the block, all of them after it: at once they take a fraction."""
    found = connection.execute(_SECONDARY_INDEXES, [tables]).fetchall()
    for table, index, _, constraint, _ in found:
        drop = f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"' if constraint else f"DROP INDEX {index}"
        connection.execute(drop.encode())
    yield
    for table, _, definition, constraint, said in found:
        make = f'ALTER TABLE {table} ADD CONSTRAINT "{constraint}" {said}' if constraint else definition
        connection.execute(make.encode())


def _params(desk: Filled) -> dict[str, object]:
    done, opened = plots.DONE, plots.OPEN
    return {
        "size": desk.tickets, "users": desk.users, "agents": desk.agents, "crew": desk.crew,
        "start_us": desk.start_us, "step_us": desk.step_us, "now_us": desk.now_us, "steady": plots.STEADY,
        "clocks_from": desk.clocked[0],
        "first": list(FIRST_NAMES), "last": list(LAST_NAMES), "subjects": list(SUBJECTS), "sentences": list(SENTENCES),
        "slugs": [t[0] for t in TEAMS], "names": [t[1] for t in TEAMS], "prefixes": [t[2] for t in TEAMS],
        "categories": list(CATEGORIES), "teams": _hundred(_TEAM_PERCENT), "urgencies": _hundred(_URGENCY_PERCENT),
        "done": plots.shares(done, first=0), "done_still": plots.shares(done, first=0, still=plots.STILL),
        "open": plots.shares(opened, first=len(done)),
        "open_still": plots.shares(opened, first=len(done), still=plots.STEADY),
    }  # fmt: skip


def _hundred(percent: tuple[int, ...]) -> list[int]:
    return [number for number, times in enumerate(percent, 1) for _ in range(times)]


async def _sample(work: Work, desk: Filled) -> AsyncIterator[tuple[int, list[Difference]]]:
    numbers = random.Random(1).sample(range(1, desk.tickets + 1), SAMPLE)
    for start in range(0, SAMPLE, _CHUNK):
        ids = [desk.ticket_id(number) for number in numbers[start : start + _CHUNK]]
        tickets = await work.session.scalars(select(Ticket).where(Ticket.id.in_(ids)))
        events = await work.session.scalars(
            select(TicketEvent)
            .where(TicketEvent.ticket_id.in_(ids))
            .order_by(TicketEvent.ticket_id, TicketEvent.version)
        )
        told = {key: list(rows) for key, rows in groupby(events, key=attrgetter("ticket_id"))}
        kept = await verify.hanging_on(work, ids)
        compared = [verify.compare(ticket, told.get(ticket.id, []), kept[ticket.id]) for ticket in tickets]
        yield len(compared), [difference for found in compared for difference in found]
        work.session.expunge_all()
