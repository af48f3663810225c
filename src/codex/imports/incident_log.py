"""Reads a ServiceNow incident event log, CSV or xz of it: a line is an incident's state after one update.

Times stand in the log as `D/M/YYYY HH:MM` without a zone. They are read in a given zone and kept in UTC. A
time that the zone lives through twice is the first of the two; one that it skips moves forward by what is
skipped (PEP 495, fold 0). `?` and nothing at all both mean "not known" and become None.
"""

import csv
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from operator import itemgetter
from pathlib import Path
from sys import intern
from typing import BinaryIO, Literal, cast

Priority = Literal["P1", "P2", "P3", "P4"]

COLUMNS = (
    "number", "incident_state", "sys_mod_count", "sys_updated_at", "sys_updated_by", "opened_at", "opened_by",
    "caller_id", "contact_type", "location", "category", "subcategory", "u_symptom", "priority",
    "assignment_group", "assigned_to", "reassignment_count", "reopen_count",
)  # fmt: skip
"""What the header must name, in any order. Other columns are not read: `resolved_at`, `closed_at`,
`resolved_by` and `closed_code` are the end of the story repeated on every line, not to be known early."""

LONGEST_LINE = 65_536
LONGEST_WORD = 100

_XZ_MAGIC = b"\xfd7zXZ\x00"
_TIME = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}) ([0-9]{1,2}):([0-9]{2})")
_PRIORITY = re.compile(r"([1-4])(?: - .*)?")
_COUNT = re.compile(r"[0-9]{1,6}")


