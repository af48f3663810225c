"""`/account` and `/proof`: what a person does about how they sign in."""

import re
from datetime import timedelta

import httpx
import pytest
from open_desk import OpenDesk
from sqlalchemy import update
from visitors import Visitor, text_of

from codex.httpkit.asked import COOKIE
from codex.identity import queries, totp
from codex.identity.models import Session
from codex.kernel import clock
from codex.kernel.actor import system
from codex.web.present.account import browser

pytestmark = pytest.mark.anyio
GOOD, OTHER = "seven brown kettles", "a lamp behind the door"
FORMS = ("password", "second-factor", "second-factor/confirmation", "second-factor/recovery-codes",
         "second-factor/removal", "tokens")  # fmt: skip


async def hours_later(desk: OpenDesk, visitor: Visitor) -> None:
    """The person of this browser proved who they are two hours ago."""
    mine = Session.token_hash == queries.digest(visitor.client.cookies[COOKIE])
    async with desk.world.works.begin(system("Test")) as work:
        await work.session.execute(
            update(Session).where(mine).values(proven_at=clock.now() - timedelta(hours=2))
        )  # fmt: skip


async def set_up(visitor: Visitor) -> list[str]:
    shown = (await visitor.send("/account/second-factor")).text
    secret = httpx.URL(re.findall(r'href="(otpauth:[^"]+)"', shown)[0].replace("&amp;", "&")).params["secret"]
    wrong = await visitor.send("/account/second-factor/confirmation", code="000000")
    assert wrong.status_code == 422 and secret[:4] in wrong.text, "the same secret, to try again"
    code = totp.code(_bytes(secret), totp.step_at(clock.now()))
    on = await visitor.send("/account/second-factor/confirmation", code=code)
    return re.findall(r"<li><code>([a-z2-7-]{19})</code>", on.text)


def _bytes(written: str) -> bytes:
    bits = "".join(f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.index(letter):05b}" for letter in written)
    return int(bits, 2).to_bytes(len(bits) // 8)


async def test_everybody_finds_their_account(desk: OpenDesk) -> None:
    for name, home in (("rosa", "/requests"), ("amir", "/queue")):
        visitor = await desk.visitor(name)
        assert 'href="/account"' in (await visitor.see(home)).text
        page = await visitor.see("/account")
        assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
        assert "This browser" in page.text and "192.0.2" not in page.text


async def test_a_password_is_set_and_other_browsers_are_out(desk: OpenDesk) -> None:
    here, there = await desk.visitor("rosa"), await desk.visitor("rosa")
    weak = await here.send("/account/password", password="password123")
    assert weak.status_code == 422 and "easy to guess" in weak.text
    done = await here.send("/account/password", password=GOOD)
    assert "Your password is set" in (await here.see(done.headers["location"].partition("#")[0])).text
    assert (await there.see("/requests")).status_code == 303
    wrong = await here.send("/account/password", password=OTHER, current="wrong")
    assert wrong.status_code == 422 and "not your password" in wrong.text

    assert (await here.send("/account/password", password=OTHER, current=GOOD)).status_code == 303


async def test_a_second_factor_is_set_up_renewed_and_turned_off(desk: OpenDesk) -> None:
    rosa = await desk.visitor("rosa")
    codes = await set_up(rosa)
    assert len(codes) == 10
    assert "10 recovery codes are left" in text_of((await rosa.see("/account")).text)
    assert (await rosa.send("/account/second-factor")).status_code == 409
    assert (await rosa.send("/account/second-factor/recovery-codes", code="1")).status_code == 422
    new = re.findall(r"<li><code>([a-z2-7-]{19})</code>",
                     (await rosa.send("/account/second-factor/recovery-codes", code=codes[0])).text)  # fmt: skip
    assert (await rosa.send("/account/second-factor/removal", code=codes[1])).status_code == 422

    assert (await rosa.send("/account/second-factor/removal", code=new[0])).status_code == 303
    assert "Set up" in (await rosa.see("/account")).text


async def test_a_token_is_made_shown_once_and_revoked(desk: OpenDesk) -> None:
    rosa = await desk.visitor("rosa")
    assert (await rosa.send("/account/tokens", name=" ", scope="read")).status_code == 422
    made = await rosa.send("/account/tokens", name="Report", scope="read", days="30")
    secret = re.findall(r"<code>(cdx_[^<…]{40})</code>", made.text)[0]
    page = (await rosa.see("/account")).text
    assert secret not in page and secret[:8] in page
    href = re.findall(r'action="(/account/tokens/[^"]+)"', page)[0]
    assert (await rosa.send(href)).status_code == 303

    assert secret[:8] not in (await rosa.see("/account")).text


async def test_a_session_is_ended_from_another_browser(desk: OpenDesk) -> None:
    here, there, otto = await desk.visitor("rosa"), await desk.visitor("rosa"), await desk.visitor("otto")
    href = re.findall(r'action="(/account/sessions/[^"]+)"', (await here.see("/account")).text)[0]
    assert (await otto.send(href)).status_code == 404
    assert (await here.send(href)).status_code == 303

    assert (await there.see("/requests")).status_code == 303
    assert (await here.see("/requests")).status_code == 200


@pytest.mark.parametrize("form", FORMS)
async def test_after_ten_minutes_one_shows_first_that_it_is_oneself(desk: OpenDesk, form: str) -> None:
    rosa = await desk.visitor("rosa")
    await hours_later(desk, rosa)
    assert "/proof?next=/account" in (await rosa.see("/account")).text
    answer = await rosa.client.post(
        f"/account/{form}", data={"_csrf": await token(rosa), "name": "x"},
        headers={"Referer": "http://desk.test/account"},
    )  # fmt: skip

    assert (answer.status_code, answer.headers["location"]) == (303, "/proof?next=/account")


async def test_a_proof_leads_on_by_password_code_or_link(desk: OpenDesk) -> None:
    rosa = await desk.visitor("rosa")
    await rosa.send("/account/password", password=GOOD)
    codes = await set_up(rosa)
    for proof in ({"password": GOOD}, {"code": codes[0]}):
        await hours_later(desk, rosa)
        for wrong in ({}, {"password": "wrong"}, {"code": "wrong"}):
            refused = await rosa.send("/proof", onward="/account", **wrong)
            assert refused.status_code == 422 and 'role="alert"' in refused.text
        passed = await rosa.send("/proof", onward="/account", **proof)
        assert (passed.status_code, passed.headers["location"]) == (303, "/account")
        assert "/proof?next" not in (await rosa.see("/account")).text
    for elsewhere in ("//evil.test", "https://evil.test"):
        led = await rosa.send("/proof", onward=elsewhere, password=GOOD)
        assert led.headers["location"] == "/"


async def token(visitor: Visitor) -> str:
    return re.findall(r'name="_csrf" value="([^"]+)"', (await visitor.see("/account")).text)[0]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604", "Safari on iOS"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/140 Mobile Safari/537", "Chrome on Android"),
        ("curl/8", "A browser"),
        (None, "A browser"),
    ],
)
def test_a_browser_has_a_name(agent: str | None, words: str) -> None:
    assert browser(agent) == words
