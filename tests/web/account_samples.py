"""Samples of the ways in and of "Your account"."""

import segno
from page_samples import FRIDAY, ROSA, TODAY, when

from codex.web.present.account import setup
from codex.web.present.account_views import AccountView, FactorView, NoticeView, SessionView, TokenView
from codex.web.present.views import CodeView, ProofView, SigninView

SIGNIN_FULL = SigninView(
    email="rosa@acme.example", error="This address and this password do not belong together.", has_provider=True
)
CODE = CodeView()
CODE_WRONG = CodeView(error="This code does not fit, or has been used.")
PROOF = ProofView(person=ROSA, onward="/account", has_password=True, has_factor=True, has_provider=True, error="No.")
PROOF_BY_LINK = ProofView(person=ROSA, onward="", has_password=False, has_factor=False)
_URI = "otpauth://totp/Codex:rosa@acme.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Codex"


def account(*, fresh: bool = True, notice: NoticeView | None = None, setting_up: bool = False) -> AccountView:
    friday, today = when(FRIDAY), when(TODAY)
    matrix = segno.make(_URI, error="m", micro=False).matrix
    return AccountView(
        may_change=fresh,
        proof_href="/proof?next=/account",
        has_password=fresh,
        factor=None if setting_up or not fresh else FactorView(since=friday, codes_left=9),
        setup=setup("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", _URI, matrix) if setting_up else None,
        tokens=(
            TokenView(href="/account/tokens/1/revocation", name="Nightly report", scope="Reads", hint="cdx_2Vp1",
                      made=friday, used=today, ends=today),
            TokenView(href="/account/tokens/2/revocation", name="Ein sehr langer Name " * 4, scope="Reads and writes",
                      hint="cdx_9xYz", made=friday, used=None, ends=None),
        )
        if fresh
        else (),
        sessions=(
            SessionView(href="/account/sessions/1/end", browser="Firefox on Linux", address="192.0.2.7", began=friday,
                        seen=today, is_current=True),
            SessionView(href="/account/sessions/2/end", browser="Safari on iOS", address="2001:db8::17", began=friday,
                        seen=friday, is_current=False),
        ),
        notice=notice,
    )  # fmt: skip


CODES = NoticeView(
    section="second-factor",
    sentence="The second factor is on. Keep these recovery codes; they are not shown again.",
    codes=tuple(f"k3vq-7m2x-rw5d-4hz{n}" for n in range(10)),
)
TOKEN = NoticeView(section="tokens", sentence="Copy the token now; it is not shown again.", token="cdx_" + "x" * 40)
WRONG = NoticeView(section="password", sentence="This is easy to guess.", is_wrong=True)
