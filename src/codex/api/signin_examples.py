"""Examples for the OpenAPI document of how one signs in."""

from datetime import UTC, datetime

from msgspec import Struct

from codex.api.my_signin import Code, NewFactor, NewPassword, Proof, RecoveryCodes
from codex.identity.credentials import Proofs

_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - an example, like all of these
_PASSWORD = "seven brown kettles"  # noqa: S105 - an example, nobody's password
_URI = f"otpauth://totp/Codex:amir@acme.example?secret={_SECRET}&issuer=Codex&digits=6&period=30"
ALONE: tuple[Struct, ...] = (
    NewPassword(password=_PASSWORD, current="a lamp behind the door"),
    Proof(password=_PASSWORD),
    Code(code="492039"),
    NewFactor(secret=_SECRET, uri=_URI),
    RecoveryCodes(recovery_codes=["k3vq-7m2x-rw5d-4hzt", "x2pn-6c4j-uy7s-3gbe"]),
    Proofs(has_password=True, second_factor_since=_MONDAY, recovery_codes_left=9),
)
