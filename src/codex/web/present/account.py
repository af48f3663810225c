"""One's account in the words of the screen."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from codex.identity.credentials import Proofs, SessionRow, TokenRow
from codex.kernel.actor import Scope
from codex.web.present import words
from codex.web.present.account_views import AccountView, FactorView, NoticeView, SessionView, SetupView, TokenView
from codex.web.present.language import gettext as _

HREF = "/account"
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def account(
    proofs: Proofs,
    tokens: Iterable[TokenRow],
    sessions: Iterable[SessionRow],
    *,
    now: datetime,
    zone: ZoneInfo,
    may_change: bool,
    setup: SetupView | None = None,
    notice: NoticeView | None = None,
) -> AccountView:
    """The page, with the tokens that still work."""
    return AccountView(
        may_change=may_change,
        proof_href=f"/proof?next={HREF}",
        has_password=proofs.has_password,
        factor=_factor(proofs, now=now, zone=zone),
        setup=setup,
        tokens=tuple(_token(t, now=now, zone=zone) for t in tokens if _works(t, now)),
        sessions=tuple(_session(s, now=now, zone=zone) for s in sessions),
        notice=notice,
    )


def setup(secret: str, uri: str, matrix: Sequence[Sequence[int]]) -> SetupView:
    """A second factor to be confirmed; `matrix` is the QR code of `uri`: rows of dark (not 0) and light squares."""
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark)
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return SetupView(secret=spaced, uri=uri, path=path, size=len(matrix))


def browser(user_agent: str | None) -> str:
    """A browser by its name and system: "Firefox on Linux"."""
    agent = user_agent or ""
    name = next((word for mark, word in _BROWSERS if re.search(rf"\b{mark}", agent)), "")
    system = next((word for mark, word in _SYSTEMS if mark in agent), "")
    if name and system:
        return _("{browser} on {system}").format(browser=name, system=system)
    return name or system or _("A browser")


def _factor(proofs: Proofs, *, now: datetime, zone: ZoneInfo) -> FactorView | None:
    since = proofs.second_factor_since
    if since is None:
        return None
    return FactorView(since=words.dated(since, now=now, zone=zone), codes_left=proofs.recovery_codes_left)


def _works(token: TokenRow, now: datetime) -> bool:
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > now)


def _token(token: TokenRow, *, now: datetime, zone: ZoneInfo) -> TokenView:
    said = {Scope.READ: _("Reads"), Scope.WRITE: _("Reads and writes"), Scope.ADMIN: _("Does all that you may")}
    used, ends = token.last_used_at, token.expires_at
    return TokenView(
        href=f"{HREF}/tokens/{token.id}/revocation", name=token.name, scope=said[token.scope], hint=token.hint,
        made=words.dated(token.created_at, now=now, zone=zone),
        used=words.when(used, now=now, zone=zone) if used else None,
        ends=words.dated(ends, now=now, zone=zone) if ends else None,
    )  # fmt: skip


def _session(session: SessionRow, *, now: datetime, zone: ZoneInfo) -> SessionView:
    return SessionView(
        href=f"{HREF}/sessions/{session.id}/end", browser=browser(session.user_agent), address=session.address or "",
        began=words.when(session.created_at, now=now, zone=zone),
        seen=words.when(session.last_seen_at, now=now, zone=zone), is_current=session.is_current,
    )  # fmt: skip
