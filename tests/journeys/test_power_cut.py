"""What was acknowledged is there, whatever is killed."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
from running import Running, _descendants

WRITERS = 8
ENOUGH = 120


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One desk for all: each test leaves it fit to be started again, which is what they are about."""
    running = Running(tmp_path_factory.mktemp("desk") / "data")
    running.start()
    yield running
    if running.process and running.process.poll() is None:
        running.stop()


@pytest.fixture
def desk(made: Running) -> Running:
    if made.process is None or made.process.poll() is not None:
        made.start()
    return made


@pytest.fixture(scope="module")
def token(made: Running) -> str:
    made.shell("team", "add", "it", "--name", "IT Support", "--prefix", "IT")
    made.shell("user", "add", "amir@acme.example", "--name", "Amir Haddad", "--role", "AGENT", "--team", "it:AGENT")
    return made.shell("token", "add", "amir@acme.example", "--scope", "write")


def test_killing_everything_amid_eight_writers_loses_nothing_that_was_acknowledged(desk, token):
    tickets: list[str] = []
    messages: list[tuple[str, str]] = []
    over = threading.Event()

    def write(number: int) -> None:
        while not over.is_set():
            try:
                status, ticket = desk.call("POST", "/tickets", token, {"subject": f"Writer {number}"})
                if status != 201:
                    continue
                tickets.append(ticket["id"])
                status, message = desk.call(
                    "POST", f"/tickets/{ticket['id']}/messages", token, {"type": "PUBLIC", "body": "Still there?"}
                )
                if status == 201:
                    messages.append((ticket["id"], message["id"]))
            except (OSError, HTTPException, ValueError):
                over.wait(0.01)

    writers = [threading.Thread(target=write, args=[number]) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    deadline = time.monotonic() + 60
    while len(messages) < ENOUGH and time.monotonic() < deadline:
        time.sleep(0.02)
    desk.kill_everything()
    over.set()
    for writer in writers:
        writer.join()
    assert len(messages) >= ENOUGH

    desk.start()

    assert [key for key in tickets if desk.call("GET", f"/tickets/{key}", token)[0] != 200] == []
    lost = [
        (ticket, message)
        for ticket, message in messages
        if message not in {m["id"] for m in desk.call("GET", f"/tickets/{ticket}/messages", token)[1]["items"]}
    ]
    assert lost == []
    assert "0 differences" in desk.shell("events", "verify")


def test_any_process_that_is_killed_is_started_again(desk, token):
    assert desk.process
    for part in ("codex.cli.serving", "codex.cli.working"):
        victim = next(pid for pid in _descendants(desk.process.pid) if part in _command(pid))
        os.kill(victim, signal.SIGKILL)
    until_it_answers(desk, token)


def test_a_database_that_is_killed_alone_is_started_again(desk, token):
    assert desk.process
    postmaster = int((desk.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while desk.call("GET", "/me", token)[0] != 503:
        assert time.monotonic() < deadline
    until_it_answers(desk, token)


def until_it_answers(desk, token):
    deadline = time.monotonic() + 30
    while True:
        try:
            if desk.call("GET", "/me", token)[0] == 200:
                break
        except OSError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_second_start_on_the_same_data_says_so_in_a_sentence(desk):
    command = _command(desk.process.pid).split("\0")[:-1]
    again = subprocess.run(command, env=desk.environment, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert again.stderr == (
        f"codex: Codex is already running on {desk.data_dir}; stop it, or choose another --data-dir.\n"
    )


def test_stopping_ends_every_process_and_quickly(desk):
    family = _descendants(desk.process.pid)
    began = time.monotonic()
    assert desk.stop() == 0
    assert time.monotonic() - began < 15
    while alive := [pid for pid in family if _runs(pid)]:  # what was killed before was another's child by then
        assert time.monotonic() - began < 15, [_command(pid) for pid in alive]
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    """Whether it is there and no mere entry for somebody who has not asked yet how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
