"""A desk on which somebody is everything to some ticket that one can be: every relation, and every two of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import product
from uuid import UUID

from codex.db.work import Work
from codex.identity import people, teams
from codex.identity.models import Team, User
from codex.kernel import clock
from codex.kernel.actor import TeamRole, UserRole, system
from codex.kernel.ids import new_id
from codex.tickets import assignment, opening, tagging
from codex.tickets.hanging_models import LinkType, TicketAccess, TicketFollower, TicketLink
from codex.tickets.models import AccessLevel, MessageType, Ticket, TicketMessage
from rights_oracle import Bond
from world import World

_OF_TEAM = {"AGENT": UserRole.AGENT, "LEAD": UserRole.LEAD, "ADMIN": UserRole.TEAM_ADMIN}
INSIDE, TEAM_ONLY, SAID = "Between us: she is impatient", "For the team alone: budget", "We are on our way"


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is on the desk: `place` in IT Support, a place as agent in other teams, or owner of it all."""

    place: str | None = None
    elsewhere: tuple[str, ...] = ()
    is_owner: bool = False

    @property
    def name(self) -> str:
        """What they are called."""
        return " ".join([*(["Owner"] if self.is_owner else []), self.place or "Nobody", *self.elsewhere]).title()

    @property
    def role(self) -> UserRole:
        """The least global role with which all of it is effective."""
        if self.is_owner:
            return UserRole.OWNER
        return _OF_TEAM[self.place] if self.place else UserRole.AGENT if self.elsewhere else UserRole.EMPLOYEE

    @property
    def grant(self) -> str | None:
        """The best grant that their teams hold on every ticket of this desk."""
        return "WRITE" if "facilities" in self.elsewhere else "READ" if "hr" in self.elsewhere else None

    @property
    def units(self) -> int:
        """How many relations they are in without being requester or follower."""
        return (self.place is not None) + len({"hr", "facilities"} & set(self.elsewhere)) + self.is_owner


POSTS = (
    Post(), Post(elsewhere=("finance",)),
    *(Post(place) for place in _OF_TEAM),
    Post(elsewhere=("hr",)), Post(elsewhere=("facilities",)), Post(elsewhere=("hr", "facilities")),
    *(Post(place, (team,)) for place in _OF_TEAM for team in ("hr", "facilities")),
    Post(is_owner=True), *(Post(place, is_owner=True) for place in _OF_TEAM),
    *(Post(elsewhere=(team,), is_owner=True) for team in ("hr", "facilities")),
)  # fmt: skip
"""HR has a READ grant on every ticket, Facilities a WRITE grant, Finance one that is over."""


@dataclass
class Case:
    """Somebody, and a ticket that is to them what `bond` says. `sibling`: another of the same requester, to be merged
    with; `link_id`: of a link to `Desk.beside`; messages are of a minute ago, and by the person where `own`."""

    post: Post
    person: User
    bond: Bond
    ticket: Ticket
    sibling: Ticket
    link_id: UUID
    own_words: UUID
    own_note: UUID
    words: UUID


@dataclass
class Desk:
    """Whoever is there and every case. `beside`: a ticket of IT Support that is nothing to anybody by itself, and
    `hidden` one of Finance; each ticket is linked to both."""

    world: World
    people: dict[Post, User]
    cases: list[Case] = field(default_factory=list)
    beside: Ticket = field(init=False)
    hidden: Ticket = field(init=False)
    followed_by: User = field(init=False)
    """Follows every ticket, by somebody else's doing."""
    brought: User = field(init=False)
    """Follows every ticket, by the doing of the person of the case."""

    def bond(self, post: Post, case: Case) -> Bond:
        """What the ticket of a case is to whoever holds a post."""
        own = post == case.post
        return Bond(
            is_requester=own and case.bond.is_requester,
            follows=own and case.bond.follows,
            team_role=post.place,
            assignee="other" if case.bond.assignee == "me" and not own else case.bond.assignee,
            grant=post.grant,
            is_owner=post.is_owner,
            status=case.ticket.status,
        )

    def everything(self, post: Post) -> Iterator[tuple[Ticket, Bond]]:
        """Every ticket that there is, and what it is to whoever holds a post."""
        for case in self.cases:
            bond = self.bond(post, case)
            yield case.ticket, bond
            yield case.sibling, replace(bond, follows=False, assignee="nobody", grant=None)
        yield self.beside, Bond(team_role=post.place, is_owner=post.is_owner)
        in_finance = "AGENT" if "finance" in post.elsewhere else None
        yield self.hidden, Bond(team_role=in_finance, is_owner=post.is_owner)


