"""A pipe that ends when the supervisor does, however it does: then its children end too."""

import os
import signal
import threading
from contextlib import suppress

LIFELINE = "CODEX_LIFELINE_FD"
"""The environment variable with the number of the pipe's reading end."""


def follow_lifeline() -> None:
    """In a child: end when the supervisor has ended."""
    number = os.environ.pop(LIFELINE, None)
    if number is None:
        return

    def watch() -> None:
        with suppress(OSError):
            os.read(int(number), 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
