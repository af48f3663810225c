"""The floor of a case: what PostgreSQL alone does of the same SQL, driven by pgbench with as many clients."""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

from bench.keys import OTHER, uuid_sql
from bench.statements import Captured, Statement
from codex.db import embedded

_PARAMETER = re.compile(r"\$(\d+)\b")
_INSERT = re.compile(r"INSERT INTO \w+ \(([^)]*)\)(.*)", re.DOTALL)
_UPDATED = re.compile(r"(\w+)\s*=\s*\$(\d+)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00")
_TPS = re.compile(r"tps = ([\d.]+) \(without")
_TURNS = re.compile(r"number of transactions actually processed: (\d+)")
_run_number = count()


@dataclass(frozen=True, slots=True)
class Keys:
    """What varies from turn to turn: lines of the script that draw it, and what of the captured values it replaces.

    `:n` is the number of a ticket. A value is replaced wherever it is a whole parameter.
    """

    lines: tuple[str, ...] = ()
    replaced: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """A script of pgbench and its variables."""

    text: str
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Floor:
    """What pgbench measured: turns a second, and in all; or why it could not."""

    per_second: float
    turns: int = 0
    problem: str = ""


AS_THE_PRODUCT = "-c codex.sees_all=on -c plan_cache_mode=force_generic_plan"
"""Plans are kept, as the product keeps them; for row-level security the floor pays nothing: its price is ours."""


def script(captured: Captured, keys: Keys) -> Script:
    """The captured statements with everything varied that must be: tickets, new ids, versions, the present."""
    writing = _Writing(captured, keys)
    body = [writing.line(number, statement) for number, statement in enumerate(captured.statements)]
    return Script("\n".join([*keys.lines, r"\set turn :turn + 1", *body]) + "\n", writing.variables)


def run(
    server: embedded.Server, script: Script, *, clients: int, seconds: int = 1, turns: int | None = None
) -> Floor:  # fmt: skip
    """Let pgbench run it as the application's role, prepared: for so long, or so many turns of each client."""
    variables = {**script.variables, "turn": "0", "run": str(next(_run_number) + int.from_bytes(os.urandom(2)))}
    with tempfile.TemporaryDirectory(prefix="codex-bench-") as folder:
        file = Path(folder, "floor.sql")
        file.write_text(script.text, "utf-8")
        command = [
            str(embedded.find_bin_dir() / "pgbench"), "-n", "-M", "prepared", "-c", str(clients),
            "-j", str(min(2, clients)), *(["-t", str(turns)] if turns else ["-T", str(seconds)]), "-f", str(file),
            *(f"-D{name}={value}" for name, value in variables.items()),
            "-h", str(server.socket_dir), "-p", str(server.port), "-U", embedded.APP_ROLE, embedded.DATABASE,
        ]  # fmt: skip
        environment = {**os.environ, "PGOPTIONS": AS_THE_PRODUCT}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    speed, processed = _TPS.search(done.stdout), _TURNS.search(done.stdout)
    if done.returncode or not speed or not processed:
        problem = next((line for line in done.stderr.splitlines() if "ERROR" in line), done.stderr[-300:])
        return Floor(0.0, problem=problem)
    return Floor(float(speed[1]), int(processed[1]))


class _Writing:
    """Turns captured statements into lines of a script."""

    def __init__(self, captured: Captured, keys: Keys) -> None:
        self.variables: dict[str, str] = {}
        self._since = captured.since
        self._reads_version = any(_is_lock(s.sql) for s in captured.statements)
        self._draws_number = any("nextval(" in s.sql for s in captured.statements)
        self._replaced = {**keys.replaced, **_fresh_ids(captured.statements)}
        versions = [int(v) for s in captured.statements for v in _column(s, "version") if v and v.isdigit()]
        self._version_before = min(versions, default=1) - 1

    def line(self, number: int, statement: Statement) -> str:
        """One statement, its parameters replaced; what later ones need of its answer is kept in variables."""
        columns = _columns(statement)

        def replacement(match: re.Match[str]) -> str:
            place = int(match[1])
            return self._value(f"s{number}p{place}", statement.params.get(place), columns.get(place, ""))

        sql = _PARAMETER.sub(replacement, statement.sql).rstrip("; \n")
        is_asked = _is_lock(statement.sql) or "nextval(" in statement.sql
        return sql + (r" \gset" if is_asked else ";")

    def _value(self, name: str, value: str | None, column: str) -> str:
        if value is None:
            return "NULL"
        if value in self._replaced:
            return self._replaced[value]
        if self._draws_number and column in ("number", "display_id"):
            return ":nextval" if column == "number" else "('IT-' || :nextval)"
        if column == "version" and self._reads_version:
            return f"(:version + {int(value) - self._version_before})"
        if column and _INSTANT.fullmatch(value) and datetime.fromisoformat(value).timestamp() > self._since - 1:
            return "now()"
        self.variables[name] = value
        return f":{name}"


def _fresh_ids(statements: Sequence[Statement]) -> dict[str, str]:
    """The ids of inserted rows, each replaced by one that no turn of any client has twice."""
    ids = [value for s in statements if s.sql.startswith("INSERT") for value in _column(s, "id") if value]
    millis = f"({int(time.time() * 1000)} + :turn::bigint)"
    serial = "(:run::bigint * 1000000000 + :client_id::bigint * 10000000 + :turn::bigint)"
    return {value: uuid_sql(OTHER, str(place), millis, serial) for place, value in enumerate(dict.fromkeys(ids), 16)}


def _is_lock(sql: str) -> bool:
    return "FOR UPDATE" in sql and "FROM tickets" in sql


def _columns(statement: Statement) -> dict[int, str]:
    """Which column each parameter of an INSERT or UPDATE is the value of."""
    inserted = _INSERT.match(statement.sql)
    if inserted:
        names = [name.strip() for name in inserted[1].split(",")]
        places = [int(place) for place in _PARAMETER.findall(inserted[2])]
        return {place: names[i % len(names)] for i, place in enumerate(places)}
    if statement.sql.startswith("UPDATE"):
        return {int(place): name for name, place in _UPDATED.findall(statement.sql)}
    return {}


def _column(statement: Statement, name: str) -> list[str | None]:
    return [statement.params.get(place) for place, column in _columns(statement).items() if column == name]
