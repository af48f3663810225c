"""Who has read what: agents do with a ticket what they see on it, and by the next day everybody has looked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from codex.db.work import Work
from codex.demo.company import members
from codex.demo.foundations import House
from codex.demo.plan import Scene, Telling
from codex.demo.script import Part
from codex.tickets import marks
from codex.tickets.models import Ticket

LOOKED = timedelta(hours=20)
"""What changed no later than so long ago has been read by its requester and by everybody of the team."""


class Readers:
    """How far each person has read each ticket."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, UUID], int] = {}
        self._told: dict[UUID, tuple[Telling, Ticket]] = {}

    def note(self, house: House, telling: Telling, ticket: Ticket, scene: Scene | None) -> None:
        """Who has just done something on a ticket has read it so far."""
        by = scene.act.by if scene else telling.script.opened_by
        self._read[telling.parts[by].email, ticket.id] = ticket.version
        self._told[ticket.id] = telling, ticket

    async def mark(self, work: Work, house: House, *, now: datetime) -> None:
        """Keep it all, as of `now`."""
        for telling, ticket in self._told.values():
            if now - ticket.updated_at > LOOKED:
                self._read |= {(email, ticket.id): ticket.version for email in _concerned(house, telling, ticket)}
        reader = await work.reader()
        for (email, ticket_id), version in self._read.items():
            await marks.mark_read(reader, house.actors[email], ticket_id, version=version, now=now)


def _concerned(house: House, telling: Telling, ticket: Ticket) -> Iterator[str]:
    yield telling.parts[Part.REQUESTER].email
    slug = next((slug for slug, team in house.teams.items() if team.id == ticket.assigned_team_id), None)
    for member in members(slug or telling.script.team):
        yield member.email
