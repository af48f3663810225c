"""Two hundred people at twenty tickets at once, over HTTP: nobody meets an error of ours, and nothing is lost."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from running import Running

pytestmark = pytest.mark.anyio
CLIENTS, TICKETS, TURNS = 200, 20, 2
REFUSED = {404, 409, 412}
"""Not there (any more), does not fit what is by now, has changed since: what somebody may be told who comes second."""
STATUSES = ("TRIAGED", "IN_PROGRESS", "WAITING_ON_VENDOR", "RESOLVED", "REOPENED", "CLOSED")
TAGS = tuple(f"tag-{n}" for n in range(8))


@dataclass
class Told:
    """What the crowd was answered: `words` of messages that were acknowledged, `based` a change on a version."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)
    based: list[tuple[str, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "data", processes=2)
    running.start()
    yield running
    running.stop()


async def test_a_crowd_at_few_tickets_meets_no_error_and_loses_nothing(desk: Running) -> None:
    tokens = _people(desk)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{desk.port}/api/v1", timeout=60, limits=httpx.Limits(max_connections=CLIENTS)
    ) as client:
        agents = [person["user"]["id"] for person in (await _get(client, tokens[0], "/teams/it/members"))["items"]]
        tickets = [await _open(client, tokens[0], n) for n in range(TICKETS)]
        told = Told()
        crowd = (_Client(client, tokens[n % len(tokens)], Random(n), tickets, agents, told) for n in range(CLIENTS))
        await asyncio.gather(*(each.work(n) for n, each in enumerate(crowd)))

        assert not told.failed, "\n".join(told.failed[:20])
        assert "deadlock" not in (desk.data_dir / "postgres.log").read_text()
        assert sum(told.answers.values()) >= CLIENTS * TURNS
        assert len(set(told.based)) == len(told.based), "two changes of the same version were both accepted"
        assert sum(n for (_, status), n in told.answers.items() if status < 300) > CLIENTS
        await _is_whole(client, tokens[0], tickets, told)
    assert "0 differences" in desk.shell("events", "verify")


@dataclass
class _Client:
    http: httpx.AsyncClient
    token: str
    random: Random
    tickets: list[str]
    agents: list[str]
    told: Told

    async def work(self, number: int) -> None:
        """One thing after the other, on tickets as they come."""
        for turn in range(TURNS):
            await self.random.choice(
                (self.assign, self.move, self.say, self.say, self.tag, self.untag, self.merge, self.part, self.patch,
                 self.patch, self.link, self.many)
            )(f"{number}-{turn}")  # fmt: skip

    async def assign(self, _: str) -> None:
        await self.send("POST", "/assign", {"assigneeId": self.random.choice([*self.agents, None])})

    async def move(self, _: str) -> None:
        await self.send("POST", "/transition", {"status": self.random.choice(STATUSES)})

    async def say(self, name: str) -> None:
        body = f"words {name}."
        kind = self.random.choice(("PUBLIC", "INTERNAL"))
        if (await self.send("POST", "/messages", {"type": kind, "body": body})).is_success:
            self.told.words.append(body)

    async def tag(self, _: str) -> None:
        await self.send("PUT", f"/tags/{self.random.choice(TAGS)}")

    async def untag(self, _: str) -> None:
        await self.send("DELETE", f"/tags/{self.random.choice(TAGS)}")

    async def merge(self, _: str) -> None:
        one, two = self.random.sample(self.tickets, 2)
        await self.send("POST", "/merge", {"into": two}, ticket=one)

    async def part(self, _: str) -> None:
        await self.send("POST", "/unmerge")

    async def link(self, _: str) -> None:
        one, two = self.random.sample(self.tickets, 2)
        kind = self.random.choice(("RELATED", "PARENT"))
        await self.send("POST", "/links", {"ticketId": two, "type": kind}, ticket=one)

    async def many(self, name: str) -> None:
        """Some tickets at once; each has a result of its own."""
        changes = {"addTags": self.random.sample(TAGS, 2), "priority": self.random.choice(("P1", "P2", "P3")),
                   "message": {"type": "INTERNAL", "body": f"many {name}."}}  # fmt: skip
        body = {"ids": self.random.sample(self.tickets, 5), "changes": changes}
        answer = await self.ask("POST", "/tickets/bulk", body)
        for result in answer.json()["results"] if answer.is_success else []:
            if not result["ok"] and result["problem"]["status"] not in REFUSED:
                self.told.failed.append(f"many: {result}")

    async def patch(self, name: str) -> None:
        """A change of what was read, unless it has changed since."""
        ticket = self.random.choice(self.tickets)
        read = await self.ask("GET", f"/tickets/{ticket}")
        version = read.headers["etag"]
        change = {"subject": f"Subject {name}", "priority": self.random.choice(("P1", "P2", "P3", "P4"))}
        answer = await self.send("PATCH", "", change, ticket=ticket, headers={"If-Match": version})
        if answer.is_success:
            self.told.based.append((ticket, version))

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        ticket: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        ticket = ticket or self.random.choice(self.tickets)
        return await self.ask(method, f"/tickets/{ticket}{path}", body, headers)

    async def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        own = {"authorization": f"Bearer {self.token}", **(headers or {})}
        answer = await self.http.request(method, path, json=body, headers=own)
        self.told.answers[method, answer.status_code] += 1
        if not answer.is_success and answer.status_code not in REFUSED:
            self.told.failed.append(f"{answer.status_code} {method} {path} {body}: {answer.text}")
        return answer


def _people(desk: Running) -> list[str]:
    """The tokens of an admin and three leads of IT Support: whatever they are refused is not for want of a right."""
    desk.shell("team", "add", "it", "--name", "IT Support", "--prefix", "IT")
    tokens = []
    leads = ((name, "LEAD", "LEAD") for name in ("Lena", "Amir", "Jonas"))
    for name, role, place in (("Tara", "TEAM_ADMIN", "ADMIN"), *leads):
        address = f"{name.lower()}@acme.example"
        desk.shell("user", "add", address, "--name", name, "--role", role, "--team", f"it:{place}")
        tokens.append(desk.shell("token", "add", address, "--scope", "write"))
    return tokens


async def _open(client: httpx.AsyncClient, token: str, number: int) -> str:
    team = (await _get(client, token, "/teams/it"))["id"]
    body = {"subject": f"Ticket {number}", "teamId": team}
    answer = await client.post("/tickets", json=body, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _get(client: httpx.AsyncClient, token: str, path: str) -> Any:
    answer = await client.get(path, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _is_whole(client: httpx.AsyncClient, token: str, tickets: list[str], told: Told) -> None:
    """Each ticket's version is how many facts it has, and whatever was acknowledged is there, once."""
    found: Counter[str] = Counter()
    for ticket in tickets:
        path, version = f"/tickets/{ticket}", (await _get(client, token, f"/tickets/{ticket}"))["version"]
        events = await _all(client, token, f"{path}/events")
        assert version == len(events) == len({event["id"] for event in events})
        found.update(message["body"] for message in await _all(client, token, f"{path}/messages"))
    assert {body: found[body] for body in told.words} == dict.fromkeys(told.words, 1)


async def _all(client: httpx.AsyncClient, token: str, path: str) -> list[Any]:
    items: list[Any] = []
    cursor = ""
    while True:
        page = await _get(client, token, f"{path}?limit=200{cursor}")
        items += page["items"]
        if page["nextCursor"] is None:
            return items
        cursor = f"&cursor={page['nextCursor']}"
