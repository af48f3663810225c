"""Signing in with a password and with a code, whichever way one comes."""

from datetime import timedelta

import pytest
from open_desk import OpenDesk
from visitors import SECRET_KEY, link_secret, text_of

from codex.httpkit.asked import COOKIE
from codex.identity import passwords, queries, second_factor, totp
from codex.kernel import clock
from codex.kernel.seal import Seal

pytestmark = pytest.mark.anyio
ROSA, GOOD = "rosa@acme.example", "seven brown kettles"


async def with_password(desk: OpenDesk, name: str = "rosa") -> None:
    person = desk.user(name)
    async with desk.world.work(as_=person, now=clock.now()) as work:
        await passwords.put(work, await queries.person(work.session, person.id), GOOD)


async def with_factor(desk: OpenDesk) -> list[str]:
    rosa = desk.world.rosa
    async with desk.world.work(as_=rosa, now=clock.now() - timedelta(hours=1)) as work:
        user, seal = await queries.person(work.session, rosa.id), Seal(SECRET_KEY)
        secret = await second_factor.begin(work, user, seal)
        return await second_factor.confirm(work, user, seal, totp.code(secret, totp.step_at(work.now)))


async def test_a_password_signs_in_and_leads_where_one_was_going(desk: OpenDesk) -> None:
    await with_password(desk, "amir")
    amir = await desk.visitor()
    await amir.see("/signin?next=/requests")
    answer = await amir.client.post("/signin/password", data={"email": " AMIR@acme.example", "password": GOOD})

    assert (answer.status_code, answer.headers["location"]) == (303, "/requests")
    assert (await amir.see("/queue")).status_code == 200


async def test_what_does_not_fit_is_told_in_the_same_words_and_the_password_does_not_come_back(desk: OpenDesk) -> None:
    await with_password(desk)
    visitor, pages = await desk.visitor(), set()
    for email in (ROSA, "otto@acme.example", "who@acme.example"):
        answer = await visitor.client.post("/signin/password", data={"email": email, "password": "hunter2 hunter2"})
        pages.add((answer.status_code, answer.text.replace(email, "")))

    assert len(pages) == 1
    status, html = pages.pop()
    assert status == 422 and "do not belong together" in html and "hunter2" not in html
    assert COOKIE not in visitor.client.cookies


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"email": "rosa", "password": GOOD}, "Write the whole address"),
        ({"email": ROSA, "password": ""}, "Write your password"),
        ({}, "Write the whole address"),
    ],
)
async def test_what_is_missing_is_asked_for(desk: OpenDesk, form: dict[str, str], words: str) -> None:
    answer = await (await desk.visitor()).client.post("/signin/password", data=form)

    assert answer.status_code == 422 and words in text_of(answer.text)


async def test_who_fails_often_waits_and_may_still_ask_for_a_link(desk: OpenDesk) -> None:
    await with_password(desk)
    visitor = await desk.visitor()
    for _ in range(10):
        await visitor.client.post("/signin/password", data={"email": ROSA, "password": "wrong"})
    held = await visitor.client.post("/signin/password", data={"email": ROSA, "password": GOOD})

    assert held.status_code == 429 and 1 <= int(held.headers["retry-after"]) <= 900
    assert (await visitor.client.post("/signin", data={"email": ROSA})).status_code == 200


async def test_with_a_second_factor_every_way_leads_to_the_code(desk: OpenDesk) -> None:
    await with_password(desk)
    codes = await with_factor(desk)
    by_password, by_link = await desk.visitor(), await desk.visitor()
    answers = [
        await by_password.client.post("/signin/password", data={"email": ROSA, "password": GOOD}),
        await by_link.client.post(f"/signin/{await link_secret(desk.world.works, ROSA)}"),
    ]
    for visitor, first, code in zip((by_password, by_link), answers, codes, strict=False):
        assert first.headers["location"] == "/signin/code" and COOKIE not in visitor.client.cookies
        assert (await visitor.see("/requests")).headers["location"].startswith("/signin")
        assert (await visitor.see("/signin/code")).status_code == 200
        wrong = await visitor.client.post("/signin/code", data={"code": "000000"})
        assert wrong.status_code == 422 and "does not fit" in wrong.text
        right = await visitor.client.post("/signin/code", data={"code": code})
        assert (right.status_code, right.headers["location"]) == (303, "/requests")
        assert (await visitor.see("/requests")).status_code == 200
        assert (await visitor.client.post("/signin/code", data={"code": code})).status_code == 410


async def test_a_code_is_asked_of_nobody_who_has_not_taken_the_first_step(desk: OpenDesk) -> None:
    codes, stranger = await with_factor(desk), await desk.visitor()
    for cookie in ("", "00", "zz", "ab" * 60):
        stranger.client.cookies.set("codex_step", cookie)
        assert (await stranger.see("/signin/code")).status_code == 410
        assert (await stranger.client.post("/signin/code", data={"code": codes[0]})).status_code == 410


@pytest.mark.parametrize("path", ["/signin/password", "/signin/code"])
async def test_another_site_tries_nothing_out(desk: OpenDesk, path: str) -> None:
    answer = await (await desk.visitor()).client.post(path, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
