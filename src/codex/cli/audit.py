"""`codex audit …`: is the audit log what was written?"""

from typing import Annotated

import typer

from codex.audit import verify as verifying
from codex.cli.shell import FAILURE, Refused, desk, run, say_json

app = typer.Typer(help="The log of what administrators did: verify.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The log of what administrators did: verify."""


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Recompute every day's chain; exit 1 and the first row that is not as written of each day, if there are any."""

    async def command() -> None:
        async with desk() as works, works.database.reading() as reader:
            verdict = await verifying.verify(reader)
        if as_json:
            say_json(verdict)
        else:
            for found in verdict.broken:
                typer.echo(f"{found.day} number {found.position} ({found.id or 'no row'}): {found.says}")
            typer.echo(f"{verdict.events} events, {verdict.days} days, {len(verdict.broken)} broken")
        if verdict.broken:
            raise Refused(f"{len(verdict.broken)} days of the audit log are not as they were written.", FAILURE)

    run(command)
