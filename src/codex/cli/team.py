"""`codex team …`: teams."""

from typing import Annotated

import typer

from codex.cli.shell import operator, run
from codex.identity import teams
from codex.identity.models import TeamAssignmentStrategy

app = typer.Typer(help="Teams: add.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Teams: add."""


@app.command()
def add(
    slug: Annotated[str, typer.Argument(help="The name for addresses, such as it-support.")],
    name: Annotated[str, typer.Option(help="The name that people see.")],
    prefix: Annotated[str | None, typer.Option(help="What starts the display ids of its tickets, such as IT.")] = None,
    strategy: Annotated[
        TeamAssignmentStrategy, typer.Option(help="Who gets a new ticket.")
    ] = TeamAssignmentStrategy.QUEUE_ONLY,
    confidential: Annotated[bool, typer.Option(help="Owners must give a reason to read its tickets.")] = False,
) -> None:
    """Add a team and print the id."""

    async def command() -> None:
        async with operator() as work:
            team = await teams.add(
                work, name=name, slug=slug, prefix=prefix, strategy=strategy, is_confidential=confidential
            )
        typer.echo(str(team.id))

    run(command)
