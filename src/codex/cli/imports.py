"""`codex import …`: other desks' histories."""

import asyncio
import signal
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from codex.cli.shell import BAD_INPUT, FAILURE, Refused, desk, run, say_json
from codex.imports import incident_replay
from codex.imports.incident_log import read_log
from codex.imports.incident_order import Replay, arrange

app = typer.Typer(help="Other desks' histories: incidents.", no_args_is_help=True)
BAD_LINES_SHOWN = 20


@app.callback()
def _group() -> None:
    """Other desks' histories: incidents."""


@app.command()
def incidents(
    file: Annotated[Path, typer.Argument(help="The event log: CSV, or an xz of it.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many incidents, whole.")] = None,
    zone: Annotated[str, typer.Option(help="The time zone of the log's times.")] = "UTC",
    strict: Annotated[bool, typer.Option(help="Stop at the first line that cannot be read.")] = False,
) -> None:
    """Replay an incident event log through the real commands, each at its historical instant.

    May be killed at any moment and started again; what is here already is not replayed. The last line is a summary.
    """

    async def command() -> None:
        began = time.monotonic()
        try:
            local = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Refused(f"--zone {zone} is not a time zone; use a name such as Europe/Berlin.", BAD_INPUT) from None
        replay = arrange(read_log(file, zone=local, strict=strict), limit=limit)
        for bad in replay.bad_lines[:BAD_LINES_SHOWN]:
            typer.echo(f"codex: line {bad.line} is left out: {bad.reason}", err=True)
        outcome = await _lived(replay)
        say_json(_summary(replay, outcome, time.monotonic() - began))
        if outcome.stopped:
            raise Refused("Stopped before the end; start it again to go on from here.", FAILURE)

    run(command)


async def _lived(replay: Replay) -> incident_replay.Outcome:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Replaying", total=len(replay.moments), speed="")
        began, done = time.monotonic(), 0

        def progress(count: int) -> None:
            nonlocal done
            done += count
            bar.update(task, completed=done, speed=f"{done / (time.monotonic() - began):,.0f}/s")

        async with desk() as works:
            return await incident_replay.live(works, replay, progress=progress, stopping=stopping.is_set)


def _summary(replay: Replay, outcome: incident_replay.Outcome, seconds: float) -> dict[str, object]:
    return {
        "incidents": sum(1 for moment in replay.moments if moment.is_opening),
        "ticketsOpened": outcome.tickets,
        "rowsReplayed": outcome.rows,
        "rowsAlreadyHere": outcome.rows_before,
        "commands": outcome.commands,
        "badLines": [asdict(bad) for bad in replay.bad_lines],
        "irregularities": {name: count for name, count, _ in replay.irregularities.lines() if count},
        "seconds": round(seconds, 1),
        "rowsPerSecond": round(outcome.rows / seconds) if seconds else 0,
        "complete": not outcome.stopped,
    }
