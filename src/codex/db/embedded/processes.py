"""The processes of one server, known by the tag (`cluster_name`) that PostgreSQL shows in every command line.

Command lines are all that root of a container may read of another user's process: its working directory and
executable need CAP_SYS_PTRACE.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
# A fast stop that meets the recovery from a dead backend never ends (seen in 18.6). An immediate one
# loses nothing, it only leaves the log to be replayed.
_PATIENCE_SECONDS = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0))
_KILL_SECONDS = 5.0


def bearing(tag: str) -> list[int]:
    """Every live process of the server: the postmaster, and backends that may have outlived it."""
    return [pid for pid, command in _commands() if _is_postmaster(command, tag) or _is_child(command, tag)]


def postmasters(tag: str) -> list[int]:
    """The postmaster, if it lives; for an instant also a child that has not got its own name yet."""
    return [pid for pid, command in _commands() if _is_postmaster(command, tag)]


def is_postmaster(pid: int, tag: str) -> bool:
    return _is_postmaster(_command_of(pid), tag)


def halt(tag: str) -> None:
    """Stop the server: fast, then at once, then by force. Returns when no process of it is left."""
    for request, seconds in _PATIENCE_SECONDS:
        found = postmasters(tag)
        if not found:
            break
        _signal(found, request)
        if _are_gone(tag, within_seconds=seconds):
            return
    kill(tag)
    _are_gone(tag, within_seconds=_KILL_SECONDS)


def kill(tag: str) -> None:
    _signal(bearing(tag), signal.SIGKILL)


def _are_gone(tag: str, *, within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while bearing(tag):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _signal(pids: list[int], request: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, request)


def _is_postmaster(command: str, tag: str) -> bool:
    return f"cluster_name={tag}" in command


def _is_child(command: str, tag: str) -> bool:
    return command.startswith(f"postgres: {tag}")


def _commands() -> Iterator[tuple[int, str]]:
    if _has_proc():
        for entry in _PROC.iterdir():
            if entry.name.isdecimal():
                yield int(entry.name), _command_of(int(entry.name))
        return
    for line in _ps("-axww", "-o", "pid=,command=").splitlines():
        pid, _, command = line.strip().partition(" ")
        yield int(pid), command.strip()


def _command_of(pid: int) -> str:
    if not _has_proc():
        return _ps("-ww", "-o", "command=", "-p", str(pid)).strip()
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:  # It ended while we looked.
        return ""
    return command.replace(b"\0", b" ").decode(errors="replace")


def _has_proc() -> bool:
    return (_PROC / "self" / "cmdline").exists()


def _ps(*arguments: str) -> str:
    # Found through PATH: macOS has it in /bin, other systems in /usr/bin.
    return subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout  # noqa: S603, S607
