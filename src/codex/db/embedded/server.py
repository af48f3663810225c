"""A running server: how to reach it, how to end it."""

import subprocess
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from codex.db.embedded import locate, locks, processes
from codex.db.embedded.cluster import Cluster
from codex.db.embedded.errors import explained


@dataclass(frozen=True)
class Server:
    """A server that was running when this was made; `started` by this very call, or adopted."""

    data_dir: Path
    socket_dir: Path
    port: int
    started: bool
    tag: str = field(repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    def conninfo(self, *, user: str, dbname: str = "codex") -> dict[str, str | int]:
        """Keyword arguments for `psycopg.connect`."""
        return {"host": str(self.socket_dir), "port": self.port, "user": user, "dbname": dbname}

    def stop(self) -> None:
        """Disconnect the clients, write everything down, end. Returns when no process is left."""
        lock = Cluster(self.data_dir).starters_lock
        with explained(self.data_dir), locks.held(lock) if lock.exists() else nullcontext():
            processes.halt(self.tag)
            locate.discard(self.socket_dir)
        if self.process:
            self.process.wait()
