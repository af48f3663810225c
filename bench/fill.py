"""Fills an empty, migrated database with a desk of a given size whose history is true: rows are what events fold to."""

from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass

import psycopg

from bench import fill_sql, indexes, plots
from bench.keys import CATEGORY, EVERY, TEAM, USER, Timeline, uuid_of
from bench.words import CATEGORIES, FIRST_NAMES, LAST_NAMES, SENTENCES, SUBJECTS, TEAMS

TWO_YEARS_US = 2 * 365 * 86_400 * 1_000_000
_TEAM_PERCENT = (30, 18, 12, 9, 8, 7, 6, 5, 3, 2)
_URGENCY_PERCENT = (3, 17, 60, 20)
_BIG = ["tickets", "ticket_messages", "ticket_events"]


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled desk: its size in tickets and its people; enough to name every ticket. Survives as JSON."""

    tickets: int
    users: int
    crew: int
    start_us: int
    step_us: int
    now_us: int

    @property
    def timeline(self) -> Timeline:
        """When tickets were opened."""
        return Timeline(self.start_us, self.step_us, self.now_us)

    @property
    def agents(self) -> int:
        """How many people work for a team: `crew` in each."""
        return self.crew * len(TEAMS)

    @property
    def team_id(self) -> str:
        """The biggest team."""
        return str(self._id(TEAM, 1))

    @property
    def agent_email(self) -> str:
        """An agent of the biggest team."""
        return "person1@bench.example"

    @property
    def agent_id(self) -> str:
        """The same, by id."""
        return str(self._id(USER, 1))

    @property
    def category_id(self) -> str:
        """A category that has no others below it."""
        return str(self._id(CATEGORY, 101))

    @property
    def steady(self) -> range:
        """Numbers of tickets of the biggest team that are in progress and assigned."""
        first = int(self.tickets * 0.94) // EVERY * EVERY + EVERY
        return range(first, self.tickets + 1, EVERY)

    @property
    def known(self) -> range:
        """Numbers of tickets of the biggest team, in every status."""
        return range(EVERY, self.tickets + 1, EVERY)

    def _id(self, kind: int, number: int) -> object:
        return uuid_of(kind, 0, self.start_us // 1000, number)


def plan(tickets: int, *, now_us: int) -> Filled:
    """The desk to be made: people in proportion, tickets evenly over the two years before `now_us`."""
    users = max(60, min(5000, tickets // 100))
    crew = max(3, min(12, tickets // 5000))
    return Filled(tickets, users, crew, now_us - TWO_YEARS_US, TWO_YEARS_US // (tickets + 1), now_us)


def fill(connection: psycopg.Connection, desk: Filled, *, say: Callable[[str], object] = str) -> None:
    """Pour the desk into the database, in one transaction, and gather statistics.

    As the owner, foreign keys are checked; as a superuser they are not, which halves the time.
    """
    with connection.transaction():
        _trust(connection)
        params = _params(desk)
        for sql in (fill_sql.TEAMS, fill_sql.USERS, fill_sql.MEMBERS, fill_sql.CATEGORIES):
            connection.execute(sql.encode(), params)
        _draft(connection, params)
        with indexes.set_aside(connection, _BIG):
            for sql in fill_sql.IN_ORDER:
                say(sql.split()[2])
                connection.execute(sql.encode(), params)
            say("indexes")
        connection.execute(fill_sql.SEQUENCE.encode())
        connection.execute("DROP TABLE bench_ticket, bench_step, bench_ending")


def settle(connection: psycopg.Connection) -> None:
    """What the server would do in the hours after such a day; outside a transaction."""
    connection.execute("VACUUM (ANALYZE)")
    connection.execute("CHECKPOINT")


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


def _params(desk: Filled) -> dict[str, object]:
    done, opened = plots.DONE, plots.OPEN
    return {
        "size": desk.tickets, "users": desk.users, "agents": desk.agents, "crew": desk.crew,
        "start_us": desk.start_us, "step_us": desk.step_us, "now_us": desk.now_us, "steady": plots.STEADY,
        "first": list(FIRST_NAMES), "last": list(LAST_NAMES), "subjects": list(SUBJECTS), "sentences": list(SENTENCES),
        "slugs": [t[0] for t in TEAMS], "names": [t[1] for t in TEAMS], "prefixes": [t[2] for t in TEAMS],
        "categories": list(CATEGORIES), "teams": _hundred(_TEAM_PERCENT), "urgencies": _hundred(_URGENCY_PERCENT),
        "done": plots.shares(done, first=0), "done_still": plots.shares(done, first=0, still=plots.STILL),
        "open": plots.shares(opened, first=len(done)),
        "open_still": plots.shares(opened, first=len(done), still=plots.STEADY),
    }  # fmt: skip


def _hundred(percent: tuple[int, ...]) -> list[int]:
    return [number for number, times in enumerate(percent, 1) for _ in range(times)]


__all__ = ["Filled", "asdict", "fill", "plan", "settle"]
