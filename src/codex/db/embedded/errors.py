"""One sentence for everything that can go wrong below the database."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_LAST_WORDS = re.compile(r"(?:FATAL|PANIC|ERROR|error):\s+(.+)")


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be used; the message is one sentence fit for stderr."""


@contextmanager
def explained(data_dir: Path) -> Iterator[None]:
    """Turn an operating-system error about files of `data_dir` into an `EmbeddedError`."""
    try:
        yield
    except OSError as error:
        raise EmbeddedError(_sentence(error, data_dir)) from error


def _sentence(error: OSError, data_dir: Path) -> str:
    if error.errno in _FULL:
        return disk_full(data_dir)
    if error.errno in _CLOSED:
        place = error.filename or data_dir
        return (
            f"The data directory {data_dir} cannot be used by the user with id {os.geteuid()} "
            f"({error.strerror}: {place}): change its owner or mode, or set CODEX_DATA_DIR to another place."
        )
    return f"The data directory {data_dir} cannot be used ({error}): set CODEX_DATA_DIR to another place."


def disk_full(data_dir: Path) -> str:
    return f"The disk that holds {data_dir} is full: free some space and start again."


def last_words(output: str, data_dir: Path) -> str:
    """The sentence for what `initdb` or `postgres` printed before it gave up."""
    if "No space left on device" in output and "semaphores" not in output:
        return disk_full(data_dir)
    messages = _LAST_WORDS.findall(output)
    reason = messages[-1] if messages else " ".join(output.split())[:300] or "it ended without saying why"
    if "Permission denied" in reason:
        return (
            f"The user that runs PostgreSQL cannot reach {data_dir} ({reason}): "
            "give its parent directories `chmod o+x`, or set CODEX_DATA_DIR to another place."
        )
    return f"PostgreSQL could not start on {data_dir}: {reason} (its log is {data_dir / 'postgres.log'})."
