"""The command `codex` and its groups."""

import sys

import typer
from typer.exceptions import TyperException

from codex.cli import audit, credentials, events, imports, routing, running, sla, team, user
from codex.cli.shell import BAD_INPUT, say_error

app = typer.Typer(
    help="Codex: a ticketing system that can answer why.", no_args_is_help=True, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
app.command("up")(running.up)
app.command("web")(running.web)
app.command("worker")(running.worker)
app.command("migrate")(running.migrate)
app.command("doctor")(running.doctor)
app.command("demo")(running.demo)
app.command("signin-link")(credentials.signin_link)
app.add_typer(user.app, name="user")
app.add_typer(team.app, name="team")
app.add_typer(credentials.app, name="token")
app.add_typer(imports.app, name="import")
app.add_typer(events.app, name="events")
app.add_typer(audit.app, name="audit")
app.add_typer(sla.app, name="sla")
app.add_typer(routing.app, name="routing")


def main() -> None:
    """The entry point. What is wrong with the words of the command line is one sentence, too."""
    try:
        "".join(sys.argv).encode()
    except UnicodeEncodeError:
        say_error("The command line must be UTF-8 text.")
        sys.exit(BAD_INPUT)
    try:
        sys.exit(app(standalone_mode=False))
    except TyperException as wrong:
        if words := " ".join(wrong.format_message().split()):  # none: the help has been printed instead
            say_error(f"{words.removesuffix('.')}; --help tells more.")
        sys.exit(wrong.exit_code)
