"""What the template of "Your account" is given."""

from dataclasses import dataclass
from typing import Literal

from codex.web.present.views import TimeView

Section = Literal["", "password", "second-factor", "tokens", "sessions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A signed-in browser; `href` is what ends it."""

    href: str
    browser: str
    address: str
    began: TimeView
    seen: TimeView
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """An API token that still works; `href` is what revokes it."""

    href: str
    name: str
    scope: str
    hint: str
    made: TimeView
    used: TimeView | None
    ends: TimeView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupView:
    """A second factor that waits for its first code: the secret to type, and as a QR code.

    `path` draws the dark squares of the code into `size` × `size`, as the `d` of an SVG path.
    """

    secret: str
    uri: str
    path: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorView:
    """A second factor that is on."""

    since: TimeView
    codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """What has just come out: `sentence`, wrong or not, in one section; what is shown once, besides."""

    section: Section
    sentence: str
    is_wrong: bool = False
    token: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """The page. Without `may_change` it shows a link to prove who one is instead of the forms."""

    may_change: bool
    proof_href: str
    has_password: bool
    factor: FactorView | None
    setup: SetupView | None
    tokens: tuple[TokenView, ...]
    sessions: tuple[SessionView, ...]
    notice: NoticeView | None = None
