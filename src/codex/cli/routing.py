"""`codex routing …`: rules learned from past tickets."""

from datetime import datetime
from typing import Annotated

import typer

from codex.cli.shell import BAD_INPUT, Refused, desk, run, say_json
from codex.kernel import clock
from codex.kernel.actor import system
from codex.routing.drafting import learn as learned

app = typer.Typer(help="Where new tickets go: learn.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Where new tickets go: learn."""


@app.command()
def learn(
    until: Annotated[str | None, typer.Option(help="Learn from tickets opened up to this instant; else half.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the rules as drafts, which are not active.")] = False,
) -> None:
    """Propose rules from finished tickets, and print as JSON how they agree with the teams that solved later ones."""

    async def command() -> None:
        at = _instant(until) if until else None
        async with desk() as works, works.begin(system("Routing")) as work:
            found = await learned(work, until=at, keep=keep)
        say_json(found)

    run(command)


def _instant(text: str) -> datetime:
    try:
        return clock.parse(text)
    except ValueError as bad:
        raise Refused(f"--until {text} is not an instant such as 2026-03-02T09:00Z.", BAD_INPUT) from bad
