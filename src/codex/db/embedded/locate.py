"""Where the server's socket lies, and how short its path must be."""

import hashlib
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from codex.db.embedded.account import Account
from codex.db.embedded.errors import EmbeddedError

PORT = 5432  # Names the socket file only; no port is opened.
_LONGEST_PATH_BYTES = 103  # sun_path of macOS; Linux has four more.
_PREFIX = "codex-pg-"


def socket_dir(directory: Path, account: Account) -> Path:
    """Where the cluster in `directory` has its socket: there, or in a private place with a shorter path."""
    if _is_usable(directory):
        return directory
    # The inode tells a new cluster from a deleted one at the same path whose server has not noticed yet.
    identity = f"{directory}\0{directory.stat().st_dev}\0{directory.stat().st_ino}"
    name = _PREFIX + hashlib.sha256(identity.encode()).hexdigest()[:12]
    temp = Path(tempfile.gettempdir())
    return _private(next(base / name for base in (temp, Path("/tmp")) if _is_usable(base / name)), account)  # noqa: S108


def sweep(directory: Path) -> None:
    """Remove what a killed server left of its socket."""
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (directory / name).unlink(missing_ok=True)


def discard(directory: Path) -> None:
    """Remove the directory if it is one of the private ones."""
    if directory.name.startswith(_PREFIX):
        sweep(directory)
        with suppress(OSError):
            directory.rmdir()


def _is_usable(directory: Path) -> bool:
    # libpq takes a comma in `host` for a list of hosts.
    path = f"{directory}/.s.PGSQL.{PORT}"
    return len(path.encode(errors="surrogateescape")) <= _LONGEST_PATH_BYTES and "," not in path


def _private(directory: Path, account: Account) -> Path:
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        account.own(directory)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or stat.S_IMODE(found.st_mode) != 0o700:
        raise EmbeddedError(f"{directory} exists but is not a private directory of the database: remove it.")
    return directory
