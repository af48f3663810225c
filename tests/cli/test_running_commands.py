"""`codex up`, `web`, `migrate`, `doctor`, `demo`: what they do, and what stops them, each in one sentence."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from shells import Shell, url

from codex.cli.supervisor import only_one
from databases import FreshDatabase

NEEDS_DATABASE = ("web", "worker --once", "migrate", "demo", "user list", "events verify", "signin-link a@b.c")


@pytest.fixture
def taken_port() -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield str(listener.getsockname()[1])


@pytest.mark.parametrize("command", ["up", *NEEDS_DATABASE])
def test_a_wrong_setting_stops_every_command(bare_shell: Shell, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://x/y")
    done = bare_shell(*command.split())

    assert (done.code, done.out) == (1, "")
    assert done.sentence == "DATABASE_URL must start with postgresql:// and name a PostgreSQL database."


@pytest.mark.parametrize("command", ["up", *NEEDS_DATABASE])
@pytest.mark.parametrize(
    ("address", "reason"),
    [("127.0.0.1:1", "Connection refused"), ("127.0.0.1:port", "invalid integer value")],
)
def test_a_database_out_of_reach_is_a_failure_that_shows_no_password(
    bare_shell: Shell, monkeypatch: pytest.MonkeyPatch, command: str, address: str, reason: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://codex:geheim@{address}/desk")
    monkeypatch.setenv("CODEX_SECRET_KEY", "k" * 40)
    done = bare_shell(*command.split())

    assert (done.code, done.out) == (1, "")
    assert done.sentence.startswith("The database desk") and reason in done.sentence
    assert "geheim" not in done.err


@pytest.mark.parametrize("command", ["up", "web"])
def test_a_taken_port_is_named(bare_shell: Shell, command: str, taken_port: str) -> None:
    done = bare_shell(command, "--port", taken_port)

    assert (done.code, done.out) == (1, "")
    assert (
        done.sentence
        == f"Cannot listen on 127.0.0.1:{taken_port} (address already in use); choose another with --port."
    )


def test_two_do_not_run_on_the_same_data(bare_shell: Shell, tmp_path: Path) -> None:
    with only_one(tmp_path / "data"):
        done = bare_shell("up", "--data-dir", str(tmp_path / "data"))

    assert (done.code, done.sentence.startswith("Codex is already running on")) == (1, True)


@pytest.mark.parametrize("command", ["up", *NEEDS_DATABASE])
def test_a_data_directory_that_cannot_be_is_named(bare_shell: Shell, tmp_path: Path, command: str) -> None:
    (tmp_path / "data").write_text("a file")
    done = bare_shell(*command.split())

    assert (done.code, done.out) == (1, "")
    assert done.sentence == f"The data directory {tmp_path / 'data'} cannot be written to (file exists)."


@pytest.mark.parametrize("command", NEEDS_DATABASE)
def test_a_newer_schema_than_the_code_knows_is_left_alone(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, world_database: FreshDatabase, command: str
) -> None:
    with psycopg.connect(**world_database.owner) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    monkeypatch.setenv("DIRECT_URL", url(world_database.owner))
    done = shell(*command.split())

    assert (done.code, done.out) == (1, "")
    assert done.sentence.startswith("The database was made by a newer Codex (revision 9999)")


def test_a_schema_that_is_behind_is_brought_up_to_date(
    bare_shell: Shell, monkeypatch: pytest.MonkeyPatch, empty_database: FreshDatabase
) -> None:
    monkeypatch.setenv("DATABASE_URL", url(empty_database.app))
    monkeypatch.setenv("DIRECT_URL", url(empty_database.owner))
    monkeypatch.setenv("CODEX_SECRET_KEY", "k" * 40)
    refused, first, again = bare_shell("user", "list"), bare_shell("migrate"), bare_shell("migrate")

    assert (refused.code, refused.sentence.endswith("is not up to date; run: codex migrate")) == (1, True)
    assert (first.code, "applied: 0001" in first.out) == (0, True)
    assert (again.code, again.out.endswith("applied: nothing, it was there.\n")) == (0, True)
    listed = bare_shell("user", "list", "--json")
    assert (listed.out, listed.err) == ("[]\n", "")


def test_a_login_that_cannot_step_down_is_told_what_to_do(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, world_database: FreshDatabase
) -> None:
    monkeypatch.setenv("DATABASE_URL", url(world_database.owner))
    done = shell("user", "list")

    assert (done.code, done.out) == (1, "")
    assert "may not become codex_app; name codex_app itself in DATABASE_URL" in done.sentence


def test_the_demo_world_is_loaded_once(shell: Shell, world_database: FreshDatabase) -> None:
    with psycopg.connect(**world_database.owner) as connection:
        connection.execute(
            "INSERT INTO admin_audit_events (id, type, payload, created_at, chain_day, chain_position, hash)"
            " VALUES (gen_random_uuid(), 'DEMO_LOADED', '{}', now(), current_date, 1000, '')"
        )

    assert shell("demo").out == "The demo world is here already; nothing was added.\n"


def test_the_doctor_finds_nothing_on_a_sound_desk(shell: Shell) -> None:
    as_json, as_text = shell("doctor", "--json"), shell("doctor")
    found = {finding["subject"]: finding for finding in json.loads(as_json.out)}

    assert {
        "settings",
        "data directory",
        "disk",
        "database",
        "history",
        "durability",
        "clock",
        "worker",
    } <= found.keys()
    # The server of the tests is in a hurry: what it holds need not survive a crash.
    assert [name for name, finding in found.items() if not finding["ok"] and name != "disk"] == ["durability"]
    assert (as_text.code, as_text.sentence) == (1, "Something is wrong; see above.")
    assert "BAD  durability: set fsync = on in PostgreSQL\n" in as_text.out
    assert len(as_text.out.splitlines()) == len(found)


def test_the_doctor_names_clocks_that_will_never_be_due(shell: Shell, world_database: FreshDatabase) -> None:
    with psycopg.connect(**world_database.owner) as connection:
        connection.execute(
            """
            WITH opened AS (
                INSERT INTO tickets (id, subject, requester_id, version, created_at, updated_at)
                SELECT gen_random_uuid(), 'No opening in sight', id, 1, now(), now() FROM users LIMIT 1 RETURNING id)
            INSERT INTO sla_instances (id, ticket_id, priority, resolution_target, resolution_counted_at)
            SELECT id, id, 'P3', '24 hours', now() FROM opened"""
        )

    (found,) = [one for one in json.loads(shell("doctor", "--json").out) if one["subject"] == "service targets"]

    assert (found["ok"], "within five years: 1;" in found["says"]) == (False, True)


@pytest.mark.parametrize(
    ("environ", "subject", "says"),
    [
        ({"CODEX_LOG": "loud"}, "settings", "CODEX_LOG must be text or json."),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/x", "CODEX_SECRET_KEY": "k" * 40}, "database", "cannot be reached"),
    ],
)
def test_the_doctor_says_what_is_wrong(
    bare_shell: Shell, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], subject: str, says: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    done = bare_shell("doctor", "--json")

    assert done.code == 1
    assert [
        (f["subject"], says in f["says"]) for f in json.loads(done.out) if not f["ok"] and f["subject"] != "disk"
    ] == [(subject, True)]


def test_as_a_process_it_is_the_same(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "codex", "user", "list"],
        cwd=tmp_path,
        env={"CODEX_LOG": "loud"},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "codex: CODEX_LOG must be text or json.\n")
