"""Start the server of a data directory, or adopt the one that runs."""

import os
import subprocess
import time
from pathlib import Path

from codex.db.embedded import binaries, cluster, config, databases, locate, locks, processes
from codex.db.embedded.account import Account, account_for
from codex.db.embedded.binaries import Binaries
from codex.db.embedded.cluster import Cluster
from codex.db.embedded.errors import EmbeddedError, explained, last_words
from codex.db.embedded.server import Server

# Replaying the log after a crash may take minutes, while the server answers nobody.
_START_SECONDS = 600.0
_TAKE_OVER_SECONDS = 10.0


def ensure(data_dir: Path, *, bin_dir: Path | None = None) -> Server:
    """The server of `data_dir`: made on first use, started if it is down, adopted if it runs.

    Several may call it at once. Raises `EmbeddedError`, and leaves nothing half-done behind.
    """
    place = cluster.at(data_dir)
    with explained(place.data_dir):
        place.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locks.held(place.starters_lock):
            return _adopt(place) or _start(place, bin_dir)


def running(data_dir: Path) -> Server | None:
    """The server of `data_dir` if it accepts connections now. Starts nothing, waits for nobody."""
    place = cluster.at(data_dir)
    with explained(place.data_dir):
        return _look(place) if place.is_alive else None


def _adopt(place: Cluster) -> Server | None:
    cluster.require_ours(place)
    deadline = time.monotonic() + _START_SECONDS
    while place.is_alive and _has_postmaster(place) and time.monotonic() < deadline:
        if _is_ready(place):
            if (server := _look(place)) and _is_provided(server):
                return server
            processes.halt(place.tag)  # It is dying, or its socket is gone.
        time.sleep(0.01)
    return None


def _is_provided(server: Server) -> bool:
    try:
        databases.provide(server)
    except EmbeddedError:
        if processes.postmasters(server.tag):
            raise
        return False
    return True


def _start(place: Cluster, bin_dir: Path | None) -> Server:
    account = account_for(place.directory)
    found = binaries.find(bin_dir, major=place.major if place.exists else None)
    found = binaries.within_reach(found, account)
    if not place.exists:
        cluster.init(place, found, account)
    life = _take_over(place)
    try:
        socket_dir = _prepare(place, found, account)
        process = _launch(place, found, account, life)
    finally:
        os.close(life)
    server = Server(place.data_dir, socket_dir, locate.PORT, True, place.tag, process)
    try:
        _await_ready(place, process)
        databases.provide(server)
    except BaseException:
        processes.halt(server.tag)
        process.wait()
        raise
    return server


def _take_over(place: Cluster) -> int:
    """Take the life lock. Who still holds it has lost the postmaster: backends in a long statement."""
    life = locks.open_lock(place.life_lock)
    deadline = time.monotonic() + _TAKE_OVER_SECONDS
    while not locks.take(life):
        processes.kill(place.tag)
        if time.monotonic() > deadline:
            os.close(life)
            raise EmbeddedError(
                f"The database in {place.directory} is in use by a process that cannot be seen from here "
                "(another container?): stop it there."
            )
        time.sleep(0.01)
    return life


def _prepare(place: Cluster, found: Binaries, account: Account) -> Path:
    """Clear what a killed server left and write the configuration of today."""
    directory = place.directory
    if account.is_other and directory.stat().st_uid != account.uid:
        account.own_tree(directory)  # Copied or restored by root.
    directory.chmod(0o700)
    place.pid_file.unlink(missing_ok=True)
    socket_dir = locate.socket_dir(directory, account)
    locate.sweep(socket_dir)
    text = config.settings(
        config.this_machine(),
        major=found.major,
        socket_dir="." if socket_dir == directory else str(socket_dir),
        has_statistics=found.has_statistics,
    )
    account.write(directory / "codex.conf", text)
    account.write(directory / "pg_hba.conf", config.AUTHENTICATION)
    return socket_dir


def _launch(place: Cluster, found: Binaries, account: Account, life: int) -> subprocess.Popen[bytes]:
    # A new tag for every start: a copy of the directory must not be taken for the original.
    tag = cluster.new_tag()
    os.pwrite(life, tag.encode(), 0)
    if place.log.exists():
        place.log.replace(place.log.with_name("postgres.log.1"))
    postgres = str(found.bin_dir / "postgres")
    with account.door(place.directory) as door, place.log.open("ab") as log:
        place.log.chmod(0o600)
        command = [postgres, "-D", str(door.name), "-c", f"cluster_name={tag}"]
        return account.spawn(command, output=log, keep=(life, *door.handles))


def _await_ready(place: Cluster, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_ready(place):
        if process.poll() is not None:
            raise EmbeddedError(last_words(place.log.read_text(errors="replace"), place.data_dir))
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"PostgreSQL was not ready within {_START_SECONDS:.0f} seconds (its log is {place.log})."
            )
        time.sleep(0.003)


def _look(place: Cluster) -> Server | None:
    if not (_is_ready(place) and _has_postmaster(place)):
        return None
    # "." is the cluster's own directory.
    socket_dir = place.directory / _lines(place)[4]
    if not (socket_dir / f".s.PGSQL.{locate.PORT}").exists():
        return None
    return Server(place.data_dir, socket_dir, locate.PORT, False, place.tag)


def _is_ready(place: Cluster) -> bool:
    lines = _lines(place)
    return len(lines) >= 8 and lines[7] == "ready"


def _has_postmaster(place: Cluster) -> bool:
    first = _lines(place)[0]
    return first.isdecimal() and processes.is_postmaster(int(first), place.tag)


def _lines(place: Cluster) -> list[str]:
    """Of `postmaster.pid`: process, directory, start, port, socket directory, address, memory, status."""
    try:
        return [line.strip() for line in place.pid_file.read_text().splitlines()] or [""]
    except FileNotFoundError:
        return [""]
