"""`codex token …`, `codex signin-link`: ways in."""

import re
from contextlib import suppress
from datetime import timedelta
from typing import Annotated

import typer

from codex.cli.shell import BAD_INPUT, Refused, desk, operator, run
from codex.identity import queries, signin, tokens
from codex.kernel.actor import Scope, system
from codex.settings import Settings, load

app = typer.Typer(help="Personal API tokens: add.", no_args_is_help=True)
_ADDRESS = "address"
_SPAN = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@app.callback()
def _group() -> None:
    """Personal API tokens: add."""


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="Whose token.")],
    scope: Annotated[Scope, typer.Option(help="What it may be used for.")],
    expires: Annotated[str | None, typer.Option(help="When it ends: 12h, 30d, 8w. Absent: never.")] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "made in the shell",
) -> None:
    """Print a new personal API token: once, alone on standard output."""

    async def command() -> None:
        lives = _span(expires) if expires else None
        async with operator() as work:
            user = await queries.person_by_email(work.session, email)
            _, secret = await tokens.issue(
                work, user, name=name, scope=scope, expires_at=work.now + lives if lives else None
            )
        typer.echo(secret)

    run(command)


def signin_link(email: Annotated[str, typer.Argument(help="Whom the link signs in.")]) -> None:
    """Print a one-time link that signs a person in; it works once, for 15 minutes."""

    async def command() -> None:
        settings = load()
        async with desk(settings) as works, works.begin(system("Operator")) as work:
            user = await queries.person_by_email(work.session, email)
            secret = await signin.make_link(work, user)
        typer.echo(link(address_of(settings), secret))

    run(command)


def link(base_url: str, secret: str) -> str:
    """The address of a sign-in link."""
    return f"{base_url.rstrip('/')}/signin/{secret}"


def keep_address(settings: Settings, base_url: str) -> None:
    """Remember where the desk listens, for whoever makes a link in another shell."""
    (settings.data_path / _ADDRESS).write_text(base_url)


def address_of(settings: Settings) -> str:
    """Where people reach the desk: as set, or where `codex up` last listened on this data."""
    with suppress(OSError):
        return settings.base_url or (settings.data_path / _ADDRESS).read_text()
    return "http://127.0.0.1:8000"


def _span(text: str) -> timedelta:
    match = _SPAN.fullmatch(text)
    if match is None or match[1].strip("0") == "":
        raise Refused(f"--expires {text}: write a number and h, d or w, such as 30d.", BAD_INPUT)
    return int(match[1]) * _UNITS[match[2]]
