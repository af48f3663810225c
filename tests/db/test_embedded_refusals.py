"""What the embedded PostgreSQL refuses, each in one sentence; and what it is told about the machine."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from embedded_places import end, new_place, open_place

from codex.db.embedded import EmbeddedError, ensure, find_bin_dir, locks
from codex.db.embedded.binaries import find
from codex.db.embedded.config import Machine, settings
from codex.db.embedded.errors import last_words


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory that does not exist yet."""
    with new_place() as place:
        yield place / "data"
        end(place / "data")


@pytest.fixture
def hollow(data_dir: Path) -> Path:
    """A data directory whose database has lost nearly all its files."""
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "PG_VERSION").write_text(f"{find().major}\n")
    (data_dir / "postgres" / "codex.lock").write_text("")
    return data_dir


@pytest.fixture
def open_dir() -> Iterator[Path]:
    with open_place() as place:
        yield place


def test_a_database_of_another_major_version_is_refused(hollow: Path) -> None:
    (hollow / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedError) as error:
        ensure(hollow)
    assert "made by PostgreSQL 12" in one_sentence(error)


def test_a_damaged_database_is_reported_with_the_reason(hollow: Path) -> None:
    with pytest.raises(EmbeddedError) as error:
        ensure(hollow)
    assert "No such file or directory" in one_sentence(error)


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


def test_a_read_only_directory_is_refused(open_dir: Path) -> None:
    open_dir.chmod(0o555)
    with unprivileged(), pytest.raises(EmbeddedError) as error:
        ensure(open_dir / "data")
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


def test_a_database_held_by_an_unseen_process_is_left_alone(hollow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex.db.embedded.starting._TAKE_OVER_SECONDS", 0.05)
    with locks.held(hollow / "postgres" / "codex.lock"), pytest.raises(EmbeddedError) as error:
        ensure(hollow)
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
    assert {"postgres", "initdb", "psql", "pg_dump", "pgbench"} <= {path.name for path in find_bin_dir().iterdir()}


@pytest.fixture
def broken_server(open_dir: Path) -> Path:
    """Programs that find the disk full."""
    for name in ("postgres", "initdb"):
        script = open_dir / name
        script.write_text(
            '#!/bin/sh\n[ "$1" = --version ] && echo "postgres (PostgreSQL) 18.0" && exit 0\n'
            'echo "initdb: error: could not write file: No space left on device" >&2; exit 1\n'
        )
        script.chmod(0o755)
    return open_dir


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


def one_sentence(error: pytest.ExceptionInfo[EmbeddedError]) -> str:
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence
