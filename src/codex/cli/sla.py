"""`codex sla …`: trying what is promised, and whether clocks say what history says."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from codex.cli.shell import BAD_INPUT, FAILURE, Refused, desk, run, run_plain, say_json
from codex.kernel import clock
from codex.kernel.actor import system
from codex.sla import verify as verifying
from codex.sla.simulate import simulate as simulated
from codex.sla.simulation_reading import decoded

app = typer.Typer(help="Service targets and their clocks: simulate, verify.", no_args_is_help=True)
SHOWN = 50


@app.callback()
def _group() -> None:
    """Service targets and their clocks: simulate, verify."""


@app.command()
def simulate(file: Annotated[str, typer.Argument(help="The simulation as JSON; - reads standard input.")]) -> None:
    """Run a made-up timeline through the clocks, and print what they come to and why, as JSON."""
    run_plain(lambda: say_json(simulated(_read(file), now=clock.now())))


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Recompute every clock from its ticket's events and compare; exit 1 and the differences, if there are any."""

    async def command() -> None:
        tickets, found = 0, []
        async with desk() as works, works.begin(system("Verify"), steady=True) as work:
            async for count, differences in verifying.verify(await work.reader()):
                tickets += count
                found += differences
        if as_json:
            say_json({"tickets": tickets, "differences": found})
        else:
            for d in found[:SHOWN]:
                typer.echo(f"{d.ticket} {d.column}: recomputed {d.recomputed}, kept {d.kept}")
            typer.echo(f"{tickets} tickets, {len(found)} differences")
        if found:
            raise Refused(f"{len(found)} differences between clocks and history.", FAILURE)

    run(command)


def _read(file: str) -> object:
    name = "Standard input" if file == "-" else file
    try:
        text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except (OSError, ValueError) as unreadable:
        reason = getattr(unreadable, "strerror", None) or str(unreadable)
        raise Refused(f"{name} cannot be read: {reason}.", BAD_INPUT) from unreadable
    try:
        return decoded(text)
    except ValueError as bad:
        raise Refused(f"{name} is not JSON: {str(bad).rstrip('.')}.", BAD_INPUT) from bad
