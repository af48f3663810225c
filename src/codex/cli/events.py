"""`codex events …`: is history what the rows say?"""

from typing import Annotated

import typer

from codex.cli.shell import FAILURE, Refused, desk, run, say_json
from codex.kernel.actor import system
from codex.tickets import verify as verifying

app = typer.Typer(help="The log of what happened: verify.", no_args_is_help=True)
SHOWN = 50


@app.callback()
def _group() -> None:
    """The log of what happened: verify."""


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Fold every ticket's events and compare with its row; exit 1 and the differences, if there are any."""

    async def command() -> None:
        tickets, found = 0, []
        async with desk() as works, works.begin(system("Verify"), steady=True) as work:
            async for count, differences in verifying.verify(work):
                tickets += count
                found += differences
        if as_json:
            say_json({"tickets": tickets, "differences": found})
        else:
            for d in found[:SHOWN]:
                typer.echo(f"{d.ticket} {d.column}: history says {d.history}, the row says {d.row}")
            typer.echo(f"{tickets} tickets, {len(found)} differences")
        if found:
            raise Refused(f"{len(found)} differences between history and rows.", FAILURE)

    run(command)
