"""The command line of `codex`: help, wrong words, and how an error becomes one sentence and an exit code."""

import psycopg
import pytest
import typer
from shells import Shell
from sqlalchemy import exc

from codex.cli.shell import run_plain
from codex.kernel.errors import Forbidden, Unprocessable

COMMANDS = (
    "up",
    "web",
    "worker",
    "migrate",
    "doctor",
    "demo",
    "user",
    "team",
    "token",
    "signin-link",
    "import",
    "events",
)
EVERY = (
    "up", "web", "worker", "migrate", "doctor", "demo", "signin-link", "user add", "user list", "user deactivate",
    "team add", "token add", "import incidents", "events verify",
)  # fmt: skip


def test_help_names_every_command(bare_shell: Shell) -> None:
    shown = bare_shell("--help")

    assert shown.code == 0
    assert [name for name in COMMANDS if f" {name} " not in shown.out] == []


@pytest.mark.parametrize("command", EVERY)
def test_every_command_says_what_it_does(bare_shell: Shell, command: str) -> None:
    shown = bare_shell(*command.split(), "--help")

    assert (shown.code, shown.err) == (0, "")
    assert command in shown.out


@pytest.mark.parametrize("words", ["", "user", "team", "token", "import", "events"])
def test_half_a_command_shows_the_help(bare_shell: Shell, words: str) -> None:
    shown = bare_shell(*words.split())

    assert (shown.code, shown.err) == (2, "")
    assert "Usage: codex" in shown.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("fly", "No such command 'fly'"),
        ("user fly", "No such command 'fly'"),
        ("user list --fast", "No such option: --fast"),
        ("user add", "Missing argument 'email'"),
        ("user add a@b.c", "Missing option '--name'"),
        ("user add a@b.c --name", "Option '--name' requires an argument"),
        ("user add a@b.c --name A --role KING", "Invalid value for '--role'"),
        ("team add x --name X --strategy LUCK", "Invalid value for '--strategy'"),
        ("token add a@b.c", "Missing option '--scope'"),
        ("token add a@b.c --scope all", "Invalid value for '--scope'"),
        ("up --port 99999", "Invalid value for '--port'"),
        ("web --port http", "Invalid value for '--port'"),
        ("web --processes 0", "Invalid value for '--processes'"),
        ("import incidents", "Missing argument 'file'"),
        ("import incidents x.csv --limit 0", "Invalid value for '--limit'"),
        ("demo again", "Got unexpected extra argument"),
    ],
)
def test_wrong_words_are_bad_input(bare_shell: Shell, words: str, sentence: str) -> None:
    done = bare_shell(*words.split())

    assert (done.code, done.out) == (2, "")
    assert done.sentence.startswith(sentence) and done.sentence.endswith("; --help tells more.")


def test_bytes_that_are_no_text_are_bad_input(bare_shell: Shell) -> None:
    done = bare_shell("user", "add", "a@b.c", "--name", "\udcff")

    assert (done.code, done.sentence) == (2, "The command line must be UTF-8 text.")


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (psycopg.errors.DiskFull("Disk full\nHINT: x"), 1, "The database gave up: Disk full."),
        (exc.OperationalError("SELECT 1", {}, psycopg.OperationalError("it closed the connection")), 1,
         "The database gave up: it closed the connection."),
        (Unprocessable("Rosa is deactivated."), 2, "Rosa is deactivated."),
        (Forbidden("Only owners."), 1, "Only owners."),
        (KeyboardInterrupt(), 130, "Interrupted."),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_goes_wrong_on_the_way_is_one_sentence(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, sentence: str
) -> None:
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as ended:
        run_plain(command)

    assert (ended.value.exit_code, capsys.readouterr().err) == (code, f"codex: {sentence}\n")


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        run_plain(lambda: divmod(1, 0))
