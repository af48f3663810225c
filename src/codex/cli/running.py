"""`codex up`, `web`, `worker`, `migrate`, `doctor`, `demo`: running the desk."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from codex import reactions
from codex.cli.credentials import keep_address, link
from codex.cli.examination import examine
from codex.cli.serving import serve
from codex.cli.shell import FAILURE, Refused, desk, run, run_plain, say_json
from codex.cli.supervisor import Supervisor, only_one, refuse_taken
from codex.cli.working import work
from codex.db import access, embedded, upgrading
from codex.db.database import Access, Database
from codex.demo import build
from codex.demo.cast import CAST
from codex.identity import queries, signin
from codex.kernel.actor import system
from codex.kernel.errors import NotFound
from codex.settings import Settings, load

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared only
Processes = Annotated[int, typer.Option(min=1, max=64, help="How many web processes.")]


def up(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept; default ./data.")] = None,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Leave an empty database empty.")] = False,
    processes: Processes = 1,
) -> None:
    """Everything in one: the database, migrations, the demo world for an empty desk, web and worker."""
    if data_dir is not None:
        os.environ["CODEX_DATA_DIR"] = str(data_dir)

    def command() -> None:
        settings = load()
        lock = only_one(settings.data_path)
        refuse_taken(host, port)
        base_url = settings.base_url or f"http://{'localhost' if host in EVERYWHERE else host}:{port}"
        os.environ["CODEX_BASE_URL"] = base_url  # for web and worker
        keep_address(settings, base_url)
        with upgrading.opened(settings) as found:
            if not no_demo:
                asyncio.run(_fill(found))
            supervisor = Supervisor(
                {
                    "web": ["codex.cli.serving", host, str(port), str(processes)],
                    "worker": ["codex.cli.working"],
                },
                say=typer.echo,
                also=lambda: _revive(settings),
            )
            local = f"http://{'127.0.0.1' if host in EVERYWHERE else host}:{port}"
            supervisor.run(ready_url=f"{local}/health/ready", on_ready=lambda: asyncio.run(_greet(found, base_url)))
        lock.close()

    run_plain(command)


def _revive(settings: Settings) -> None:
    """Start the built-in database again if it has ended: pulled away by hand, or by a machine short of memory."""
    if settings.is_embedded and embedded.running(settings.data_path) is None:
        typer.echo("The database ended; starting it again.")
        access.revive(settings)


async def _fill(found: Access) -> None:
    works = reactions.works(Database(found, max_connections=2))
    await works.database.open()
    try:
        async with works.begin(system("Demo")) as work:
            is_empty = await queries.count_people(work.session) == 0
        if is_empty:
            typer.echo("Loading the demo world …")
            await build.load(works)
    finally:
        await works.database.close()


async def _greet(found: Access, base_url: str) -> None:
    works = reactions.works(Database(found, max_connections=1))
    await works.database.open()
    links = []
    try:
        async with works.begin(system("Operator")) as work:
            for member in CAST:
                try:
                    user = await queries.person_by_email(work.session, member.email)
                except NotFound:
                    continue
                way_in = link(base_url, await signin.make_link(work, user))
                links.append(f"  {member.name:<14} {member.about:<34} {way_in}")
    finally:
        await works.database.close()
    told = (
        f"\nCodex is ready at {base_url}\n",
        *links,
        "\nLinks work once, for 15 minutes; `codex signin-link EMAIL` makes another. Ctrl-C stops everything.\n",
    )
    typer.echo("\n".join(told))


def web(port: Port = 8000, host: Host = "127.0.0.1", processes: Processes = 1) -> None:
    """Serve pages and the API."""

    def command() -> None:
        settings = load()
        refuse_taken(host, port)
        with upgrading.opened(settings) if settings.is_embedded else access.opened(settings):
            serve(host, port, processes)

    run_plain(command)


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do all that is due, then end.")] = False,
) -> None:
    """Do what happens without anybody asking."""

    async def command() -> None:
        jobs, swept = await work(load(), once=once)
        if once:
            typer.echo(f"{jobs} jobs done, {swept} due things looked after")

    run(command)


def migrate() -> None:
    """Bring the schema up to date."""

    def command() -> None:
        result = upgrading.upgrade(load())
        typer.echo(f"The schema is at {result.after}; applied: {', '.join(result.applied) or 'nothing, it was there'}.")

    run_plain(command)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Check settings, database, files and clock, and say what is wrong and how to mend it."""

    async def command() -> None:
        findings = await examine()
        if as_json:
            say_json(findings)
        else:
            for finding in findings:
                typer.echo(f"{'ok  ' if finding.ok else 'BAD '} {finding.subject}: {finding.says}")
        if not all(finding.ok for finding in findings):
            raise Refused("Something is wrong; see above.", FAILURE)

    run(command)


def demo() -> None:
    """Load the demo world; again adds nothing."""

    async def command() -> None:
        async with desk() as works:
            typer.echo(await build.load(works))

    run(command)
