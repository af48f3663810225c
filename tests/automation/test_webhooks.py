"""Calls of webhooks: written with what they tell of, signed, tried again for half a day, seen by owners."""

import asyncio
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from automations import SEAL, rule
from far_ends import Respond, far_end, hangs, says
from sqlalchemy import select, text

from codex.automation import deliveries, posting, queries, rules
from codex.automation.deliveries import AT_ONCE, BACK_OFF, JITTER, LEASE, PER_HOST, Outcome, due_again
from codex.automation.models import WebhookDelivery
from codex.automation.posting import Poster
from codex.automation.webhooks import Courier
from codex.db.work import Works
from codex.kernel import clock
from codex.kernel.actor import Scope, system
from codex.kernel.ids import new_id
from codex.notifications.models import OutboxStatus
from codex.worker.loop import Worker
from codex.worker.schedule import Sweep
from world import MORNING, World, instant

pytestmark = pytest.mark.anyio
AT = instant(MORNING)
S = OutboxStatus


def courier(**more: Any) -> Courier:
    return Courier(Poster(**{"reaches_private": True, **more}), SEAL)


def webhook(url: str, secret: str | None = "between us") -> dict[str, Any]:
    return {"type": "call_webhook", "url": url, **({"secret": secret} if secret else {})}


async def kept(world: World) -> list[WebhookDelivery]:
    async with world.session() as session:
        return list(await session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


async def test_a_rule_calls_a_webhook_once_with_the_ticket_signed(world: World) -> None:
    async with far_end(says(200, b"ok")) as end:
        made = await rule(world, webhook(end.url), name="Pager")
        ticket = await world.ticket(team=world.it, subject="Der Drucker – brennt")
        sent = [await courier().sweep(world.works, now=AT) for _ in range(2)]

    (call,), (row,) = end.calls, await kept(world)
    told = json.loads(call.body)
    assert (sent, row.status, row.attempts, row.sent_at) == ([1, 0], S.SENT, 1, AT)
    assert (row.last_status, row.last_answer, row.last_error) == (200, "ok", None)
    assert (call.line, call.headers["content-type"]) == ("POST /hook HTTP/1.1", "application/json")
    assert call.headers["codex-delivery"] == str(row.id)
    assert (told["event"], told["rule"]["id"], told["rule"]["name"]) == ("TICKET_CREATED", str(made.id), "Pager")
    assert (told["ticket"]["id"], told["ticket"]["subject"]) == (str(ticket.id), "Der Drucker – brennt")
    moment = int(AT.timestamp())
    mac = hmac.digest(b"between us", f"{moment}.".encode() + call.body, "sha256").hex()
    assert call.headers["codex-signature"] == f"t={moment},v1={mac}"


async def test_without_a_secret_nothing_is_signed(world: World) -> None:
    async with far_end(says(204)) as end:
        await rule(world, webhook(end.url, secret=None))
        await world.ticket(team=world.it)
        await courier().sweep(world.works, now=AT)

    assert "codex-signature" not in end.calls[0].headers
    assert [row.status for row in await kept(world)] == [S.SENT]


async def test_what_is_undone_is_never_sent(world: World) -> None:
    async with far_end(says(200)) as end:
        await rule(world, webhook(end.url), {"type": "set_status", "status": "REOPENED"})
        await world.ticket(team=world.it)

        assert await courier().sweep(world.works, now=AT) == 0
    assert (end.connections, await kept(world)) == (0, [])


async def test_what_is_not_taken_is_tried_again_at_growing_intervals_and_then_has_failed(world: World) -> None:
    now, waits = AT, []
    async with far_end(says(500, b"we are sorry")) as end:
        await rule(world, webhook(end.url))
        await world.ticket(team=world.it)
        for _ in range(len(BACK_OFF)):
            assert await courier().sweep(world.works, now=now) == 1
            (row,) = await kept(world)
            assert (row.status, row.last_error, row.last_answer) == (S.PENDING, "It answered 500.", "we are sorry")
            assert await courier().sweep(world.works, now=row.next_attempt_at - timedelta(seconds=1)) == 0
            waits.append(row.next_attempt_at - now)
            now = row.next_attempt_at
        assert await courier().sweep(world.works, now=now) == 1
        assert await courier().sweep(world.works, now=now + timedelta(days=9)) == 0

    (row,) = await kept(world)
    assert (row.status, row.attempts, len(end.calls)) == (S.FAILED, 6, 6)
    assert all(least <= wait <= least * (1 + JITTER) for least, wait in zip(BACK_OFF, waits, strict=True))
    assert len({call.headers["codex-delivery"] for call in end.calls}) == 1
    assert len({call.headers["codex-signature"] for call in end.calls}) == 6


def test_what_failed_together_does_not_come_back_together() -> None:
    again = [due_again(new_id(), 1, now=AT) for _ in range(100)]

    assert len(set(again)) > 50
    assert due_again(new_id(), len(BACK_OFF) + 1, now=AT) is None


@pytest.mark.parametrize(
    ("respond", "status", "error"),
    [
        (says(410), S.FAILED, "It answered 410: it wants no more calls."),
        (says(404), S.PENDING, "It answered 404."),
        (
            says(302, location="http://169.254.169.254/latest"),
            S.PENDING,
            "It answered 302, a redirect to http://169.254.169.254/latest; redirects are not followed: give the rule "
            "the right address.",
        ),
    ],
)
async def test_what_an_answer_means_is_said(world: World, respond: Respond, status: OutboxStatus, error: str) -> None:
    async with far_end(respond) as end:
        await rule(world, webhook(end.url))
        await world.ticket(team=world.it)
        await courier().sweep(world.works, now=AT)

    (row,) = await kept(world)
    assert (row.status, row.last_error) == (status, error)


async def test_what_leads_home_has_failed_and_nothing_was_sent(world: World) -> None:
    async def home(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async with far_end(says(200)) as end:
        await rule(world, webhook(f"http://hooks.example:{end.port}/"))
        await world.ticket(team=world.it)
        await courier(reaches_private=False, resolve=home).sweep(world.works, now=AT)

    (row,) = await kept(world)
    assert (row.status, end.connections) == (S.FAILED, 0)
    assert "hooks.example leads to 127.0.0.1, which is not on the public internet" in (row.last_error or "")


async def test_of_a_rule_that_was_removed_nothing_more_is_sent(world: World) -> None:
    async with far_end(says(200)) as end:
        made = await rule(world, webhook(end.url))
        await world.ticket(team=world.it)
        async with world.work(as_=world.ona) as work:
            await rules.remove(work, await queries.held_rule(work, made.id))
        await courier().sweep(world.works, now=AT)

    (row,) = await kept(world)
    assert (row.status, row.last_error, end.connections) == (S.FAILED, "The rule that wanted it has been removed.", 0)


async def test_many_workers_send_each_call_once(world: World) -> None:
    async with far_end(says(200)) as end:
        await rule(world, webhook(end.url))
        for _ in range(6):
            await world.ticket(team=world.it)
        while sum(await asyncio.gather(*(courier().sweep(world.works, now=AT) for _ in range(3)))):
            pass

    assert sorted(call.headers["codex-delivery"] for call in end.calls) == [str(row.id) for row in await kept(world)]


async def test_who_dies_while_sending_leaves_a_lease_and_comes_back_too_late(world: World) -> None:
    async with far_end(says(200)) as end:
        await rule(world, webhook(end.url))
        await world.ticket(team=world.it)
        async with world.works.begin(system("Test"), now=AT) as work:
            (lost,) = await deliveries.claim(work)
        before = await courier().sweep(world.works, now=AT + LEASE - timedelta(seconds=1))
        after = await courier().sweep(world.works, now=AT + LEASE)
        async with world.works.begin(system("Test"), now=AT + LEASE) as work:
            await deliveries.settle(work, lost, Outcome("It never arrived."))

    (row,) = await kept(world)
    assert (before, after, row.status, row.attempts, row.last_error) == (0, 1, S.SENT, 2, None)


async def test_what_kills_its_worker_each_time_has_failed_in_the_end(world: World) -> None:
    await rule(world, webhook("http://127.0.0.1:1/"))
    await world.ticket(team=world.it)
    now = AT
    for _ in range(len(BACK_OFF) + 1):
        async with world.works.begin(system("Test"), now=now) as work:
            assert len(await deliveries.claim(work)) == 1
        now += LEASE
    async with world.works.begin(system("Test"), now=now) as work:
        assert await deliveries.claim(work) == []

    (row,) = await kept(world)
    assert (row.status, row.last_error) == (S.FAILED, "The worker that was sending it died each time.")


async def test_one_that_hangs_does_not_hold_up_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT", timedelta(seconds=0.5))
    async with far_end(hangs) as bad, far_end(says(200)) as good:
        await rule(world, *[webhook(bad.url) for _ in range(AT_ONCE)], priority=1)
        await rule(world, webhook(good.url), priority=2)
        await world.ticket(team=world.it)
        began = asyncio.get_running_loop().time()
        tried = await courier().sweep(world.works, now=AT)

    assert asyncio.get_running_loop().time() - began < 5
    assert (tried, len(bad.calls), len(good.calls)) == (PER_HOST + 1, PER_HOST, 1)
    waiting = [row for row in await kept(world) if row.last_error]
    assert {(row.status, row.last_error) for row in waiting} == {(S.PENDING, "There was no answer within 0 seconds.")}


async def test_while_one_hangs_another_is_told_all_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT", timedelta(seconds=2))
    async with far_end(hangs) as bad, far_end(says(200)) as good:
        await rule(world, webhook(bad.url), *[webhook(good.url) for _ in range(3 * PER_HOST)])
        await world.ticket(team=world.it)
        tried = await courier().sweep(world.works, now=AT)
    assert (tried, len(good.calls)) == (3 * PER_HOST + 1, 3 * PER_HOST), "not only the first few"


async def test_a_worker_goes_on_while_a_webhook_does_not_answer(world: World) -> None:
    looked: list[datetime] = []
    twice = asyncio.Event()

    async def look(_: Works) -> int:
        looked.append(clock.now())
        if len(looked) == 2:
            twice.set()
        return 0

    async with far_end(hangs) as end:
        await rule(world, webhook(end.url))
        await world.ticket(team=world.it)

        async def sweep(works: Works) -> int:
            return await courier().sweep(works, now=AT)

        errand = Sweep("webhooks", "Sends.", sweep)
        worker = Worker(world.works, [], [Sweep("look", "Looks.", look)], [errand])
        running = asyncio.create_task(worker.run())
        await twice.wait()
        still_waiting = [row.status for row in await kept(world)]
        running.cancel()

    assert (len(end.calls), still_waiting) == (1, [S.PROCESSING])
    assert looked[1] - looked[0] < posting.TIMEOUT / 2


async def test_owners_see_what_was_sent_and_send_again_what_has_failed(world: World) -> None:
    async with far_end(says(410)) as end:
        await rule(world, webhook(f"http://127.0.0.1:{end.port}/hook"))
        ticket = await world.ticket(team=world.it)
        await courier().sweep(world.works, now=AT)
    ona = await world.client(world.ona, Scope.ADMIN)
    (row,) = (await ona.get("/api/v1/webhook-deliveries?status=FAILED")).json()["items"]
    assert (row["ticketId"], row["url"], row["attempts"], row["lastStatus"]) == (str(ticket.id), end.url, 1, 410)
    assert (row["lastError"], row["nextAttemptAt"]) == ("It answered 410: it wants no more calls.", None)
    assert not {"payload", "sealedSecret", "secret"} & row.keys()
    assert (await ona.get("/api/v1/webhook-deliveries?status=SENT")).json()["items"] == []

    async with far_end(says(200), port=end.port) as back:
        again = await ona.post(f"/api/v1/webhook-deliveries/{row['id']}/retry")
        assert (again.status_code, again.json()["status"], again.json()["attempts"]) == (200, "PENDING", 0)
        assert await courier().sweep(world.works) == 1
        assert [call.headers["codex-delivery"] for call in back.calls] == [row["id"]]
    assert (await ona.post(f"/api/v1/webhook-deliveries/{row['id']}/retry")).status_code == 409
    assert (await ona.get(f"/api/v1/webhook-deliveries/{row['id']}")).json()["status"] == "SENT"
    assert (await ona.post(f"/api/v1/webhook-deliveries/{new_id()}/retry")).status_code == 404
    acts = (await ona.get("/api/v1/audit-events?type=WEBHOOK_RETRIED")).json()["items"]
    assert [act["payload"]["deliveryId"] for act in acts] == [row["id"]]


async def test_nobody_but_owners_sees_them(world: World) -> None:
    await rule(world, webhook("http://127.0.0.1:1/"))
    await world.ticket(team=world.it)
    (row,) = await kept(world)
    for person in (world.rosa, world.amir, world.lena, world.tara):
        client = await world.client(person, Scope.ADMIN)
        assert (await client.get("/api/v1/webhook-deliveries")).status_code == 403
        assert (await client.get(f"/api/v1/webhook-deliveries/{row.id}")).status_code == 403
        assert (await client.post(f"/api/v1/webhook-deliveries/{row.id}/retry")).status_code == 403
    ona = await world.client(world.ona, Scope.WRITE)
    assert (await ona.post(f"/api/v1/webhook-deliveries/{row.id}/retry")).status_code == 403


async def test_the_log_is_read_page_by_page(world: World) -> None:
    await rule(world, webhook("http://127.0.0.1:1/"))
    for _ in range(3):
        await world.ticket(team=world.it)
    ona = await world.client(world.ona)
    first = (await ona.get("/api/v1/webhook-deliveries?limit=2")).json()
    rest = (await ona.get("/api/v1/webhook-deliveries", params={"cursor": first["nextCursor"]})).json()
    read = [row["id"] for row in (*first["items"], *rest["items"])]

    assert read == [str(row.id) for row in reversed(await kept(world))] and rest["nextCursor"] is None
    assert (await ona.get("/api/v1/webhook-deliveries?cursor=x")).status_code == 400


async def test_a_secret_that_was_kept_with_another_key_is_said_to_be(world: World) -> None:
    await rule(world, webhook("http://127.0.0.1:1/"))
    await world.ticket(team=world.it)
    async with world.session() as session:
        await session.execute(text("UPDATE webhook_deliveries SET sealed_secret = '\\x00'"))
    await courier().sweep(world.works, now=AT)

    (row,) = await kept(world)
    assert (row.status, row.last_error) == (
        S.FAILED, "Its secret cannot be read: it was kept with another CODEX_SECRET_KEY.",
    )  # fmt: skip
