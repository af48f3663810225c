"""The whole product as processes, as `bin/up` runs it: for tests that pull the plug."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

READY_SECONDS = 60
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "COVERAGE_PROCESS_START")


@dataclass
class Running:
    """`codex up` on a data directory of its own. `start` again after `kill_everything` is a start after a power cut."""

    data_dir: Path
    port: int = field(default_factory=lambda: _free_port())
    process: subprocess.Popen[str] | None = None
    processes: int = 1

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the surroundings that would change what is tested."""
        return {name: os.environ[name] for name in KEPT if name in os.environ} | {"CODEX_DATA_DIR": str(self.data_dir)}

    def start(self) -> None:
        """Start, and return when it is ready."""
        log = (self.data_dir.parent / "up.log").open("a")
        given = {"--port": self.port, "--processes": self.processes}
        options = [str(word) for option in given.items() for word in option]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "codex", "up", "--no-demo", *options],
            env=self.environment, stdout=log, stderr=log, text=True,
        )  # fmt: skip
        deadline = time.monotonic() + READY_SECONDS
        while self._status() != 200:
            assert self.process.poll() is None and time.monotonic() < deadline, Path(log.name).read_text()
            time.sleep(0.1)

    def stop(self) -> int:
        """End it as Ctrl-C does; returns the exit code."""
        assert self.process
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)

    def kill_everything(self) -> None:
        """SIGKILL the supervisor and all that came of it, the database included, as near to at once as can be."""
        assert self.process
        family = _descendants(self.process.pid)
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def shell(self, *arguments: str) -> str:
        """A command of the shell, and what it prints."""
        command = [sys.executable, "-m", "codex", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def call(self, method: str, path: str, token: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """One request to the API; status and body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            connection.request(method, f"/api/v1{path}", json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def _status(self) -> int:
        with suppress(OSError, HTTPException):
            connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", "/health/ready")
            return connection.getresponse().status
        return 0


def _descendants(pid: int) -> list[int]:
    listing = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listing.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
