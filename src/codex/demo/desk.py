"""What the desk of Acme looks like before the first ticket: teams and the tree of categories."""

from dataclasses import dataclass

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
    """A category to be; `under` is the slug of the one above it."""

    slug: str
    name: str
    under: str | None = None


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
