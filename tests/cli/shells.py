"""The command `codex` in this process: its words, what it prints, how it ends."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from codex.cli.root import main
from databases import FreshDatabase


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one sentence on standard error of a command that was refused, without the name before it."""
        assert self.err.startswith("codex: ") and self.err.endswith((".\n", "migrate\n")), self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("codex: ").rstrip("\n")


Shell = Callable[..., Ended]
"""`shell("user", "list")`."""


@pytest.fixture
def bare_shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Shell:
    """A shell with nothing set but a data directory of its own."""
    for name in ("DATABASE_URL", "DIRECT_URL", "CODEX_SECRET_KEY", "CODEX_BASE_URL", "CODEX_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CODEX_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    # The log keeps the standard error that it finds at first; the one of a test does not live as long.
    monkeypatch.setattr("codex.kernel.log.configure", lambda *_, **__: None)

    def run(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["codex", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return run


def url(parts: dict[str, Any]) -> str:
    """The address of a database, from what `psycopg.connect` takes."""
    rest = {name: value for name, value in parts.items() if name not in ("user", "dbname")}
    return f"postgresql://{quote(parts['user'])}@/{quote(parts['dbname'])}?{urlencode(rest)}"


@pytest.fixture
def shell(bare_shell: Shell, world_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell on the world, as the application's role."""
    monkeypatch.setenv("DATABASE_URL", url(world_database.app))
    monkeypatch.setenv("CODEX_SECRET_KEY", "k" * 40)
    return bare_shell
