"""What the desk of Acme looks like before the first ticket: teams and the tree of categories."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from codex.identity.models import TeamAssignmentStrategy


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """A team to be."""

    slug: str
    name: str
    prefix: str
    description: str
    strategy: TeamAssignmentStrategy = TeamAssignmentStrategy.QUEUE_ONLY
    is_confidential: bool = False


@dataclass(frozen=True, slots=True)
class CategoryPlan:
    """A category to be; `under` is the slug of the one above it, `team` that of who gets its tickets."""

    slug: str
    name: str
    under: str | None = None
    team: str | None = None


TEAMS: tuple[TeamPlan, ...] = (
    TeamPlan(
        "it", "IT Support", "IT", "Laptops, accounts, software and the network.", TeamAssignmentStrategy.ROUND_ROBIN
    ),
    TeamPlan("hr", "HR", "HR", "Leave, pay, contracts. What you write stays with us.", is_confidential=True),
    TeamPlan("facilities", "Facilities", "FAC", "Rooms, badges, heating, furniture, and the coffee."),
    TeamPlan("finance", "Finance", "FIN", "Expenses, invoices, orders and company cards."),
)

_TREE: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("hardware", "Hardware", (
        ("laptops", "Laptops"),
        ("monitors-docks", "Monitors and docks"),
        ("phones", "Phones and headsets"),
        ("printers", "Printers"),
    )),
    ("software", "Software and network", (
        ("applications", "Applications"),
        ("licences", "Licences"),
        ("vpn", "VPN"),
        ("wifi", "Wi-Fi"),
        ("network", "Network and mail"),
        ("room-video", "Video in meeting rooms"),
        ("storage", "Files and backup"),
    )),
    ("access", "Accounts and access", (
        ("sign-in", "Passwords and sign-in"),
        ("permissions", "Permissions"),
        ("joiners-leavers", "Joiners and leavers"),
        ("security", "Security"),
    )),
    ("people", "People", (
        ("leave", "Leave and sickness"),
        ("payroll", "Payroll"),
        ("contracts", "Contracts"),
        ("letters", "Letters and references"),
        ("personal-data", "Personal data"),
        ("benefits", "Benefits and training"),
    )),
    ("workplace", "Workplace", (
        ("building", "Building and rooms"),
        ("heating-air", "Heating and air"),
        ("badges-keys", "Badges and keys"),
        ("furniture-moves", "Furniture and moves"),
        ("kitchen", "Kitchen and catering"),
        ("parking", "Parking"),
        ("mailroom", "Post and parcels"),
    )),
    ("money", "Money", (
        ("expenses", "Expenses"),
        ("invoices", "Invoices and suppliers"),
        ("purchase-orders", "Purchase orders"),
        ("cards", "Company cards"),
        ("reporting", "Reports"),
    )),
)  # fmt: skip

CATEGORIES: tuple[CategoryPlan, ...] = tuple(
    plan
    for slug, name, leaves in _TREE
    for plan in (CategoryPlan(slug, name), *(CategoryPlan(leaf, title, slug) for leaf, title in leaves))
)
"""Every category, each after the one above it."""

FINER: tuple[CategoryPlan, ...] = (
    CategoryPlan("laptop-repairs", "Repairs", "laptops"),
    CategoryPlan("laptop-orders", "New laptops", "laptops"),
    CategoryPlan("laptop-loans", "Loans", "laptops"),
    CategoryPlan("outages", "Outages", "network"),
    CategoryPlan("mail-calendar", "Mail and calendar", "applications"),
    CategoryPlan("company-events", "Company events", "workplace", team="hr"),
)
"""What was added when the desk had some experience."""
MOVED: Mapping[str, str] = MappingProxyType({"vpn": "network", "wifi": "network"})
"""What came to lie under another category."""
FORMER: tuple[CategoryPlan, ...] = (
    CategoryPlan("telephony", "Desk telephony", team="it"),
    CategoryPlan("desk-phones", "Desk phones", "telephony"),
    CategoryPlan("voicemail", "Voicemail", "telephony"),
)
"""A branch that is no longer chosen: the first of them is not active."""
GETS: Mapping[str, str] = MappingProxyType(
    {
        "hardware": "it",
        "software": "it",
        "access": "it",
        "people": "hr",
        "workplace": "facilities",
        "money": "finance",
    }
)
"""Which team gets the tickets of a branch that say no more."""
TAGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"it": ("home-office", "loan-device", "vip-visit"), "facilities": ("landlord", "safety"), "finance": ("year-end",)}
)
"""Tags that teams look after; others come to be by being used."""
