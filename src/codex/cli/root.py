"""The command `codex` and its groups."""

import typer

from codex.cli import credentials, events, imports, running, team, user

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


def main() -> None:
    """The entry point."""
    app()
