"""`python -m codex.cli.serving HOST PORT PROCESSES`: the web server, in a process that holds nothing else in memory."""

import sys

from granian import Granian
from granian.constants import Interfaces

from codex.cli.lifeline import follow_lifeline


def serve(host: str, port: int, processes: int) -> None:
    """Serve pages and the API until told to end; each process wires itself from the environment (`codex.main.web`)."""
    follow_lifeline()
    Granian(
        "codex.main:web", factory=True, address=host, port=port, interface=Interfaces.ASGI, workers=processes,
        websockets=False, log_enabled=False, respawn_failed_workers=True, workers_kill_timeout=8,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
