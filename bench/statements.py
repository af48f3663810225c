"""The SQL that the product executes: how many statements, and exactly which for one request."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.product import configured
from codex.db import embedded

_HEAD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ UTC \[(\d+)\] (\S*) (LOG|DETAIL|ERROR):  (.*)", re.DOTALL)
_EXECUTED = re.compile(r"(?:execute [^:]+|statement): (.*)", re.DOTALL)
_VALUE = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')", re.DOTALL)
_IN_WHOSE_NAME = "SELECT set_config("
_APP = f"{embedded.APP_ROLE}@{embedded.DATABASE}"


@dataclass(slots=True)
class Statement:
    """A statement with `$1` … for its parameters, and their values as text (None: NULL)."""

    sql: str
    params: dict[int, str | None] = field(default_factory=dict)


@dataclass(slots=True)
class Captured:
    """What the application executed within a `capturing` block; `since`: when that began, in seconds since 1970."""

    statements: list[Statement] = field(default_factory=list)
    since: float = 0.0


def executed(superuser: psycopg.Connection) -> tuple[int, int]:
    """Statements since the server started, by the application's role, and the rows that they touched.

    BEGIN, COMMIT and saying in whose name a transaction looks do not count.
    """
    row = superuser.execute(
        """SELECT coalesce(sum(calls), 0)::bigint, coalesce(sum(rows), 0)::bigint
           FROM pg_stat_statements WHERE userid = to_regrole(%s) AND query NOT LIKE %s""",
        [embedded.APP_ROLE, f"{_IN_WHOSE_NAME}%"],
    ).fetchone()
    assert row is not None
    return row[0], row[1]


@contextmanager
def capturing(server: embedded.Server, superuser: psycopg.Connection) -> Iterator[Captured]:
    """Log every statement inside the block; afterwards, what is given has them: text, parameters, order."""
    log = server.data_dir / "postgres.log"
    found = Captured()
    with configured(superuser, log_statement="all", log_error_verbosity="default"):
        found.since, place = time.time(), log.stat().st_size
        yield found
    found.statements = list(_parsed(_written(log, place)))


def _parsed(text: str) -> Iterator[Statement]:
    """The application's statements in a piece of the log."""
    statement = None
    for entry in re.split(r"\n(?!\t)", text):
        head = _HEAD.match(entry.replace("\n\t", "\n"))
        if head is None or head[2] != _APP:
            continue
        said = _EXECUTED.match(head[4]) if head[3] == "LOG" else None
        if said:
            if statement:
                yield statement
            statement = None if said[1].startswith(_IN_WHOSE_NAME) else Statement(said[1].strip())
        elif head[3] == "DETAIL" and statement:
            statement.params = {int(number): _text(value) for number, value in _VALUE.findall(head[4])}
    if statement:
        yield statement


def _text(value: str) -> str | None:
    return None if value == "NULL" else value[1:-1].replace("''", "'")


def _written(log: Path, place: int) -> str:
    with log.open("rb") as file:
        file.seek(place)
        return file.read().decode(errors="replace")
