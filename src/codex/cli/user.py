"""`codex user …`: people."""

import getpass
import sys
from enum import StrEnum
from typing import Annotated

import typer
from sqlalchemy import select

from codex.cli.shell import BAD_INPUT, Refused, desk, operator, run, say_json
from codex.identity import passwords, people, queries, second_factor, teams
from codex.identity.models import User
from codex.kernel.actor import TeamRole, UserRole, system

app = typer.Typer(help="People: add, list, deactivate, and how they sign in.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(help="The mail address.")]


class OfferedRole(StrEnum):
    """The global roles that are given: all but ADMIN, which is deprecated."""

    EMPLOYEE = UserRole.EMPLOYEE.value
    AGENT = UserRole.AGENT.value
    LEAD = UserRole.LEAD.value
    TEAM_ADMIN = UserRole.TEAM_ADMIN.value
    OWNER = UserRole.OWNER.value


@app.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="The name that others see.")],
    role: Annotated[OfferedRole, typer.Option(help="The global role.")] = OfferedRole.EMPLOYEE,
    team: Annotated[list[str] | None, typer.Option(help="SLUG:ROLE, such as it:AGENT; may be repeated.")] = None,
) -> None:
    """Add a person and print the id. A TEAM_ADMIN's first team is the one administered."""

    async def command() -> None:
        wanted = [_membership(text) for text in team or ()]
        async with operator() as work:
            found = [(await queries.team_by_slug(work.session, slug), team_role) for slug, team_role in wanted]
            given = UserRole(role)
            primary = found[0][0].id if found and given is UserRole.TEAM_ADMIN else None
            user = await people.add(work, email=email, display_name=name, role=given, primary_team_id=primary)
            for its_team, team_role in found:
                await teams.put_member(work, its_team, user, role=team_role)
        typer.echo(str(user.id))

    run(command)


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Everybody, by address."""

    async def command() -> None:
        async with desk() as works, works.begin(system("Operator")) as work:
            users = (await work.session.scalars(select(User).order_by(User.email))).all()
        rows = [
            {"id": u.id, "email": u.email, "displayName": u.display_name, "role": u.role, "isActive": u.is_active}
            for u in users
        ]
        if as_json:
            say_json(rows)
            return
        for row in rows:
            state = "" if row["isActive"] else " (inactive)"
            typer.echo(f"{row['email']:40} {row['role']:12} {row['displayName']}{state}")

    run(command)


@app.command()
def deactivate(email: Email) -> None:
    """Shut a person out, at once and for good: sessions and tokens end."""

    async def command() -> None:
        async with operator() as work:
            await people.deactivate(work, await queries.person_by_email(work.session, email, lock=True))

    run(command)


@app.command()
def password(email: Email) -> None:
    """Set a person's password, read from standard input (asked for, unseen, at a terminal). Their sessions end."""

    async def command() -> None:
        given = getpass.getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
        async with operator() as work:
            await passwords.put(work, await queries.person_by_email(work.session, email, lock=True), given)

    run(command)


@app.command("second-factor-reset")
def second_factor_reset(email: Email) -> None:
    """Turn off the second factor of who has lost it: they sign in without a code until they set up another one."""

    async def command() -> None:
        async with operator() as work:
            await second_factor.remove(work, await queries.person_by_email(work.session, email, lock=True))

    run(command)


def _membership(text: str) -> tuple[str, TeamRole]:
    slug, _, role = text.partition(":")
    try:
        return slug, TeamRole(role.upper() or "AGENT")
    except ValueError:
        raise Refused(f"--team {text}: the role must be one of {', '.join(TeamRole)}.", BAD_INPUT) from None
