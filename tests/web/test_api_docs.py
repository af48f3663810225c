"""The page of the API: all that the document tells, for anybody, from this server alone."""

import re

import pytest
from api_docs_samples import API_DOCS

from codex.kernel.actor import Scope
from codex.web.present.api_docs import FieldView
from world import World

pytestmark = pytest.mark.anyio


def test_the_document_becomes_a_page() -> None:
    (group,) = API_DOCS.groups
    listing, create = group.operations
    assert (group.name, listing.key, create.method, create.path) == (
        "tickets", "tickets-list", "POST", "/api/v1/tickets",
    )  # fmt: skip
    assert create.parameters == (
        FieldView(name="Idempotency-Key", kind="string", is_required=False, about="A name.", place="header"),
    )
    assert [(field.name, field.kind, field.is_required) for field in create.fields] == [
        ("subject", "string", True), ("priority", "P1, P2 or null", False), ("tags", "list of string", False),
        ("due", "string (date-time)", False),
    ]  # fmt: skip
    assert create.example == '{\n  "subject": "VPN <drops>"\n}'
    assert [(answer.status, answer.is_refusal, answer.example) for answer in create.answers] == [
        ("201", False, ""), ("422", True, '{\n  "status": 422\n}'),
    ]  # fmt: skip
    assert listing.answers[0].kind == "string"


async def test_anybody_reads_every_operation_and_nothing_comes_from_elsewhere(world: World) -> None:
    nobody = await world.client()
    document = (await nobody.get("/api/openapi.json")).json()
    answer = await nobody.get("/api/docs")

    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|(?<!a )href)="([^"]+)"', answer.text)
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in loaded)
    assert "<script" not in answer.text and "style=" not in answer.text
    for path, item in document["paths"].items():
        for operation in item.values():
            assert f'id="{operation["operationId"].replace(".", "-")}"' in answer.text, path
    assert (await nobody.get("/api/docs")).text == answer.text


async def test_who_is_signed_in_reads_it_too(world: World) -> None:
    for person in (world.rosa, world.ona):
        assert (await (await world.client(person, scope=Scope.READ)).get("/api/docs")).status_code == 200
