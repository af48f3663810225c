"""The embedded PostgreSQL: real servers, as root and as anybody else."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from embedded_places import (
    a_server,
    ask,
    connect,
    end,
    halt,
    has_kept_it,
    keep_a_row,
    new_place,
    postmaster_of,
    run,
)

from codex.db.embedded import Server, create_database, drop_database, ensure, processes, running


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    """A server that its tests leave running."""
    with new_place() as place, a_server(place / "data") as server:
        yield server


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    with new_place() as place:
        ensure(place / "data").stop()
        yield place / "data"


@pytest.fixture
def made(made_once: Path) -> Iterator[Path]:
    """A data directory whose database exists and is down. Its tests share it, each leaves it fit to start."""
    yield made_once
    halt(made_once)


@pytest.fixture
def place() -> Iterator[Path]:
    with new_place() as place:
        yield place


@pytest.fixture
def data_dir(place: Path) -> Iterator[Path]:
    """A data directory that does not exist yet."""
    yield place / "data"
    end(place / "data")


@pytest.fixture
def copied(made_once: Path, data_dir: Path) -> Path:
    """A copy of `made`, to be damaged."""
    shutil.copytree(made_once, data_dir)
    return data_dir


def test_the_first_start_makes_the_database_and_a_later_one_keeps_its_rows(data_dir: Path) -> None:
    first = ensure(data_dir)
    assert first.started
    keep_a_row(first)
    first.stop()
    second = ensure(data_dir)
    assert second.started
    assert has_kept_it(second)


def test_a_running_server_is_adopted(shared: Server) -> None:
    adopted = ensure(shared.data_dir)
    assert not adopted.started
    assert adopted.conninfo(user="codex_app") == shared.conninfo(user="codex_app")
    assert running(shared.data_dir) == adopted


def test_nothing_runs_where_nothing_was_started(place: Path, made: Path) -> None:
    assert running(place / "nowhere") is None
    assert running(made) is None


def test_stopping_disconnects_clients_and_leaves_no_process(made: Path) -> None:
    server = ensure(made)
    connection = connect(server)
    assert processes.bearing(server.tag)
    server.stop()
    server.stop()
    assert processes.bearing(server.tag) == []
    assert running(made) is None
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_the_server_survives_its_starter(made: Path) -> None:
    program = f"from pathlib import Path; from codex.db.embedded import ensure; ensure(Path({str(made)!r}))"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert not ensure(made).started


def test_rows_survive_the_kill_of_the_postmaster_while_a_backend_is_busy(made: Path) -> None:
    server = ensure(made)
    keep_a_row(server)
    busy = threading.Thread(target=be_busy, args=(server,))
    busy.start()
    while not ask(server, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO%'"):
        time.sleep(0.01)
    os.kill(postmaster_of(server), signal.SIGKILL)
    time.sleep(0.1)
    assert len(processes.bearing(server.tag)) == 1
    assert has_kept_it(ensure(made))
    busy.join(timeout=5)
    assert not busy.is_alive()


def be_busy(server: Server) -> None:
    # It waits for nothing, so it never notices that the postmaster is gone.
    with suppress(psycopg.Error):
        run(server, "DO 'BEGIN LOOP PERFORM 1; END LOOP; END'")


def test_a_server_whose_socket_was_cleaned_away_is_started_again(made: Path) -> None:
    server = ensure(made)
    keep_a_row(server)
    (server.socket_dir / ".s.PGSQL.5432").unlink()
    assert running(made) is None
    again = ensure(made)
    assert again.started
    assert has_kept_it(again)


def test_rows_survive_the_kill_of_every_process(made: Path) -> None:
    server = ensure(made)
    keep_a_row(server)
    processes.kill(server.tag)
    assert has_kept_it(ensure(made))


def test_a_server_that_recovers_from_a_dead_backend_is_adopted_when_it_is_back(made: Path) -> None:
    server = ensure(made)
    backend = ask(server, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'", user="postgres")
    assert isinstance(backend, int)
    os.kill(backend, signal.SIGKILL)
    assert not ensure(made).started
    assert ask(server, "SELECT 1") == 1


@pytest.mark.parametrize(
    "content",
    ["", "not a number\n", f"{os.getpid()}\n/somewhere\n0\n5432\n.\n\n1 2\nready\n"],
    ids=["empty", "garbage", "reused"],
)
def test_a_stale_pid_file_does_not_hinder_the_start(made: Path, content: str) -> None:
    # The last one names a live process: ours. So it is in a container whose numbers begin anew.
    (made / "postgres" / "postmaster.pid").write_text(content)
    assert running(made) is None
    assert ensure(made).started


def test_a_copy_of_a_running_database_is_not_taken_for_the_original(shared: Server, place: Path) -> None:
    copy = place / "copy"
    shutil.copytree(shared.data_dir, copy, ignore=shutil.ignore_patterns(".s.PGSQL.*"))
    assert running(copy) is None
    with a_server(copy) as server:
        assert server.started
        server.stop()
    assert running(shared.data_dir)


def test_a_moved_database_is_still_adopted(copied: Path) -> None:
    ensure(copied)
    moved = copied.rename(copied.with_name("moved"))
    with a_server(moved) as server:
        assert not server.started
        assert ask(server, "SELECT 1") == 1


def test_a_deleted_data_directory_means_a_fresh_database(copied: Path) -> None:
    old = ensure(copied)
    keep_a_row(old)
    shutil.rmtree(copied)
    fresh = ensure(copied)
    assert fresh.started
    assert ask(fresh, "SELECT to_regclass('note') IS NULL")
    processes.kill(old.tag)
    assert ask(fresh, "SELECT 1") == 1


def test_two_installations_live_side_by_side(shared: Server, made: Path) -> None:
    other = ensure(made)
    run(other, "CREATE TABLE IF NOT EXISTS only_there ()")
    assert ask(shared, "SELECT to_regclass('only_there') IS NULL")
    other.stop()
    assert ask(shared, "SELECT 1") == 1


@pytest.mark.parametrize("name", ["long-" + "x" * 120, "a, 'quoted' name"])
def test_a_path_that_no_socket_can_have_gets_a_private_directory(made_once: Path, place: Path, name: str) -> None:
    data_dir = place / name
    shutil.copytree(made_once, data_dir)
    with a_server(data_dir) as server:
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
        assert len(str(server.socket_dir / ".s.PGSQL.5432")) <= 103
        assert ask(server, "SELECT 1") == 1
        assert ensure(data_dir).socket_dir == server.socket_dir
        server.stop()
        assert not server.socket_dir.exists()


def test_of_four_starters_one_starts_and_three_adopt(data_dir: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        outcomes = pool.map(is_starter, [data_dir] * 4, chunksize=1)
    assert sorted(outcomes) == [False, False, False, True]
    assert running(data_dir)


def is_starter(data_dir: Path) -> bool:
    return ensure(data_dir).started


def test_roles_extensions_and_owner_are_those_that_the_product_expects(shared: Server) -> None:
    powers = "rolsuper OR rolcreatedb OR rolcreaterole OR NOT rolcanlogin"
    roles = f"SELECT count(*) FROM pg_roles WHERE rolname IN ('codex_owner', 'codex_app') AND NOT ({powers})"
    assert ask(shared, roles) == 2
    assert ask(shared, "SELECT count(*) FROM pg_extension WHERE extname IN ('pg_trgm', 'unaccent')") == 2
    assert ask(shared, "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'codex'") == "codex_owner"
    assert ask(shared, "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'") == "codex_owner"
    assert ask(shared, "SELECT lower('ÀÉ') = 'àé' AND unaccent('é') = 'e'", user="codex_app")


def test_the_app_role_cannot_create_a_table(shared: Server) -> None:
    run(shared, "CREATE TABLE by_owner (); DROP TABLE by_owner")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(shared, "CREATE TABLE by_app ()", user="codex_app")


def test_the_server_is_durable_and_listens_to_nobody_else(shared: Server) -> None:
    assert ask(shared, "SHOW fsync") == "on"
    assert ask(shared, "SHOW listen_addresses") == ""
    assert ask(shared, "SHOW timezone") == "UTC"
    assert (shared.data_dir / "postgres").stat().st_mode & 0o777 == 0o700


def test_statistics_of_statements_are_available(shared: Server) -> None:
    run(shared, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements", user="postgres")
    assert ask(shared, "SELECT count(*) > 0 FROM pg_stat_statements", user="postgres")
    run(shared, "DROP EXTENSION pg_stat_statements", user="postgres")


def test_a_database_can_be_made_copied_and_dropped(shared: Server) -> None:
    create_database(shared, "mould")
    with connect(shared, dbname="mould") as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")
    create_database(shared, "cast", template="mould")
    assert ask(shared, "SELECT text FROM note WHERE similarity(text, 'kept') = 1", dbname="cast") == "kept"
    connection = connect(shared, dbname="cast")
    for name in ("cast", "mould", "cast"):
        drop_database(shared, name)
    assert ask(shared, "SELECT count(*) FROM pg_database WHERE datname IN ('cast', 'mould')") == 0


def test_what_is_missing_after_an_interrupted_first_start_is_made_by_the_next(made: Path) -> None:
    server = ensure(made)
    drop_database(server, "codex")
    create_database(server, "codex_draft")
    assert ask(ensure(made), "SELECT count(*) FROM pg_extension WHERE extname = 'unaccent'") == 1


def test_our_settings_are_renewed_at_every_start_and_the_operators_stay(copied: Path) -> None:
    (copied / "postgres" / "codex.conf").write_text("max_connections = 7\n")
    with (copied / "postgres" / "postgresql.conf").open("a") as file:
        file.write("work_mem = '3MB'\n")
    server = ensure(copied)
    assert (ask(server, "SHOW max_connections"), ask(server, "SHOW work_mem")) == ("100", "3MB")


def test_a_database_copied_by_root_with_careless_modes_starts(copied: Path) -> None:
    for path in [copied / "postgres", *(copied / "postgres").rglob("*")]:
        os.chown(path, os.geteuid(), os.getegid())
    (copied / "postgres").chmod(0o755)
    assert ask(ensure(copied), "SELECT 1") == 1
