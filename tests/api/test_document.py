"""The OpenAPI document is whole: every operation explained, exemplified and told with its refusals."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from codex.api.ticket_filters import PARAMETERS
from world import World

pytestmark = pytest.mark.anyio


async def _document(world: World) -> Any:
    answer = await (await world.client()).get("/api/openapi.json")
    assert answer.status_code == 200, "anybody may read it"
    return answer.json()


def _operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def _bodies(operation: Any) -> Iterator[tuple[str, Any]]:
    parts = [operation.get("requestBody", {}), *operation["responses"].values()]
    return ((kind, media) for part in parts for kind, media in part.get("content", {}).items())


async def test_every_operation_is_explained(world: World) -> None:
    document = await _document(world)
    assert document["openapi"].startswith("3.1")
    seen = set()
    for name, operation in _operations(document):
        assert operation["summary"] and operation["description"] and operation["tags"], name
        assert operation["security"] == [{"token": []}, {"session": []}], name
        assert all(parameter["description"] for parameter in operation.get("parameters", [])), name
        seen.add(operation["operationId"])
    assert len(seen) == len(list(_operations(document)))
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


async def test_every_operation_tells_how_it_may_be_refused(world: World) -> None:
    for name, operation in _operations(await _document(world)):
        expected = {"400", "401", "403", "503"}
        expected |= {"404"} if "{" in name else set()
        expected |= {"413", "415"} if "requestBody" in operation else set()
        assert expected <= operation["responses"].keys(), name
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (name, status)
                example = response["content"]["application/problem+json"]["examples"]
                assert next(iter(example.values()))["value"]["status"] == int(status), name


async def test_all_that_goes_in_and_out_has_an_example_that_fits_its_schema(world: World) -> None:
    document = await _document(world)
    for name, operation in _operations(document):
        for kind, media in _bodies(operation):
            if kind == "application/json":
                whole = {**media["schema"], "components": document["components"]}
                problems = list(jsonschema_rs.Draft202012Validator(whole).iter_errors(media["example"]))
                assert problems == [], (name, media["schema"])


async def test_the_filters_of_tickets_are_told_and_no_others_are_known(world: World) -> None:
    document = await _document(world)
    for path, more in (("/api/v1/tickets", {"sort", "limit", "cursor"}), ("/api/v1/tickets/counts", set())):
        parameters = {one["name"]: one for one in document["paths"][path]["get"]["parameters"]}
        assert parameters.keys() == PARAMETERS.keys() | more
        assert not any(one["required"] for one in parameters.values())
    assert "P1" in str(document["components"]["schemas"]["TicketPriority"]["enum"])
    assert parameters["priority"]["schema"]["items"] == {"$ref": "#/components/schemas/TicketPriority"}
    assert parameters["dueTo"]["schema"]["format"] == "date-time"


async def test_what_is_conditional_says_so(world: World) -> None:
    paths = (await _document(world))["paths"]
    for operation in (
        paths["/api/v1/tickets/{ref}"]["patch"],
        paths["/api/v1/tickets/{ref}/transition"]["post"],
        paths["/api/v1/tickets/{ref}/assign"]["post"],
    ):
        assert "If-Match" in [parameter["name"] for parameter in operation["parameters"]]
        assert "ETag" in operation["responses"]["200"]["headers"] and "412" in operation["responses"]
    assert paths["/api/v1/tickets"]["post"]["responses"]["201"]["headers"].keys() == {
        "ETag",
        "Location",
        "Idempotency-Replayed",
    }


async def test_names_of_modules_stay_inside(world: World) -> None:
    assert "codex." not in (await (await world.client()).get("/api/openapi.json")).text
