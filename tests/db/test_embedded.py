"""The embedded PostgreSQL: real servers in temporary directories, as root and as anybody else."""

import multiprocessing
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from codex.db.embedded import (
    EmbeddedError,
    Server,
    create_database,
    drop_database,
    ensure,
    find_bin_dir,
    locks,
    processes,
    running,
)
from codex.db.embedded.config import Machine, settings
from codex.db.embedded.errors import last_words


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that its tests leave running."""
    with a_server(tmp_path_factory.mktemp("embedded") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def module_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("made") / "data"
    ensure(data_dir).stop()
    return data_dir


@pytest.fixture
def made(module_dir: Path) -> Iterator[Path]:
    """A data directory whose database exists and is down. Its tests share it, each leaves it fit to start."""
    yield module_dir
    halt(module_dir)


@pytest.fixture
def copied(module_dir: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of `made`, to be damaged."""
    shutil.copytree(module_dir, tmp_path / "copied")
    yield tmp_path / "copied"
    end(tmp_path / "copied")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory that does not exist yet."""
    yield tmp_path / "data"
    end(tmp_path / "data")


@contextmanager
def a_server(data_dir: Path) -> Iterator[Server]:
    try:
        yield ensure(data_dir)
    finally:
        end(data_dir)


def halt(data_dir: Path) -> None:
    tag = data_dir / "postgres" / "codex.lock"
    if tag.exists() and tag.read_text():
        processes.halt(tag.read_text())


def end(data_dir: Path) -> None:
    """Leave no process and no file (a database takes 40 MB)."""
    halt(data_dir)
    shutil.rmtree(data_dir, ignore_errors=True)


def keep_a_row(server: Server) -> None:
    run(server, "DROP TABLE IF EXISTS note; CREATE TABLE note AS SELECT 'kept' AS text")


def has_kept_it(server: Server) -> bool:
    return ask(server, "SELECT text FROM note") == "kept"


def connect(server: Server, user: str = "codex_owner", dbname: str = "codex") -> psycopg.Connection:
    return psycopg.connect(make_conninfo("", **server.conninfo(user=user, dbname=dbname)), autocommit=True)


def ask(server: Server, query: str, user: str = "codex_owner", dbname: str = "codex") -> object:
    with connect(server, user, dbname) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def run(server: Server, statement: str, user: str = "codex_owner") -> None:
    with connect(server, user) as connection:
        connection.execute(statement.encode())


def postmaster_of(server: Server) -> int:
    return int((server.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def one_sentence(error: pytest.ExceptionInfo[EmbeddedError]) -> str:
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


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


def test_nothing_runs_where_nothing_was_started(tmp_path: Path, made: Path) -> None:
    assert running(tmp_path / "nowhere") is None
    assert running(made) is None


def test_stopping_disconnects_clients_and_leaves_no_process(made: Path) -> None:
    server = ensure(made)
    connection = connect(server)
    assert processes.bearing(server.tag)
    server.stop()
    assert processes.bearing(server.tag) == []
    assert running(made) is None
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_stopping_twice_does_no_harm(made: Path) -> None:
    server = ensure(made)
    server.stop()
    server.stop()


def test_the_server_survives_its_starter(made: Path) -> None:
    program = f"from pathlib import Path; from codex.db.embedded import ensure; ensure(Path({str(made)!r}))"
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603
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
    backend = ask(
        server, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'", user="postgres"
    )
    assert isinstance(backend, int)
    os.kill(backend, signal.SIGKILL)
    assert not ensure(made).started
    assert ask(server, "SELECT 1") == 1


@pytest.mark.parametrize(
    "content", ["", "not a number\n", f"{os.getpid()}\n/somewhere\n0\n5432\n.\n\n1 2\nready\n"]
)
def test_a_stale_pid_file_does_not_hinder_the_start(made: Path, content: str) -> None:
    # The last one names a live process: ours. So it is in a container whose numbers begin anew.
    (made / "postgres" / "postmaster.pid").write_text(content)
    assert running(made) is None
    assert ensure(made).started


def test_a_copy_of_a_running_database_is_not_taken_for_the_original(shared: Server, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
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
def test_a_path_that_no_socket_can_have_gets_a_private_directory(
    module_dir: Path, tmp_path: Path, name: str
) -> None:
    data_dir = tmp_path / name
    shutil.copytree(module_dir, data_dir)
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
    assert (
        ask(shared, "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'codex'") == "codex_owner"
    )
    assert (
        ask(shared, "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'")
        == "codex_owner"
    )
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


def test_a_database_of_another_major_version_is_refused(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "PG_VERSION").write_text("12\n")
    (data_dir / "postgres" / "codex.lock").write_text("")
    with pytest.raises(EmbeddedError) as error:
        ensure(data_dir)
    assert "made by PostgreSQL 12" in one_sentence(error)


def test_a_damaged_database_is_reported_with_the_reason(copied: Path) -> None:
    (copied / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedError) as error:
        ensure(copied)
    assert "pg_control" in one_sentence(error)


def test_somebody_elses_files_are_not_touched(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "letter").write_text("dear")
    with pytest.raises(EmbeddedError) as error:
        ensure(data_dir)
    assert "in the way" in one_sentence(error)
    assert [path.name for path in (data_dir / "postgres").iterdir()] == ["letter"]
    (data_dir / "postgres" / "PG_VERSION").write_text("18\n")
    with pytest.raises(EmbeddedError, match="did not make"):
        ensure(data_dir)


def test_a_file_in_place_of_the_data_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(EmbeddedError) as error:
        ensure(tmp_path / "data")
    assert "CODEX_DATA_DIR" in one_sentence(error)


def test_a_read_only_directory_is_refused(open_place: Path) -> None:
    open_place.chmod(0o555)
    with unprivileged(), pytest.raises(EmbeddedError) as error:
        ensure(open_place / "data")
    assert "Permission denied" in one_sentence(error)


def test_a_first_start_that_fails_leaves_nothing_half_done(data_dir: Path, broken_server: Path) -> None:
    with pytest.raises(EmbeddedError) as error:
        ensure(data_dir, bin_dir=broken_server)
    assert "The disk that holds" in one_sentence(error)
    assert [path.name for path in data_dir.iterdir()] == ["postgres.lock"]


def test_a_folder_without_a_server_is_refused(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError) as error:
        ensure(data_dir, bin_dir=tmp_path)
    assert "There is no PostgreSQL" in one_sentence(error)


def test_a_database_held_by_an_unseen_process_is_left_alone(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codex.db.embedded.starting._TAKE_OVER_SECONDS", 0.05)
    with locks.held(made / "postgres" / "codex.lock"), pytest.raises(EmbeddedError) as error:
        ensure(made)
    assert "another container" in one_sentence(error)


def test_the_last_words_of_the_server_become_one_sentence(tmp_path: Path) -> None:
    assert "is full" in last_words("FATAL:  could not write: No space left on device\nHINT: x", tmp_path)
    assert "chmod o+x" in last_words('FATAL:  could not open "/x": Permission denied', tmp_path)
    assert "without saying why" in last_words("", tmp_path)


@pytest.mark.parametrize("memory_mib", [256, 1024, 8192, 262144])
def test_memory_is_a_small_part_of_any_machine(memory_mib: int) -> None:
    text = settings(Machine(memory_mib, cores=2), major=18, socket_dir="it's", has_statistics=False)
    lines = dict(line.split(" = ", 1) for line in text.splitlines())
    shared_mib = int(lines["shared_buffers"].removesuffix("MB"))
    assert 32 <= shared_mib <= min(512, memory_mib // 4)
    assert lines["unix_socket_directories"] == "'it''s'"
    assert "shared_preload_libraries" not in lines


def test_the_clients_lie_beside_the_server() -> None:
    assert {"postgres", "initdb", "psql", "pg_dump", "pgbench"} <= {
        path.name for path in find_bin_dir().iterdir()
    }


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A directory that anybody can reach; pytest's own are closed to all but root."""
    place = Path(tempfile.mkdtemp(prefix="codex-test-"))
    place.chmod(0o755)
    yield place
    place.chmod(0o755)
    shutil.rmtree(place)


@pytest.fixture
def broken_server(open_place: Path) -> Path:
    """Programs that find the disk full."""
    for name in ("postgres", "initdb"):
        script = open_place / name
        script.write_text(
            '#!/bin/sh\n[ "$1" = --version ] && echo "postgres (PostgreSQL) 18.0" && exit 0\n'
            'echo "initdb: error: could not write file: No space left on device" >&2; exit 1\n'
        )
        script.chmod(0o755)
    return open_place


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may write everywhere: be somebody else for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
