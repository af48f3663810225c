"""What the commands share: settings, the database, errors as one sentence, data as JSON."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import typer

from codex import reactions
from codex.db import access, upgrading
from codex.db.database import CONNECTION_LOST, Database
from codex.db.work import Work, Works
from codex.imports.incident_log import LogError
from codex.kernel import log
from codex.kernel.actor import system
from codex.kernel.errors import CodexError, Invalid, NotFound, Unprocessable
from codex.settings import Settings, load

BAD_INPUT = 2
FAILURE = 1


class Refused(Exception):
    """A command ends with this sentence on standard error and this exit code."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


@asynccontextmanager
async def desk(settings: Settings | None = None) -> AsyncIterator[Works]:
    """The desk of this installation: the built-in database is started if need be, and stopped again after."""
    settings = settings or load()
    log.configure(settings.log, process="cli")
    with upgrading.opened(settings) if settings.is_embedded else access.opened(settings) as found:
        works = reactions.works(Database(found, max_connections=4))
        await works.database.open()
        try:
            yield works
        finally:
            await works.database.close()


@asynccontextmanager
async def operator() -> AsyncIterator[Work]:
    """One change in the name of whoever has the machine's shell, and with it every right."""
    async with desk() as works, works.begin(system("Operator")) as work:
        yield work


def run(command: Callable[[], Awaitable[None]]) -> None:
    """Run a command to its end, as `run_plain` does one that waits for nothing."""
    run_plain(lambda: asyncio.run(_awaited(command)))


def run_plain(command: Callable[[], None]) -> None:
    """Run a command to its end; what it refuses is one sentence on standard error and the right exit code."""
    try:
        command()
    except Refused as refused:
        fail(str(refused), refused.code)
    except (CodexError, LogError) as error:
        fail(in_words(error), exit_code(error))
    except CONNECTION_LOST as lost:
        reason = str(getattr(lost, "orig", lost)).strip().partition("\n")[0].rstrip(".")
        fail(f"The database gave up: {reason}.", FAILURE)
    except KeyboardInterrupt:
        fail("Interrupted.", 130)


async def _awaited(command: Callable[[], Awaitable[None]]) -> None:
    await command()


def exit_code(error: Exception) -> int:
    """2 for bad input, 1 for a failure."""
    return BAD_INPUT if isinstance(error, Invalid | NotFound | Unprocessable | LogError) else FAILURE


def in_words(error: Exception) -> str:
    """The sentence of an error; bad input names what it is about."""
    if isinstance(error, Invalid):
        return " ".join(f"{p.path}: {p.message}" if p.path else p.message for p in error.problems)
    return str(error)


def fail(sentence: str, code: int) -> None:
    """End the process with a sentence on standard error."""
    say_error(sentence)
    raise typer.Exit(code)


def say_error(sentence: str) -> None:
    """A sentence on standard error."""
    typer.echo(f"codex: {sentence}", err=True)


def say_json(data: object) -> None:
    """Data on standard output, as one line of JSON."""
    sys.stdout.write(msgspec.json.encode(data).decode() + "\n")
    sys.stdout.flush()
