"""What roles and scopes are worth, and what errors say."""

import pytest

from codex.kernel.actor import TEAM_RANK, Actor, ActorKind, Scope, TeamRole, UserRole, effective_role, importer, system
from codex.kernel.errors import Conflict, Forbidden, Invalid, Problem, require
from codex.kernel.ids import new_id

E, A, L, D, T, O = UserRole  # noqa: E741 - EMPLOYEE, AGENT, LEAD, ADMIN (deprecated), TEAM_ADMIN, OWNER
EFFECTIVE = {
    E: (None, None, None),
    A: (TeamRole.AGENT, TeamRole.AGENT, TeamRole.AGENT),
    L: (TeamRole.AGENT, TeamRole.LEAD, TeamRole.LEAD),
    D: (TeamRole.AGENT, TeamRole.LEAD, TeamRole.ADMIN),
    T: (TeamRole.AGENT, TeamRole.LEAD, TeamRole.ADMIN),
    O: (TeamRole.AGENT, TeamRole.LEAD, TeamRole.ADMIN),
}


@pytest.mark.parametrize("role", UserRole)
def test_the_global_role_is_a_ceiling(role: UserRole) -> None:
    assert tuple(effective_role(role, team_role) for team_role in TeamRole) == EFFECTIVE[role]


@pytest.mark.parametrize("role", UserRole)
@pytest.mark.parametrize("team_role", TeamRole)
def test_nothing_is_worth_more_than_the_membership(role: UserRole, team_role: TeamRole) -> None:
    effective = effective_role(role, team_role)

    assert effective is None or TEAM_RANK[effective] <= TEAM_RANK[team_role]


def test_a_scope_covers_itself_and_those_before_it() -> None:
    covered = {scope: {needed for needed in Scope if scope.covers(needed)} for scope in Scope}

    assert covered == {
        Scope.READ: {Scope.READ},
        Scope.WRITE: {Scope.READ, Scope.WRITE},
        Scope.ADMIN: {Scope.READ, Scope.WRITE, Scope.ADMIN},
    }


@pytest.mark.parametrize("kind", ActorKind)
def test_only_people_and_their_mail_have_the_rights_of_people(kind: ActorKind) -> None:
    actor = Actor(kind, "Ona", new_id(), role=UserRole.OWNER)

    assert actor.is_person is actor.is_owner is actor.is_agent is (kind in (ActorKind.PERSON, ActorKind.MAIL))


def test_who_works_for_a_team_is_an_agent() -> None:
    amir = Actor(ActorKind.PERSON, "Amir", new_id(), role=UserRole.AGENT)

    assert not amir.is_agent
    assert Actor(ActorKind.PERSON, "Amir", amir.id, role=A, team_roles={new_id(): TeamRole.AGENT}).is_agent


def test_the_product_and_imports_are_no_people() -> None:
    person_id = new_id()

    assert (system().name, system().id, system().is_person) == ("Codex", None, False)
    assert (importer("Log", person_id).id, importer("Log").is_person) == (person_id, False)


def test_a_refusal_says_what_is_wrong() -> None:
    with pytest.raises(Forbidden, match="Only owners"):
        require(False, "Only owners do this.")
    require(True)

    invalid = Invalid(Problem("a", "This is bad."), Problem("b", "So is this."))
    assert (str(invalid), str(Invalid())) == ("This is bad. So is this.", "The input is not valid.")
    assert Conflict("No.", allowed=("CLOSED",)).allowed == ("CLOSED",)
