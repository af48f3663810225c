"""The files of one database cluster, and how they come to be."""

import os
import re
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from codex.db.embedded import config, locks
from codex.db.embedded.account import Account
from codex.db.embedded.binaries import Binaries
from codex.db.embedded.errors import EmbeddedError, last_words

_DRAFT = "postgres.init-"
_TAG = re.compile("codex-[0-9a-f]{16}")


@dataclass(frozen=True)
class Cluster:
    """The cluster of `data_dir`, an absolute path."""

    data_dir: Path

    @property
    def directory(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def log(self) -> Path:
        return self.data_dir / "postgres.log"

    @property
    def starters_lock(self) -> Path:
        """Held by whoever starts or stops the server, meanwhile."""
        return self.data_dir / "postgres.lock"

    @property
    def life_lock(self) -> Path:
        """Held by every process of the server, which inherit it: free means that all are gone, whatever
        `postmaster.pid` says. It contains the tag of the server that was started last."""
        return self.directory / "codex.lock"

    @property
    def pid_file(self) -> Path:
        return self.directory / "postmaster.pid"

    @property
    def exists(self) -> bool:
        return (self.directory / "PG_VERSION").exists()

    @property
    def major(self) -> int:
        return int((self.directory / "PG_VERSION").read_text().partition(".")[0])

    @property
    def tag(self) -> str:
        """Of the server that was started last; one that nothing bears if the file is damaged."""
        text = self.life_lock.read_text()
        return text if _TAG.fullmatch(text) else new_tag()

    @property
    def is_alive(self) -> bool:
        return self.life_lock.exists() and locks.is_held(self.life_lock)


def at(data_dir: Path) -> Cluster:
    return Cluster(data_dir.resolve())


def require_ours(cluster: Cluster) -> None:
    """Refuse a directory that holds something else: nothing in it is touched."""
    place = cluster.directory
    if cluster.exists and not cluster.life_lock.exists():
        raise EmbeddedError(f"{place} is a database that Codex did not make: set CODEX_DATA_DIR to another place.")
    if not cluster.exists and os.path.lexists(place) and not (place.is_dir() and not any(place.iterdir())):
        raise EmbeddedError(
            f"{place} is in the way and is no complete PostgreSQL database: move it elsewhere, or set "
            "CODEX_DATA_DIR to another place."
        )


def init(cluster: Cluster, binaries: Binaries, account: Account) -> None:
    """Make the cluster beside its place and move it there when it is whole."""
    for leftover in cluster.data_dir.glob(_DRAFT + "*"):
        shutil.rmtree(leftover)
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=cluster.data_dir))
    try:
        account.own(draft)
        with account.door(draft) as door:
            command = [str(binaries.bin_dir / "initdb"), "-D", str(door.name), *_options(binaries.major)]
            outcome = account.run(command, keep=door.handles)
        if outcome.returncode:
            raise EmbeddedError(last_words(outcome.stdout, cluster.data_dir))
        account.write(draft / "postgresql.conf", config.MAIN)
        account.write(draft / cluster.life_lock.name, new_tag())
        draft.rename(cluster.directory)
        _sync(cluster.data_dir)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def new_tag() -> str:
    return f"codex-{secrets.token_hex(8)}"


def _options(major: int) -> list[str]:
    # Linux has C.UTF-8 everywhere, macOS only a character type of that name.
    locale = ["--locale=C", "--lc-ctype=UTF-8"] if sys.platform == "darwin" else ["--locale=C.UTF-8"]
    if major >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if major < 18:
        locale.append("--data-checksums")
    return ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-instructions", *locale]


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
