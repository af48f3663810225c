"""`…/rehearse` asked for as lines: how far it is while it is under way, and in the last line what came of it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from api_answers import refused
from msgspec import json
from rehearsal_drafts import KINDS, MARCH, drafts

from codex.httpkit import telling
from codex.kernel.actor import Scope
from codex.rehearsal import period, reading
from world import World

pytestmark = pytest.mark.anyio
API = "/api/v1"
LINES = {"accept": "application/x-ndjson"}


@pytest.fixture
async def ona(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with await world.client(world.ona, Scope.ADMIN) as client:
        yield client


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tickets at a time, and a line for each time."""
    monkeypatch.setattr(reading, "CHUNK", 2)
    monkeypatch.setattr(telling, "_APART_SECONDS", 0)


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert (answer.status_code, answer.headers["content-type"]) == (200, telling.LINES), answer.text
    assert answer.text.endswith("\n") and answer.headers["x-accel-buffering"] == "no"
    return [json.decode(line) for line in answer.text.splitlines()]


@pytest.mark.usefixtures("talkative")
@pytest.mark.parametrize("kind", KINDS)
async def test_lines_tell_how_far_it_is_and_the_last_one_what_the_whole_answer_is(
    world: World, ona: httpx.AsyncClient, kind: str
) -> None:
    for n in range(5):
        await world.ticket(team=world.it, at=f"2026-03-02T09:0{n}Z")
    await world.ticket(team=world.it, at="2026-04-02T09:00Z")
    asked = {"rule": drafts(world.it)[kind], **MARCH}

    *progress, last = lines(await ona.post(f"{API}/{kind}/rehearse", json=asked, headers=LINES))

    whole = (await ona.post(f"{API}/{kind}/rehearse", json=asked)).json()
    assert last == {"result": whole}
    assert [line["progress"]["tickets"] for line in progress] == [0, 2, 4, 5]
    assert {line["progress"]["ofTickets"] for line in progress} == {5}
    events = [line["progress"]["eventsExamined"] for line in progress]
    assert events == sorted(events) and (events[0], events[-1]) == (0, whole["eventsExamined"])


async def test_a_line_comes_at_most_twice_a_second(
    world: World, ona: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 1)
    for n in range(9):
        await world.ticket(team=world.it, at=f"2026-03-02T09:0{n}Z")
    now = iter([10.0, 10.1, 10.2, 10.49, 10.51, 10.9, 11.0, 11.02, 11.5, 12.1])
    monkeypatch.setattr(telling, "monotonic", lambda: next(now))

    *progress, _ = lines(
        await ona.post(f"{API}/routing-rules/rehearse", headers=LINES,
                       json={"rule": drafts(world.it)["routing-rules"], **MARCH})
    )  # fmt: skip

    assert [line["progress"]["tickets"] for line in progress] == [0, 4, 7, 9]


ACCEPTED = [
    (None, False), ("*/*", False), ("application/json", False), ("application/json, application/x-ndjson", False),
    ("text/html", False), ("application/x-ndjson", True), ("application/x-ndjson, */*;q=0.1", True),
    ("application/json;q=0.5, application/x-ndjson", True),
]  # fmt: skip


@pytest.mark.parametrize(("accept", "in_lines"), ACCEPTED)
async def test_lines_are_for_who_would_rather_have_them(
    world: World, ona: httpx.AsyncClient, accept: str | None, in_lines: bool
) -> None:
    if accept is None:
        del ona.headers["accept"]
    answer = await ona.post(
        f"{API}/routing-rules/rehearse", json={"rule": drafts(world.it)["routing-rules"], **MARCH},
        headers={} if accept is None else {"accept": accept},
    )  # fmt: skip
    assert answer.headers["content-type"] == (telling.LINES if in_lines else "application/json")


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_refused_before_the_replay_begins_has_its_status(world: World, kind: str) -> None:
    draft, path = drafts(world.it)[kind], f"{API}/{kind}/rehearse"
    nothing = {**draft, "teamId": "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"}
    asked = {"rule": draft, **MARCH}
    for person, body, status in (
        (None, asked, 401), (world.amir, asked, 403), (world.tara, {"rule": drafts(world.hr)[kind], **MARCH}, 403),
        (world.ona, {"id": nothing["teamId"], **MARCH}, 404), (world.ona, MARCH, 422),
        (world.ona, {"rule": nothing, **MARCH}, 422), (world.ona, {**asked, "from": MARCH["to"]}, 400),
    ):  # fmt: skip
        async with await world.client(person, Scope.READ) as client:
            refused(await client.post(path, json=body, headers=LINES), status)


@pytest.mark.usefixtures("talkative")
@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_refused_midway_is_a_problem_in_the_last_line(
    world: World, ona: httpx.AsyncClient, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        await world.ticket(team=world.it, at=f"2026-03-02T09:0{n}Z")
    monkeypatch.setattr(period, "MOST_EVENTS", 3)
    asked = {"rule": drafts(world.it)[kind], **MARCH}

    *progress, last = lines(await ona.post(f"{API}/{kind}/rehearse", json=asked, headers=LINES))

    problem = refused(await ona.post(f"{API}/{kind}/rehearse", json=asked), 422, "to")
    assert last == {"problem": problem}
    assert [line["progress"]["tickets"] for line in progress] in ([0], [0, 2])


async def test_under_a_key_there_is_one_line_and_it_is_kept(world: World, ona: httpx.AsyncClient) -> None:
    await world.ticket(team=world.it)
    asked = {"rule": drafts(world.it)["routing-rules"], **MARCH}
    path, headers = f"{API}/routing-rules/rehearse", {**LINES, "idempotency-key": "march"}
    first, again = [await ona.post(path, json=asked, headers=headers) for _ in range(2)]
    assert [*json.decode(first.content)] == ["result"]
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")


async def test_the_document_tells_of_lines(ona: httpx.AsyncClient) -> None:
    document = (await ona.get("/api/openapi.json")).json()
    for kind in KINDS:
        content = document["paths"][f"{API}/{kind}/rehearse"]["post"]["responses"]["200"]["content"]
        assert content.keys() == {"application/json", telling.LINES}
        kinds = {name: schema for one in content[telling.LINES]["schema"]["oneOf"]
                 for name, schema in one["properties"].items()}  # fmt: skip
        assert kinds.keys() == {"progress", "result", "problem"}
        assert kinds["result"] == content["application/json"]["schema"]
