"""Signing in by link, signing out, and what a form without a session is protected by."""

import pytest
from open_desk import OpenDesk
from structlog.testing import capture_logs
from visitors import ADDRESS, HTMX, link_secret, text_of

from codex.identity import people, queries
from codex.kernel.actor import system
from codex.web.asking import own_path

pytestmark = pytest.mark.anyio
ROSA = "rosa@acme.example"


async def test_a_link_signs_in_once(desk: OpenDesk) -> None:
    somebody, somebody_else = await desk.visitor(), await desk.visitor()
    secret = await link_secret(desk.world.works, ROSA)
    first = await somebody.client.post(f"/signin/{secret}")
    again = await somebody_else.client.post(f"/signin/{secret}")

    assert (first.status_code, first.headers["location"]) == (303, "/requests")
    cookie = next(c for c in first.headers.get_list("set-cookie") if c.startswith("codex_session="))
    for part in ("httponly", "samesite=lax", "path=/", "max-age=1209600"):
        assert part in cookie.lower()
    assert (await somebody.see("/requests")).status_code == 200
    assert again.status_code == 410 and "has been used or is too old" in again.text
    assert (await somebody_else.see("/requests")).status_code == 303


async def test_looking_at_a_link_does_not_use_it_up(desk: OpenDesk) -> None:
    scanner, rosa = await desk.visitor(), await desk.visitor()
    secret = await link_secret(desk.world.works, ROSA)
    for _ in range(3):
        seen = await scanner.see(f"/signin/{secret}")
        assert seen.status_code == 200 and "Sign in as Rosa Diaz" in seen.text
        assert "set-cookie" not in seen.headers

    assert (await rosa.client.post(f"/signin/{secret}")).status_code == 303


async def test_the_answer_is_the_same_for_everybody_and_nobody(desk: OpenDesk) -> None:
    async with desk.world.works.begin(system("Test")) as work:
        await people.deactivate(work, await queries.person(work.session, desk.world.otto.id))
    nobody = await desk.visitor()
    pages = set()
    with capture_logs() as logs:
        for email in (ROSA, "otto@acme.example", "who@acme.example"):
            answer = await nobody.client.post("/signin", data={"email": email})
            pages.add((answer.status_code, answer.text.replace(email, "")))
    made = [entry for entry in logs if entry["event"] == "sign-in link"]

    assert len(pages) == 1
    assert "This desk has no mail server yet" in pages.pop()[1]
    assert [entry["email"] for entry in made] == [ROSA]
    assert (await nobody.client.post(made[0]["link"])).status_code == 303


async def test_half_an_address_is_asked_for_again(desk: OpenDesk) -> None:
    visitor = await desk.visitor()
    answer = await visitor.client.post("/signin", data={"email": '"><b>rosa'})
    nul = await visitor.client.post("/signin", data={"email": f"\x00{ROSA}"})

    assert answer.status_code == nul.status_code == 422
    assert "Write the whole address" in answer.text and 'value="&#34;&gt;&lt;b&gt;rosa"' in answer.text


async def test_who_asks_often_waits(desk: OpenDesk) -> None:
    visitor = await desk.visitor()
    answers = [await visitor.client.post("/signin", data={"email": ROSA}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 300
    assert (await visitor.client.post("/signin", data={"email": "amir@acme.example"})).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ADDRESS}, 403),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": ADDRESS}, 303),
    ],
)
async def test_another_site_cannot_sign_anybody_in(desk: OpenDesk, headers: dict[str, str], status: int) -> None:
    visitor, secret = await desk.visitor(), await link_secret(desk.world.works, ROSA)

    assert (await visitor.client.post(f"/signin/{secret}", headers=headers)).status_code == status


async def test_who_was_on_the_way_arrives_there(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(), await desk.visitor()
    sent_away = await amir.see(f"/tickets/{ticket}?view=mine")
    await amir.see(sent_away.headers["location"])
    secret = await link_secret(desk.world.works, "amir@acme.example")
    arrived = await amir.client.post(f"/signin/{secret}")

    assert sent_away.status_code == 303
    assert arrived.headers["location"] == f"/tickets/{ticket}?view=mine"


@pytest.mark.parametrize(
    "address", ["//evil.test/", "https://evil.test/", "/\\evil.test", "/\tevil", "evil", "", "/signout", "/" * 2000]
)
def test_nobody_is_led_to_another_site(address: str) -> None:
    assert own_path(address) == ""


async def test_htmx_is_told_by_the_status_and_machines_get_a_problem(desk: OpenDesk) -> None:
    nobody = await desk.visitor()
    part = await nobody.see("/queue", htmx=True)
    machine = await nobody.see("/queue", accept="application/json")

    assert (part.status_code, text_of(part.text)) == (401, "You are signed out.")
    assert machine.headers["content-type"].startswith("application/problem+json")
    assert (await nobody.client.post("/tickets/IT-1/status", headers=HTMX)).status_code == 401


async def test_signing_out_ends_the_session_everywhere(desk: OpenDesk) -> None:
    rosa = await desk.visitor("rosa")
    stolen = dict(rosa.client.cookies)
    without_token = await rosa.client.post("/signout")
    left = await rosa.send("/signout")

    assert without_token.status_code == 403
    assert (left.status_code, left.headers["location"]) == (303, "/signin")
    rosa.client.cookies.update(stolen)
    assert (await rosa.see("/requests")).headers["location"].startswith("/signin")


async def test_who_is_shut_out_is_out_at_once(desk: OpenDesk) -> None:
    rosa, secret = await desk.visitor("rosa"), await link_secret(desk.world.works, ROSA)
    async with desk.world.works.begin(system("Test")) as work:
        await people.deactivate(work, await queries.person(work.session, desk.world.rosa.id))

    assert (await rosa.see("/requests")).status_code == 303
    assert (await rosa.client.post(f"/signin/{secret}")).status_code == 410


async def test_who_is_signed_in_needs_no_door(desk: OpenDesk) -> None:
    amir = await desk.visitor("amir")

    assert (await amir.see("/signin")).headers["location"] == "/queue"
    assert (await amir.see("/signin?next=/requests")).headers["location"] == "/requests"
