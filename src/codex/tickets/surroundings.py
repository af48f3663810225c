"""What stands beside a ticket for who works on it: choices, the requester, and what ids in its history are called."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from codex.classification.reading import TREE_SQL
from codex.db.database import Reader, Row
from codex.identity.queries import team_roles
from codex.kernel.actor import Actor, TeamRole, UserRole
from codex.kernel.errors import NotFound
from codex.tickets.models import TicketStatus
from codex.tickets.policy import VISIBLE_SQL, Operation, may, sight
from codex.tickets.questionnaire import OF_TICKET_SQL, Questionnaire, questionnaire
from codex.tickets.reading import Seen
from codex.tickets.rows import PersonRef

EARLIER = 5


class CategoryChoice(Struct, frozen=True):
    """A category and the one that it lies under. Those may be chosen that are active, as all above them are."""

    id: UUID
    name: str
    parent_id: UUID | None
    is_active: bool


class Asker(Struct, frozen=True):
    """Who asked, as far as it helps to answer. `time_zone` is an IANA name."""

    department: str | None
    location: str | None
    time_zone: str | None


class EarlierTicket(Struct, frozen=True):
    """Another ticket of the same requester."""

    display_id: str
    subject: str
    status: TicketStatus
    created_at: datetime


class Surroundings(Struct, frozen=True):
    """`members`: who can be the assignee. `names`: of the people, teams and visible tickets that were asked about.
    `questionnaire`: the custom fields with their answers."""

    members: list[PersonRef]
    categories: list[CategoryChoice]
    asker: Asker
    earlier: list[EarlierTicket]
    names: dict[str, str]
    questionnaire: Questionnaire


async def around(
    reader: Reader, actor: Actor, ticket: Seen, *, named: Collection[UUID] = (), now: datetime
) -> Surroundings:
    """One statement for all of it. Of the requester's other tickets only those that the actor may see."""
    row = await reader.first(
        f"""SELECT u.department, u.location, u.time_zone,
              ARRAY(SELECT (p.id, p.display_name, p.role::text, p.primary_team_id, m.role::text)
                    FROM users p LEFT JOIN team_members m ON m.user_id = p.id AND m.team_id = %(team)s
                    WHERE p.is_active AND (m.id IS NOT NULL OR p.primary_team_id = %(team)s)
                    ORDER BY lower(p.display_name), p.id),
              ARRAY({TREE_SQL} SELECT (c.id, c.name, c.parent_id, c.is_open) FROM tree c ORDER BY lower(c.name), c.id),
              ARRAY(SELECT (tickets.display_id, tickets.subject, tickets.status::text, tickets.created_at)
                    FROM tickets WHERE tickets.requester_id = u.id AND {VISIBLE_SQL} AND
                      tickets.created_at < (SELECT this.created_at FROM tickets this WHERE this.id = %(ticket)s)
                    ORDER BY tickets.created_at DESC, tickets.id DESC LIMIT {EARLIER}),
              ARRAY(SELECT (p.id, p.display_name) FROM users p WHERE p.id = ANY(%(named)s::uuid[])
                    UNION ALL SELECT (t.id, t.name) FROM teams t WHERE t.id = ANY(%(named)s::uuid[])
                    UNION ALL SELECT (tickets.id, tickets.display_id) FROM tickets
                              WHERE tickets.id = ANY(%(named)s::uuid[]) AND {VISIBLE_SQL}),
              {OF_TICKET_SQL}
            FROM users u WHERE u.id = %(requester)s""",
        {**sight(actor, now), "ticket": ticket.id, "team": ticket.assigned_team_id,
         "requester": ticket.requester_id, "named": list(named), "answers": may(actor, Operation.CHANGE, ticket)},
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such ticket.")
    members, categories, earlier, names, told = row[3:]
    return Surroundings(
        members=[PersonRef(m[0], m[1]) for m in members if _works_for(ticket.assigned_team_id, m)],
        categories=[CategoryChoice(*c) for c in categories],
        asker=Asker(*row[:3]),
        earlier=[EarlierTicket(e[0], e[1], TicketStatus(e[2]), e[3]) for e in earlier],
        names={str(key): name for key, name in names},
        questionnaire=questionnaire(told),
    )


def _works_for(team_id: UUID | None, member: Row) -> bool:
    _, _, role, primary, team_role = member
    memberships = {team_id: TeamRole(team_role)} if team_id and team_role else {}
    return team_id in team_roles(UserRole(role), primary, memberships)
