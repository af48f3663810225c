"""File locks (flock): they end with their holder, however it ends, also across containers of one machine."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait for the lock and hold it for the block."""
    handle = open_lock(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def take(handle: int) -> bool:
    """Take the lock if nobody has it."""
    return _try(handle, fcntl.LOCK_EX)


def is_held(path: Path) -> bool:
    """Somebody holds the lock now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        # Shared, so that two who only look do not take each other for a holder.
        return not _try(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _try(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
