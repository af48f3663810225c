"""The OpenAPI document against the application: whatever fits it is answered as it says, and so is what does not."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import httpx
import pytest
import schemathesis
from anyio import from_thread, to_thread
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from codex.kernel.actor import Scope
from world import World

pytestmark = pytest.mark.anyio
_NOBODY = "00000000-0000-7000-8000-000000000000"
_CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
_CASES = int(os.environ.get("CODEX_FUZZ", "3"))
"""Of each kind (what fits the document, what does not), for each operation."""
_settings = settings(
    max_examples=_CASES, derandomize=_CASES == 3, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


async def test_every_answer_is_one_that_the_document_tells(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    await world.ticket(requester=world.rosa, team=world.it, assignee=world.amir)
    people = [await world.client(person, scope=Scope.ADMIN) for person in (world.rosa, world.amir, world.ona)]
    document = (await people[0].get("/api/openapi.json")).json()
    _name_what_there_is(document, userId=[str(world.otto.id), _NOBODY], tickets=["IT-1", "2"], teams=["it", "no"])

    tried: Counter[str] = Counter()
    broken: list[str] = []
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        for mode in GenerationMode:
            try:
                await to_thread.run_sync(partial(_explore, people, result.ok(), mode, tried))
            except (AssertionError, BaseExceptionGroup) as found:
                broken.append(f"{result.ok().label} ({mode}): {found!r} {getattr(found, 'exceptions', '')}")

    assert not broken, "\n".join(broken)
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert len(tried) == len(operations) >= 98 and sum(tried.values()) >= 1_500
    record_property("cases of the document", sum(tried.values()))
    assert await world.differences() == []


def _name_what_there_is(document: dict[str, Any], **names: list[str]) -> None:
    """Let paths lead to something, mostly: a random name leads nowhere."""
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                known = names.get(parameter["name"]) or names.get(operation["tags"][0])
                if parameter["in"] == "path" and known:
                    parameter["schema"] = {"type": "string", "enum": known}


def _explore(people: Sequence[httpx.AsyncClient], operation: Any, mode: GenerationMode, tried: Counter[str]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @_settings
    def answers_as_told(case: Any) -> None:
        request = case.as_transport_kwargs(base_url="http://codex.test")
        request["content"] = request.pop("data", None)
        request.pop("cookies", None)
        request["headers"].pop("Authorization", None)  # made up, like the cookie; the person has a real one
        for person in people:
            tried[operation.label] += 1
            case.validate_response(from_thread.run(partial(person.request, **request)), checks=_CHECKS)

    answers_as_told()
