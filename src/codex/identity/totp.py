"""Time-based one-time codes, as authenticator apps make them (RFC 6238 on RFC 4226): pure arithmetic."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
"""As long as the output of SHA-1, which the apps use (RFC 4226, section 4, R6)."""
_DRIFT_STEPS = 1


def new_secret() -> bytes:
    """A secret for an authenticator app."""
    return secrets.token_bytes(SECRET_BYTES)


def step_at(at: datetime) -> int:
    """The time step of an instant: whole steps since 1970."""
    return int(at.timestamp()) // STEP_SECONDS


def code(secret: bytes, step: int, *, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """The code of a time step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8), algorithm)
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: bytes, given: str, *, at: datetime, after: int) -> int | None:
    """The step, later than `after`, whose code was given; None when there is none.

    A clock may be a step ahead or behind (RFC 6238, section 5.2). Steps up to `after` have had their code taken.
    """
    now = step_at(at)
    fitting = [
        step
        for step in range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1)
        if hmac.compare_digest(code(secret, step).encode(), given.encode()) and step > after
    ]
    return fitting[0] if fitting else None


def written(secret: bytes) -> str:
    """The secret as people type it into an app: Base32 (RFC 4648) without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def uri(secret: bytes, *, account: str, issuer: str) -> str:
    """What the QR code for an authenticator app says (the Key URI Format that all apps read)."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='@')}"
    told = {"secret": written(secret), "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(told, quote_via=quote)}"
