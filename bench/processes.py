"""What processes cost, from /proc: CPU seconds, and memory now and at its peak."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in kB: proportional set size now, and the most that was ever resident (shared pages in full)."""

    pss: int
    peak_rss: int


def family(root: int) -> list[int]:
    """A process and all that descend from it."""
    parents = {pid: int(stat[1]) for pid, stat in _stats().items()}
    found = [root] if root in parents else []
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of processes, and of their children that have ended."""
    stats = _stats()
    return sum(int(ticks) for pid in pids if pid in stats for ticks in stats[pid][11:15]) / _TICKS


def memory(pid: int) -> Memory | None:
    """None when the process has ended or may not be looked into."""
    with suppress(OSError, KeyError):
        status = _fields(_PROC / str(pid) / "status")
        return Memory(_fields(_PROC / str(pid) / "smaps_rollup")["Pss"], status["VmHWM"])
    return None


def _fields(path: Path) -> dict[str, int]:
    lines = (line.split() for line in path.read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) for words in lines if len(words) == 3 and words[2] == "kB"}


def _stats() -> dict[int, list[str]]:
    """By pid: the fields of /proc/<pid>/stat after the name."""
    found = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                found[int(entry.name)] = (entry / "stat").read_text().rpartition(")")[2].split()
    return found
