"""`codex up`: the database, web and worker as one; whatever falls over is started again."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

from codex.cli.lifeline import LIFELINE
from codex.kernel.errors import SetupError

GRACE_SECONDS = 10
READY_SECONDS = 60


def refuse_taken(host: str, port: int) -> None:
    """Raise SetupError when nothing can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            reason = os.strerror(taken.errno or 0).lower()
            raise SetupError(f"Cannot listen on {host}:{port} ({reason}); choose another with --port.") from taken


class Child:
    """A process of the desk, `python -m` with some arguments. Started again when it ends by itself, more slowly each
    time that it ends at once."""

    def __init__(self, name: str, arguments: list[str], lifeline: int) -> None:
        self.name, self._arguments, self._lifeline = name, arguments, lifeline
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._not_before = 0.0
        self._delay = 0.5

    def start(self) -> None:
        """Start it."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", *self._arguments],
            pass_fds=[self._lifeline],
            env={**os.environ, LIFELINE: str(self._lifeline)},
            start_new_session=True,
        )

    def tend(self, say: Callable[[str], None]) -> None:
        """Start it again if it has ended."""
        if self._process is None:
            if time.monotonic() >= self._not_before:
                self.start()
            return
        code = self._process.poll()
        if code is None:
            return
        self._delay = 0.5 if time.monotonic() - self._started > 30 else min(self._delay * 2, 15)
        self._not_before, self._process = time.monotonic() + self._delay, None
        say(f"The {self.name} process ended ({code}); starting it again.")

    def stop(self) -> None:
        """Ask it to end."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    def wait(self, deadline: float) -> None:
        """Wait for its end; past the deadline, end it."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Supervisor:
    """Runs web and worker until told to stop."""

    def __init__(self, children: dict[str, list[str]], *, say: Callable[[str], None], also: Callable[[], None]) -> None:
        """`also`: what else is looked after, about twice a second."""
        self._say, self._also = say, also
        self._reader, self._writer = os.pipe()  # neither end is inherited but by pass_fds
        self._children = [Child(name, arguments, self._reader) for name, arguments in children.items()]
        self._stopping = threading.Event()

    def stop(self, *_: object) -> None:
        """End, as on Ctrl-C."""
        self._stopping.set()

    def run(self, *, ready_url: str, on_ready: Callable[[], None]) -> None:
        """Start all, tell when they are ready, keep them running, end them all on stop."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        try:
            for child in self._children:
                child.start()
            self._until_ready(ready_url)
            if not self._stopping.is_set():
                on_ready()
            while not self._stopping.wait(0.5):
                self._also()
                for child in self._children:
                    child.tend(self._say)
        finally:
            for child in self._children:
                child.stop()
            deadline = time.monotonic() + GRACE_SECONDS
            for child in self._children:
                child.wait(deadline)
            os.close(self._writer)
            os.close(self._reader)

    def _until_ready(self, url: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._stopping.wait(0.05):
            try:
                with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                pass
            for child in self._children:
                child.tend(self._say)
            if time.monotonic() > deadline:
                raise SetupError("The web process did not become ready within a minute; its log above says why.")


def only_one(data_dir: Path) -> IO[str]:
    """Keep a second `codex up` off the same data; the lock lives as long as what is returned. Raises SetupError."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        handle = (data_dir / "up.lock").open("a+")
    except OSError as refused:
        reason = os.strerror(refused.errno or 0).lower()
        raise SetupError(f"The data directory {data_dir} cannot be written to ({reason}).") from refused
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as held:
        handle.close()
        raise SetupError(f"Codex is already running on {data_dir}; stop it, or choose another --data-dir.") from held
    return handle
