"""The server's configuration, computed for the machine at every start."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MAIN = """\
# Written once by Codex. Its own settings are in codex.conf, rewritten at every start;
# what you add below the include stays and wins.
include 'codex.conf'
"""
# The 0700 directory around the socket is the lock on the door.
AUTHENTICATION = "local all all trust\n"

_MIB = 1024 * 1024
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@dataclass(frozen=True)
class Machine:
    memory_mib: int
    cores: int


def this_machine() -> Machine:
    """Memory and cores of this machine, or of the container around us where that has less."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _CGROUP_LIMITS:
        with suppress(OSError, ValueError):  # No such file, or the word "max".
            limits.append(int(path.read_text()))
    return Machine(memory_mib=min(limits) // _MIB, cores=os.cpu_count() or 1)


def settings(machine: Machine, *, major: int, socket_dir: str, has_statistics: bool) -> str:
    """The text of codex.conf for PostgreSQL `major`."""
    chosen = {**_FIXED, **_sized(machine), "unix_socket_directories": _quoted(socket_dir)}
    if has_statistics:
        chosen |= _STATISTICS
    if major >= 18:
        chosen |= _FROM_18
    return "".join(f"{name} = {value}\n" for name, value in chosen.items())


def _sized(machine: Machine) -> dict[str, str]:
    memory = machine.memory_mib
    parallel = 1 if machine.cores < 4 else 2
    return {
        "shared_buffers": _mib(memory // 4, least=32, most=512),
        "effective_cache_size": _mib(memory // 2, least=64, most=65536),
        "work_mem": _mib(memory // 512, least=2, most=16),
        "maintenance_work_mem": _mib(memory // 16, least=16, most=256),
        "max_wal_size": _mib(memory // 4, least=256, most=1024),
        "max_parallel_workers": str(max(2, min(machine.cores, 8))),
        "max_parallel_workers_per_gather": str(parallel),
        "max_parallel_maintenance_workers": str(parallel),
    }


def _mib(size: int, *, least: int, most: int) -> str:
    return f"{max(least, min(size, most))}MB"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


_FIXED = {
    "listen_addresses": "''",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "fsync": "on",
    # Containers have a small /dev/shm, and systemd may remove a user's segments at logout.
    "dynamic_shared_memory_type": "mmap",
    # "try" ends in a bus error where a container promises huge pages that it does not have.
    "huge_pages": "off",
    "min_wal_size": "80MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    # Compiling costs more than the short queries of a desk.
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "datestyle": "'iso, mdy'",
    "lc_messages": "'C'",
    "default_text_search_config": "'pg_catalog.english'",
    "log_line_prefix": "'%m [%p] %q%u@%d '",
    # No statement, detail or context in the log: they carry what people wrote.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_messages": "warning",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
}
_STATISTICS = {
    "shared_preload_libraries": "'pg_stat_statements'",
    "pg_stat_statements.max": "1000",
    "pg_stat_statements.track_utility": "off",
}
_FROM_18 = {"io_workers": "2"}
