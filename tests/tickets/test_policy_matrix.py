"""Every relation and combination of relations x every operation x every status, against the tables as written."""

from collections.abc import Callable
from itertools import product
from uuid import UUID

import pytest

from codex.identity.queries import team_roles
from codex.kernel.actor import Actor, ActorKind, TeamRole, UserRole, importer, system
from codex.tickets.models import AccessLevel, TicketStatus, Ties
from codex.tickets.policy import Operation, may, may_move, relations, works_on
from codex.tickets.reading import Seen
from rights_oracle import REQUESTER_MOVES, TABLE, Bond

ME, OTHER, TEAM, ELSEWHERE = (UUID(int=n) for n in range(1, 5))
BONDS = [
    Bond(*bond)
    for bond in product(
        (False, True), (False, True), (None, "AGENT", "LEAD", "ADMIN"), ("nobody", "me", "other"),
        (None, "READ", "WRITE"), (False, True), (False, True), TicketStatus,
    )
]  # fmt: skip


def actor_of(bond: Bond, kind: ActorKind = ActorKind.PERSON) -> Actor:
    roles = {ELSEWHERE: TeamRole.AGENT} if bond.grant else {}
    if bond.team_role:
        roles[TEAM] = TeamRole(bond.team_role)
    role = UserRole.OWNER if bond.is_owner else UserRole.TEAM_ADMIN if roles else UserRole.EMPLOYEE
    return Actor(kind, "Me", ME, role=role, team_roles=roles)


def ticket_of(bond: Bond) -> Seen:
    return Seen(
        id=UUID(int=9),
        status=bond.status,
        requester_id=ME if bond.is_requester else OTHER,
        assigned_team_id=TEAM,
        assignee_id={"nobody": None, "me": ME, "other": OTHER}[bond.assignee],
        ties={ME: _ties(bond)},
    )


def _ties(bond: Bond) -> Ties:
    grant = AccessLevel(bond.grant) if bond.grant else None
    return Ties(bond.follows, grant, may_reply=bond.team_lets_followers_reply)


def test_the_table_names_every_operation() -> None:
    assert {operation.name for operation in Operation} == set(TABLE)


def test_relations_are_found_from_what_ties_a_person_to_a_ticket() -> None:
    found = [{relation.name for relation in relations(actor_of(bond), ticket_of(bond))} or {"U"} for bond in BONDS]
    assert [bond for bond, names in zip(BONDS, found, strict=True) if names != bond.relations] == []


@pytest.mark.parametrize("operation", Operation, ids=lambda operation: operation.name)
def test_rights_are_those_of_the_table(operation: Operation, record_property: Callable[[str, object], None]) -> None:
    record_property("cells of rights", len(BONDS))
    wrong = [
        bond
        for bond in BONDS
        if may(actor_of(bond), operation, ticket_of(bond)) is not (bond.verdict(operation.name) == "Y")
    ]
    assert wrong == []


@pytest.mark.parametrize("to", TicketStatus)
def test_who_may_not_change_the_status_has_the_requesters_own_moves_and_no_others(to: TicketStatus) -> None:
    wrong = [
        bond
        for bond in BONDS
        if may_move(actor_of(bond), ticket_of(bond), to=to)
        is not (bond.verdict("CHANGE") == "Y" or (bond.is_requester and (bond.status, to) in REQUESTER_MOVES))
    ]
    assert wrong == []


def test_nobody_answers_their_own_request() -> None:
    answering = [bond for bond in BONDS if works_on(actor_of(bond), ticket_of(bond))]
    assert answering == [bond for bond in BONDS if not bond.is_requester and bond.verdict("NOTE") == "Y"]


def test_a_mail_has_the_rights_of_its_sender() -> None:
    wrong = [
        (bond, operation)
        for bond in BONDS
        for operation in Operation
        if may(actor_of(bond, ActorKind.MAIL), operation, ticket_of(bond))
        is not may(actor_of(bond), operation, ticket_of(bond))
    ]
    assert wrong == []


@pytest.mark.parametrize("actor", [system(), importer("Import", ME), Actor(ActorKind.RULE, "A rule")], ids=str)
def test_what_is_no_person_is_bound_by_the_commands_alone_and_answers_nobody(actor: Actor) -> None:
    ticket = ticket_of(Bond())
    assert all(may(actor, operation, ticket) for operation in Operation)
    assert not works_on(actor, ticket)


def test_ties_of_somebody_else_give_no_right() -> None:
    ticket = ticket_of(Bond(follows=True, grant="WRITE"))
    stranger = Actor(ActorKind.PERSON, "Stranger", OTHER, team_roles={ELSEWHERE: TeamRole.ADMIN})
    ticket = Seen(ticket.id, ticket.status, UUID(int=8), TEAM, None, ticket.ties)
    assert relations(stranger, ticket) == frozenset()


def test_a_grant_is_worth_nothing_to_who_works_for_no_team_any_more() -> None:
    demoted = Actor(ActorKind.PERSON, "Me", ME, role=UserRole.EMPLOYEE)
    assert relations(demoted, ticket_of(Bond(grant="WRITE"))) == frozenset()


def test_a_ticket_of_no_team_has_no_members() -> None:
    ticket = Seen(UUID(int=9), TicketStatus.NEW, OTHER, None, None, {})
    assert relations(actor_of(Bond(team_role="ADMIN")), ticket) == frozenset()


CEILINGS = """
    EMPLOYEE    -      -     -
    AGENT       AGENT  AGENT AGENT
    LEAD        AGENT  LEAD  LEAD
    ADMIN       AGENT  LEAD  ADMIN
    TEAM_ADMIN  AGENT  LEAD  ADMIN
    OWNER       AGENT  LEAD  ADMIN
"""


@pytest.mark.parametrize("line", CEILINGS.strip().splitlines(), ids=lambda line: line.split()[0])
def test_the_global_role_is_a_ceiling_to_the_team_role(line: str) -> None:
    role, *effective = line.split()
    for team_role, expected in zip(TeamRole, effective, strict=True):
        found = team_roles(UserRole(role), None, {TEAM: team_role})
        assert found == ({} if expected == "-" else {TEAM: TeamRole(expected)}), team_role


@pytest.mark.parametrize("role", UserRole)
def test_a_primary_team_makes_its_team_admin_and_nobody_else_an_admin(role: UserRole) -> None:
    administers = role in (UserRole.TEAM_ADMIN, UserRole.ADMIN)
    assert team_roles(role, TEAM, {}) == ({TEAM: TeamRole.ADMIN} if administers else {})
    if administers:
        assert team_roles(role, TEAM, {TEAM: TeamRole.AGENT}) == {TEAM: TeamRole.ADMIN}
