"""Every route says what it needs of who asks, and an application with one that does not is not started."""

import pytest
from litestar import Litestar, Router, get, post

import application
from codex.httpkit.needs import Need, operation_of, refuse_undeclared
from codex.kernel.actor import Actor, ActorKind, TeamRole, UserRole
from codex.kernel.errors import SetupError
from codex.kernel.ids import new_id
from codex.tickets.policy import Operation
from world import SETTINGS


@get("/declared", opt={"operation": Operation.VIEW})
async def declared() -> None: ...


@get("/other")
async def by_router() -> None: ...


@post("/forgotten")
async def forgotten() -> None: ...


@get("/unknown", opt={"operation": "whatever"})
async def unknown() -> None: ...


def test_a_declared_application_starts() -> None:
    router = Router("/r", route_handlers=[by_router], opt={"operation": Need.PUBLIC})
    refuse_undeclared(Litestar([declared, router], openapi_config=None).routes)


def test_undeclared_routes_and_unknown_operations_stop_the_start_by_name() -> None:
    with pytest.raises(SetupError) as refused:
        refuse_undeclared(Litestar([declared, forgotten, unknown], openapi_config=None).routes)

    said = str(refused.value)
    assert f"POST /forgotten ({__name__}.forgotten)" in said and f"GET /unknown ({__name__}.unknown)" in said
    assert "declared)" not in said


def test_every_route_of_the_product_is_declared_and_few_are_for_anybody() -> None:
    public = {
        route.path
        for route in application.inside(SETTINGS).routes
        for handler in getattr(route, "route_handlers", ())
        if operation_of(handler) is Need.PUBLIC and "OPTIONS" not in handler.http_methods
    }
    assert {path.split("/")[1] for path in public} == {"signin", "static", "health", "metrics", "api"}
    assert not any(path.startswith("/api/v1") for path in public)


@pytest.mark.parametrize(
    ("need", "met_by"),
    [
        (Need.PUBLIC, "employee agent admin owner"),
        (Need.PERSON, "employee agent admin owner"),
        (Need.AGENT, "agent admin owner"),
        (Need.TEAM_ADMIN, "admin owner"),
        (Need.OWNER, "owner"),
    ],
)
def test_a_need_is_met_by(need: Need, met_by: str) -> None:
    def person(role: UserRole, team_role: TeamRole | None = None) -> Actor:
        return Actor(ActorKind.PERSON, "P", new_id(), role=role, team_roles={new_id(): team_role} if team_role else {})

    people = {
        "employee": person(UserRole.EMPLOYEE),
        "agent": person(UserRole.AGENT, TeamRole.AGENT),
        "admin": person(UserRole.TEAM_ADMIN, TeamRole.ADMIN),
        "owner": person(UserRole.OWNER),
    }
    assert " ".join(name for name, actor in people.items() if need.is_met_by(actor)) == met_by
