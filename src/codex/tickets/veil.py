"""What rules saw in tickets that somebody sees as an owner alone is told without people's words: these are read on the
ticket itself, where it is put on record (authorization.md, note 1). Whether a condition
held, and which keyword of a rule is there, is told all the same: a rule's effects say it anyway."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from msgspec import structs

from codex.db.database import Reader
from codex.kernel.actor import Actor
from codex.kernel.criteria.grammar import CUSTOM
from codex.kernel.criteria.tree import Finding

HIDDEN = "not shown here: open the ticket"
_WORDS = ("description", "anyText")
_ANSWERED = "CUSTOM_FIELD_CHANGED"
_OUTSIDE = """
    SELECT id FROM tickets
    WHERE id = ANY(%(ids)s) AND assigned_team_id IS NOT NULL AND NOT assigned_team_id = ANY(%(my_teams)s)"""


class _Told(Protocol):
    """A struct that tells what conditions saw in a ticket."""

    @property
    def ticket_id(self) -> UUID: ...
    @property
    def conditions(self) -> list[Finding]: ...


T = TypeVar("T", bound=_Told)


async def veiled(reader: Reader, actor: Actor, told: Sequence[T]) -> list[T]:
    """The same; of tickets outside an owner's teams without what somebody wrote or answered."""
    asked = {each.ticket_id for each in told}
    if not actor.is_owner or not asked:
        return list(told)
    rows = await reader.all(_OUTSIDE, {"ids": list(asked), "my_teams": list(actor.team_roles)})
    outside = {row[0] for row in rows}
    return [_without_words(each) if each.ticket_id in outside else each for each in told]


def _without_words(told: T) -> T:
    struct: Any = told  # a Protocol cannot say that it is one
    changed: dict[str, Any] = {
        "conditions": [
            structs.replace(finding, seen=HIDDEN) if _is_word(finding) else finding for finding in told.conditions
        ]
    }
    if hasattr(told, "actions"):
        changed["actions"] = [_without_answers(action) for action in told.actions]
    veiled_: T = structs.replace(struct, **changed)
    return veiled_


def _without_answers(action: dict[str, Any]) -> dict[str, Any]:
    facts = [
        {**fact, "from": HIDDEN, "to": HIDDEN} if fact.get("fact") == _ANSWERED else fact
        for fact in action.get("changed", ())
    ]
    return {**action, "changed": facts}


def _is_word(finding: Finding) -> bool:
    return finding.seen is not None and (finding.field in _WORDS or finding.field.startswith(CUSTOM))
