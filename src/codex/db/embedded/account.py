"""The operating-system user that the server runs as: ourselves, or somebody unprivileged when we are root."""

import errno
import os
import pwd
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import IO

from codex.db.embedded.errors import EmbeddedError

# PostgreSQL refuses to run as root, and `initdb` wants a user with a passwd entry.
_UNPRIVILEGED = ("postgres", "nobody")
_MAY_NOT_SWITCH = (
    "PostgreSQL refuses to run as root and this root may not become another user (a container without the "
    "capabilities SETUID and SETGID): start Codex as an ordinary user."
)
_OPEN_FILES = Path("/proc/self/fd")


@dataclass(frozen=True)
class Door:
    """How a program is to call a directory, and the open files that it needs for it."""

    name: Path
    handles: tuple[int, ...]


@dataclass(frozen=True)
class Account:
    """Who runs the server; `is_other` when that is not the user of this process (we are root)."""

    uid: int
    gid: int
    is_other: bool

    def run(self, command: Sequence[str | Path], *, keep: Sequence[int] = ()) -> CompletedProcess[str]:
        """Run a program to its end as this user, with the open files `keep`; what it prints is captured."""
        with self.spawn(command, output=subprocess.PIPE, keep=keep) as process:
            try:
                printed, _ = process.communicate()
            except BaseException:  # Ctrl-C does not reach it in its own session.
                process.kill()
                raise
        return CompletedProcess(process.args, process.returncode, printed.decode(errors="replace"))

    def spawn(self, command: Sequence[str | Path], *, output: IO[bytes] | int, keep: Sequence[int]) -> Popen[bytes]:
        """Start a program that may outlive us, in a session of its own, with the open files `keep`."""
        try:
            return Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=keep,
                start_new_session=True,
                cwd="/",
                env=_environment(),
                umask=0o077,
                user=self.uid if self.is_other else None,
                group=self.gid if self.is_other else None,
                extra_groups=[] if self.is_other else None,
            )
        except PermissionError as error:
            if self.is_other and error.errno == errno.EPERM:
                raise EmbeddedError(_MAY_NOT_SWITCH) from error
            raise

    @contextmanager
    def door(self, directory: Path) -> Iterator[Door]:
        """A name by which this user reaches `directory`.

        A checkout in /root lies behind a 0700 parent that nobody else may cross. Linux lets a process enter a
        directory that it holds open, through /proc and without crossing the parents; so root opens it and
        hands it on, and the data stay where they belong.
        """
        if not (self.is_other and _OPEN_FILES.exists()):
            yield Door(directory, ())
            return
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield Door(_OPEN_FILES / str(handle), (handle,))
        finally:
            os.close(handle)

    def own(self, path: Path) -> None:
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, top: Path) -> None:
        self.own(top)
        for path in top.rglob("*"):
            self.own(path)

    def write(self, path: Path, text: str) -> None:
        """Replace the file's content in one step, and only when it differs."""
        if path.exists() and path.read_text() == text:
            return
        draft = path.with_name(path.name + ".new")
        draft.unlink(missing_ok=True)
        # The directory is the server's: root must not follow a link that somebody left in it.
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        self.own(draft)
        draft.replace(path)


def account_for(directory: Path) -> Account:
    """Who runs the cluster in `directory`: its owner, else ourselves or somebody unprivileged."""
    owner = directory.stat().st_uid if directory.exists() else None
    if os.geteuid() == 0:
        return _owner(owner) if owner else _unprivileged()
    if owner not in (None, os.geteuid()):
        raise EmbeddedError(
            f"The database in {directory} belongs to the user '{_name(owner)}' but Codex runs as "
            f"'{_name(os.geteuid())}': start it as '{_name(owner)}', or set CODEX_DATA_DIR to a new place."
        )
    return Account(os.geteuid(), os.getegid(), is_other=False)


def _owner(uid: int) -> Account:
    try:
        return Account(uid, pwd.getpwuid(uid).pw_gid, is_other=True)
    except KeyError:
        return Account(uid, uid, is_other=True)


def _unprivileged() -> Account:
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, is_other=True)
    raise EmbeddedError(
        "PostgreSQL refuses to run as root and this machine has neither a user 'postgres' nor 'nobody': "
        "add one, or start Codex as an ordinary user."
    )


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return str(uid)


def _environment() -> dict[str, str]:
    """Nothing of the caller's: its PG* variables and locale must not decide how the server behaves."""
    return {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", os.defpath)}