class LogError(Exception):
    """The log as a whole cannot be read; the message is one sentence for the person who asked for it."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log. `line` counts from 1, the header included; times are UTC; words are interned."""

    line: int
    number: str
    state: str | None
    mod_count: int
    updated_at: datetime
    updated_by: str | None
    opened_at: datetime
    opened_by: str | None
    caller: str | None
    contact_type: str | None
    location: str | None
    category: str | None
    subcategory: str | None
    symptom: str | None
    priority: Priority | None
    group: str | None
    agent: str | None
    reassignment_count: int
    reopen_count: int


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no row, and why; it is left out, the rest of the log goes on."""

    line: int
    reason: str


def read_log(path: Path, *, zone: tzinfo = UTC, strict: bool = False) -> Iterator[LogRow | BadLine]:
    """Every line after the header, in file order, one at a time; empty lines are passed over.

    Raises LogError: on the first step when the file cannot be opened or lacks a column; later when it breaks
    off, once what stands before the break has been yielded; and with `strict` at the first bad line.
    """
    with _opened(path) as stream:
        lines = _lines(stream, path.name)
        parser = _Parser(_header(lines, path.name), zone)
        for line, raw in lines:
            if not raw.strip():
                continue
            entry = parser.entry(line, raw)
            if strict and isinstance(entry, BadLine):
                raise LogError(f"{path.name}, line {line}: {entry.reason}.")
            yield entry


def _opened(path: Path) -> BinaryIO:
    try:
        with path.open("rb") as stream:
            is_xz = stream.read(len(_XZ_MAGIC)) == _XZ_MAGIC
        if path.suffix == ".xz" and not is_xz:
            raise LogError(f"{path.name} is called .xz but holds no xz data.")
        return cast(BinaryIO, lzma.open(path, "rb")) if is_xz else path.open("rb")
    except OSError as error:
        raise LogError(f"{path} cannot be opened: {error.strerror}.") from error


def _lines(stream: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    number = 1
    try:
        while raw := stream.readline(LONGEST_LINE):
            rest = raw
            while len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
                rest = stream.readline(LONGEST_LINE)
            yield number, raw
            number += 1
    except EOFError as error:
        raise LogError(f"{name} breaks off at line {number}: its xz data is cut short.") from error
    except (lzma.LZMAError, OSError) as error:
        raise LogError(f"{name} cannot be read from line {number} on: {error}.") from error


def _header(lines: Iterator[tuple[int, bytes]], name: str) -> list[str]:
    raw = next(lines, (1, b""))[1]
    try:
        columns = [word.strip() for word in _fields(raw.removeprefix(b"\xef\xbb\xbf"))]
    except _UnreadableError as error:
        raise LogError(f"{name} does not begin with a header: {error}.") from error
    if missing := [column for column in COLUMNS if column not in columns]:
        raise LogError(f"{name} is no incident log: its header lacks {', '.join(missing)}.")
    return columns


class _UnreadableError(Exception):
    """A line holds something else than it should; the message says what."""


def _fields(raw: bytes) -> list[str]:
    # A line is a record: a stray quote then costs one line, not all that follow it.
    if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
        raise _UnreadableError(f"it is longer than {LONGEST_LINE:,} bytes")
    try:
        text = raw.decode().rstrip("\r\n")
        fields = next(csv.reader([text], strict=True), []) if '"' in text else text.split(",")
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"it is not UTF-8 at byte {error.start + 1}") from error
    except csv.Error as error:
        raise _UnreadableError(f"it is not CSV: {error}") from error
    if "\0" in text:
        raise _UnreadableError("it holds a NUL byte")
    return fields


class _Parser:
    """Lines to rows. Each distinct word, time and count is read once and shared by all rows that hold it."""

    def __init__(self, columns: list[str], zone: tzinfo) -> None:
        self._width = len(columns)
        self._pick = itemgetter(*(columns.index(column) for column in COLUMNS))
        self._zone = zone
        self._words: dict[str, str | None] = {}
        self._times: dict[str, datetime] = {}
        self._counts: dict[str, int] = {}

    def entry(self, line: int, raw: bytes) -> LogRow | BadLine:
        try:
            fields = _fields(raw)
            if len(fields) != self._width:
                raise _UnreadableError(f"it has {len(fields)} columns, not {self._width}")
            return self._row(line, self._pick(fields))
        except _UnreadableError as error:
            return BadLine(line, str(error))

    def _row(self, line: int, picked: tuple[str, ...]) -> LogRow:
        (number, state, mods, updated_at, updated_by, opened_at, opened_by, caller, contact_type, location,
         category, subcategory, symptom, priority, group, agent, moves, reopenings) = picked  # fmt: skip
        word, time, count = self._word, self._time, self._count
        incident = word(number)
        if incident is None:
            raise _UnreadableError("it has no number")
        return LogRow(
            line, incident, word(state), count("sys_mod_count", mods),
            time("sys_updated_at", updated_at), word(updated_by),
            time("opened_at", opened_at), word(opened_by), word(caller), word(contact_type), word(location),
            word(category), word(subcategory), word(symptom), _priority(word(priority)),
            word(group), word(agent), count("reassignment_count", moves), count("reopen_count", reopenings),
        )  # fmt: skip

    def _word(self, text: str) -> str | None:
        if text in self._words:
            return self._words[text]
        clean = " ".join(text.split())
        if len(clean) > LONGEST_WORD:
            raise _UnreadableError(f"{clean[:20]!r}… is longer than {LONGEST_WORD} characters")
        word = self._words[text] = None if clean in ("", "?") else intern(clean)
        return word

    def _time(self, column: str, text: str) -> datetime:
        if text in self._times:
            return self._times[text]
        match = _TIME.fullmatch(text.strip())
        if match is None:
            raise _UnreadableError(f"{column} is {text[:20]!r}, not D/M/YYYY HH:MM")
        day, month, year, hour, minute = map(int, match.groups())
        try:
            time = datetime(year, month, day, hour, minute, tzinfo=self._zone).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise _UnreadableError(f"{column} is {text!r}, which no calendar has") from error
        self._times[text] = time
        return time

    def _count(self, column: str, text: str) -> int:
        if text in self._counts:
            return self._counts[text]
        if _COUNT.fullmatch(text.strip()) is None:
            raise _UnreadableError(f"{column} is {text[:20]!r}, not a number from 0 to 999999")
        count = self._counts[text] = int(text)
        return count


def _priority(word: str | None) -> Priority | None:
    if word is None:
        return None
    match = _PRIORITY.fullmatch(word)
    if match is None:
        raise _UnreadableError(f"priority is {word[:20]!r}, not 1 to 4")
    return cast(Priority, f"P{match[1]}")
