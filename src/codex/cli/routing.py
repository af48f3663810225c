"""`codex routing …`: rules learned from past tickets."""

from datetime import datetime, timedelta
from typing import Annotated

import typer
from msgspec import to_builtins

from codex.cli.shell import BAD_INPUT, Refused, desk, run, say_json
from codex.db.work import Works
from codex.kernel import clock
from codex.kernel.actor import system
from codex.rehearsal.learned import Agreed, rehearse
from codex.rehearsal.period import Period, only_reading
from codex.routing.drafting import LearnedRow
from codex.routing.drafting import learn as learned

_ACTOR = system("Routing")
app = typer.Typer(help="Where new tickets go: learn.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Where new tickets go: learn."""


@app.command()
def learn(
    until: Annotated[str | None, typer.Option(help="Learn from tickets opened up to this instant; else half.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the rules as drafts, which are not active.")] = False,
) -> None:
    """Propose rules from finished tickets, rehearse them on later ones, and print as JSON what they are worth."""

    async def command() -> None:
        at = _instant(until) if until else None
        async with desk() as works:
            async with works.begin(_ACTOR) as work:
                found = await learned(work, until=at, keep=keep)
            rehearsed = await _rehearsed(works, found)
        say_json({**to_builtins(found), "rehearsed": to_builtins(rehearsed)})

    run(command)


async def _rehearsed(works: Works, found: LearnedRow) -> Agreed | None:
    now = clock.now()
    since = found.until + timedelta(microseconds=1)
    if not found.proposals or since >= now:
        return None
    async with only_reading(works, _ACTOR, now=now) as work:
        return await rehearse(work, found.proposals, Period(since, now))


def _instant(text: str) -> datetime:
    try:
        return clock.parse(text)
    except ValueError as bad:
        raise Refused(f"--until {text} is not an instant such as 2026-03-02T09:00Z.", BAD_INPUT) from bad
