"""What a run of the benchmark is asked to do."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import typer

_SIZE = re.compile(r"(\d+)([km]?)")
_LOG = Path("incidents", "incident_event_log.csv.xz")


@dataclass(slots=True)
class Options:
    """`processes` 0: to be found out, once; `only` empty: every case; `log`: the incident log, where there is one."""

    sizes: list[str]
    clients: list[int]
    seconds: float
    processes: int
    only: list[str]
    keep: Path | None
    log: Path | None
    found_processes: int = 0

    def wants(self, case: str) -> bool:
        """Whether a case is to be measured; a name stands for all that begin with it."""
        return not self.only or any(case.startswith(name) for name in self.only)


def options(*, sizes: list[str], clients: str, seconds: float, processes: str, only: str, keep: Path | None) -> Options:
    """Read the command line. Raises typer.BadParameter."""
    if processes != "auto" and not processes.isdecimal():
        raise typer.BadParameter("--processes is a number or auto.")
    small = [size.lower() for size in sizes]
    for size in small:
        tickets_of(size)
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    number = 0 if processes == "auto" else int(processes)
    return Options(small, clients_of(clients), seconds, number, wanted, keep, incident_log())


def tickets_of(size: str) -> int:
    """The tickets of a size such as 10k or 1m."""
    found = _SIZE.fullmatch(size)
    if not found or int(found[1]) == 0:
        raise typer.BadParameter(f"--size {size}: write a number, with k or m for thousands or millions.")
    return int(found[1]) * {"": 1, "k": 1000, "m": 1_000_000}[found[2]]


def clients_of(text: str) -> list[int]:
    """Numbers of clients."""
    numbers = [part.strip() for part in text.split(",")]
    if not all(number.isdecimal() and 0 < int(number) <= 256 for number in numbers):
        raise typer.BadParameter(f"--clients {text}: write numbers from 1 to 256, with commas.")
    return [int(number) for number in numbers]


def incident_log() -> Path | None:
    """The public incident log of the shared data, where it is present."""
    shared = Path(os.environ.get("CODEX_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
    log = shared / _LOG
    return log if log.is_file() else None
