"""docs/permissions.md: who may do what with a ticket, from the policy's own table."""

from codex.tickets.lifecycle import MOVES
from codex.tickets.policy import REQUESTER_MOVES, RIGHTS, Operation, Relation


def page() -> str:
    """The whole page."""
    return "\n".join([*_rights(), *_moves()]) + "\n"


def _rights() -> list[str]:
    lines = [
        "# Permissions",
        "",
        "What a person may do with a ticket follows from what they are to it; rights are the union over all that hold.",
        "An empty cell: visible, and not allowed. Who is nothing to a ticket cannot tell that it is there.",
        "The rule is `src/codex/tickets/policy.py`; the same rule decides on every page, in the API and in every list.",
        "",
        *(f"- **{relation.name}** {relation.value}" for relation in Relation),
        "",
        "| operation | " + " | ".join(relation.name for relation in Relation) + " |",
        "|---|" + "---|" * len(Relation),
    ]
    for operation in Operation:
        cells = RIGHTS[operation]
        row = [(cells[r].__doc__ or "").strip() if r in cells else "" for r in Relation]
        lines.append(f"| {operation.value} | " + " | ".join(row) + " |")
    return lines


def _moves() -> list[str]:
    return [
        "",
        "## The status machine",
        "",
        "ASSIGNED and IN_PROGRESS need an assignee. Nothing goes back to NEW.",
        "",
        "| from | to | its requester, too |",
        "|---|---|---|",
        *(
            f"| {status} | {', '.join(to)} | {', '.join(REQUESTER_MOVES.get(status, ()))} |"
            for status, to in MOVES.items()
        ),
    ]
