"""A ticket that is something else to each of the cast, for trying what each may do to it."""

from scenes import follow, grant, standing

from codex.identity.models import User
from codex.tickets.models import AccessLevel, Ticket, TicketStatus
from rights_oracle import Bond
from world import MORNING, World, instant

SITUATIONS = [
    (TicketStatus.NEW, None),
    (TicketStatus.ASSIGNED, "amir"),
    (TicketStatus.IN_PROGRESS, "lena"),
    (TicketStatus.RESOLVED, "amir"),
    (TicketStatus.CLOSED, None),
]
"""Where the conditions of the table part; `test_policy_matrix` has every status."""
EARLY = "2026-03-02T08:00Z"
Bonds = list[tuple[User, Bond]]


async def stage(world: World, status: TicketStatus, who: str | None) -> tuple[Ticket, Bonds]:
    """A ticket that is something else to each of the cast, and what it is to them."""
    ticket = await standing(world, status, assignee=getattr(world, who) if who else None, at=EARLY)
    await follow(world, ticket, world.otto, now=EARLY)
    await grant(world, ticket, world.hr, AccessLevel.READ, now=EARLY)
    await grant(world, ticket, world.facilities, AccessLevel.WRITE, now=EARLY)
    await grant(world, ticket, world.finance, AccessLevel.WRITE, expires_at=instant(MORNING), now=EARLY)

    def bond(name: str, **ties: object) -> tuple[User, Bond]:
        assignee = "nobody" if who is None else "me" if who == name else "other"
        return getattr(world, name), Bond(**ties, assignee=assignee, status=status)  # type: ignore[arg-type]

    return ticket, [
        bond("rosa", is_requester=True),
        bond("otto", follows=True),
        bond("amir", team_role="AGENT"),
        bond("lena", team_role="LEAD"),
        bond("tara", team_role="ADMIN"),
        bond("hana", grant="READ"),
        bond("farid", grant="WRITE"),
        bond("ona", is_owner=True),
    ]
