"""Where new requests go at Acme, by what they say: what the teams' admins wrote down over the years."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Route:
    """A rule about new requests; `team` is a slug, `to` what stories call the person who gets them."""

    name: str
    team: str
    priority: int
    keywords: tuple[str, ...] = ()
    conditions: tuple[dict[str, Any], ...] = ()
    to: str | None = None
    is_active: bool = True


ROUTES: tuple[Route, ...] = (
    Route(
        "Whole offices without network", "it", 10, ("outage", "nothing works", "whole floor", "everybody"),
        ({"field": "priority", "operator": "in", "value": ["P1", "P2"]},
         {"field": "anyText", "operator": "matches", "value": r"(?i)\b(network|internet|wi-?fi|vpn)\b"}),
        to="lena",
    ),
    Route("Pay and leave", "hr", 20, ("payslip", "pay slip", "salary", "sick note", "parental leave", "annual leave")),
    Route("Contracts and letters", "hr", 20, ("employment contract", "reference letter", "certificate of employment")),
    Route("VPN and network", "it", 30, ("VPN", "Wi-Fi", "network drive", "remote access")),
    Route("Passwords and sign-in", "it", 30, ("password", "locked out", "authenticator", "MFA", "sign-in")),
    Route("Machines", "it", 40, ("laptop", "docking station", "headset", "printer", "toner")),
    Route(
        "Invoices and expenses", "finance", 40, ("invoice", "expense report", "reimbursement", "purchase order"),
    ),
    Route("Badges and keys", "facilities", 40, ("badge", "key card", "locked door")),
    Route(
        "Building in Berlin", "facilities", 50, ("heating", "air conditioning", "elevator", "leak", "light bulb"),
        ({"field": "requesterLocation", "operator": "equals", "value": "Berlin"},),
    ),
    Route("Parking, once the new car park opens", "facilities", 60, ("parking space", "car park"), is_active=False),
)  # fmt: skip