def bonds() -> list[tuple[Post, Bond]]:
    """Every relation, and every two, that somebody can be in: with the assignee, where members are told apart by it."""
    found = []
    for post, is_requester, follows in product(POSTS, (False, True), (False, True)):
        if post.units + is_requester + follows <= 2:
            for assignee in ("nobody", "me", "other") if post.place else ("nobody",):
                bond = Bond(is_requester, follows, post.place, assignee, post.grant, post.is_owner)
                found.append((post, bond))
    return found


async def furnish(world: World) -> Desk:
    """The desk, as of a minute ago."""
    now = clock.now() - timedelta(minutes=1)
    async with world.work(as_=world.ona, now=now) as work:
        desk = Desk(world, {post: await _hire(work, world, post, number) for number, post in enumerate(POSTS)})
        desk.followed_by = await people.add(work, email="fiona@acme.example", display_name="Fiona")
        desk.brought = await people.add(work, email="bruno@acme.example", display_name="Bruno")
    async with world.work(as_=system("Test"), now=now) as work:
        desk.beside = await opening.open_ticket(work, requester=world.otto, subject="Beside", team=world.it)
        desk.hidden = await opening.open_ticket(work, requester=world.otto, subject="Hidden", team=world.finance)
        for post, bond in bonds():
            desk.cases.append(await _case(work, desk, post, bond))
    return desk


async def _hire(work: Work, world: World, post: Post, number: int) -> User:
    primary = world.it.id if post.role is UserRole.TEAM_ADMIN else None
    user = await people.add(
        work, email=f"post{number}@acme.example", display_name=post.name, role=post.role, primary_team_id=primary
    )
    if post.place:
        await teams.put_member(work, await work.session.get_one(Team, world.it.id), user, role=TeamRole(post.place))
    for slug in post.elsewhere:
        team = await work.session.get_one(Team, getattr(world, slug).id)
        await teams.put_member(work, team, user, role=TeamRole.AGENT)
    return user


async def _case(work: Work, desk: Desk, post: Post, bond: Bond) -> Case:
    world, person = desk.world, desk.people[post]
    requester = person if bond.is_requester else world.rosa
    subject = f"{person.display_name} {len(desk.cases)}: the printer is on fire"
    ticket = await opening.open_ticket(work, requester=requester, subject=subject, team=world.it)
    sibling = await opening.open_ticket(work, requester=requester, subject="It burns", team=world.it)
    if bond.assignee != "nobody":
        await assignment.assign_to(work, ticket, (person if bond.assignee == "me" else world.amir).id)
    await tagging.add(work, ticket, "fire")
    own_words, own_note, words = _talk(work, desk, ticket, person)
    _surround(work, desk, ticket, person, follows=bond.follows)
    link_id = _link(work, ticket, desk.beside)
    _link(work, ticket, desk.hidden)
    found = Bond(bond.is_requester, bond.follows, post.place, bond.assignee, post.grant, post.is_owner,
                 status=ticket.status)  # fmt: skip
    return Case(post, person, found, ticket, sibling, link_id, own_words, own_note, words)


def _talk(work: Work, desk: Desk, ticket: Ticket, person: User) -> tuple[UUID, UUID, UUID]:
    amir = desk.world.amir
    said = [
        (person, "PUBLIC", "I wrote this", False), (person, "INTERNAL", "I noted this", False),
        (amir, "PUBLIC", SAID, False), (amir, "INTERNAL", INSIDE, False), (amir, "INTERNAL", TEAM_ONLY, True),
    ]  # fmt: skip
    rows = [
        TicketMessage(id=new_id(), ticket_id=ticket.id, author_id=author.id, type=MessageType(kind), body=body,
                      is_team_only=team_only, created_at=work.now)
        for author, kind, body, team_only in said
    ]  # fmt: skip
    work.session.add_all(rows)
    return rows[0].id, rows[1].id, rows[2].id


def _surround(work: Work, desk: Desk, ticket: Ticket, person: User, *, follows: bool) -> None:
    world, over = desk.world, work.now - timedelta(seconds=1)
    following = [(desk.followed_by, world.lena), (desk.brought, person), *([(person, None)] if follows else [])]
    for user, by in following:
        work.session.add(TicketFollower(ticket_id=ticket.id, user_id=user.id, added_by_id=by.id if by else None))
    for team, level, until in (
        (world.hr, AccessLevel.READ, None), (world.facilities, AccessLevel.WRITE, None),
        (world.finance, AccessLevel.WRITE, over),
    ):  # fmt: skip
        work.session.add(TicketAccess(ticket_id=ticket.id, team_id=team.id, access_level=level, expires_at=until))


def _link(work: Work, ticket: Ticket, other: Ticket) -> UUID:
    one, two = sorted((ticket.id, other.id))
    made = TicketLink(id=new_id(), ticket_id=one, other_id=two, type=LinkType.RELATED)
    work.session.add(made)
    return made.id
