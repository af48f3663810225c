"""docs/facts.md: everything that can happen and is kept."""

import inspect
from collections.abc import Iterator

from codex.audit import facts as audit_facts
from codex.automation import delivery_facts
from codex.automation import facts as automation_facts
from codex.classification import facts as classification_facts
from codex.demo import facts as demo_facts
from codex.desk import facts as desk_facts
from codex.desk import view_facts
from codex.identity import facts as identity_facts
from codex.kernel.facts import AdminFact, Fact
from codex.reactions import AFTERWARDS, REACTIONS, RECORDS
from codex.routing import facts as routing_facts
from codex.sla import facts as sla_facts
from codex.tickets import tag_facts
from codex.tickets.catalogue import TICKET_FACTS
from codex.tickets.facts import TicketFact


def page() -> str:
    """The whole page."""
    lines = [
        "# Facts",
        "",
        "A command records what it changed as a fact. Facts about tickets become `ticket_events`, administrative ones",
        "`admin_audit_events`; both are append-only in the database itself. Each event carries who did it (person,",
        "rule, system, mail or import), when, and the event that caused it, if another did.",
        "",
        "## What else happens",
        "",
        "For every fact, in this order, in the same transaction (`src/codex/reactions.py`):",
        "",
        *(f"{n}. `{r.__module__}.{r.__name__}`: {_first(r)}" for n, r in enumerate(_IN_ORDER, 1)),
        "",
        "## About tickets",
        "",
        "| type | what happened | read by requesters and followers |",
        "|---|---|---|",
        *(f"| `{f.type}` | {_first(f)} | {'yes' if f.is_public else 'no'} |" for f in _about_tickets()),
        "",
        "## Administrative",
        "",
        "| type | what happened |",
        "|---|---|",
        *(f"| `{name}` | {_first(f)} |" for name, f in sorted({f.type: f for f in _named(AdminFact)}.items())),
    ]
    return "\n".join(lines) + "\n"


_IN_ORDER = (*RECORDS, *REACTIONS, *AFTERWARDS)

ADMINISTRATIVE = (
    audit_facts,
    automation_facts,
    classification_facts,
    delivery_facts,
    demo_facts,
    desk_facts,
    identity_facts,
    routing_facts,
    sla_facts,
    tag_facts,
    view_facts,
)
"""The modules with administrative facts: imported so that their classes exist."""


def _about_tickets() -> Iterator[type[TicketFact]]:
    """Those of tickets themselves, then what other packages say about them."""
    yield from TICKET_FACTS
    own = {f.type for f in TICKET_FACTS}
    others = {f.type: f for f in _named(TicketFact) if issubclass(f, TicketFact) and f.type not in own}
    yield from (f for _, f in sorted(others.items()))


def _named(kind: type[Fact]) -> Iterator[type[Fact]]:
    for sub in kind.__subclasses__():
        if "type" in vars(sub) and sub.__module__.startswith("codex."):
            yield sub
        yield from _named(sub)


def _first(thing: object) -> str:
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
