"""What rules name in their actions: whether all of it is there."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from codex.automation.terms import Rule
from codex.db.database import Reader
from codex.kernel.errors import Problem
from codex.tickets.action_references import Named, Reference, broken_references, known, references
from codex.tickets.actions import Action

_TEXTS = "SELECT r.id, r.team_id FROM canned_responses r WHERE r.id = ANY(%(ids)s) AND r.user_id IS NULL"


async def broken(reader: Reader, rules: Sequence[Rule]) -> list[list[Problem]]:
    """Of each rule, what its actions name and there is not, any more; two statements for any number of them."""
    return await _missing(reader, [(rule.team_id, references(rule.actions, team_id=rule.team_id)) for rule in rules])


async def missing(reader: Reader, actions: Sequence[Action], *, team_id: UUID | None) -> list[Problem]:
    """What actions of a team's rule, or of everybody's (None), name and there is not; prepared texts are everybody's,
    or that team's."""
    return (await _missing(reader, [(team_id, references(actions, team_id=team_id))]))[0]


async def _missing(reader: Reader, each: Sequence[tuple[UUID | None, Sequence[Reference]]]) -> list[list[Problem]]:
    asked = [reference for _, named in each for reference in named]
    found = await known(reader, asked)
    ids = [reference.key for reference in asked if reference.kind is Named.TEXT]
    rows = await reader.all(_TEXTS, {"ids": ids}) if ids else []
    texts: dict[UUID | str, UUID | None] = {row[0]: row[1] for row in rows}
    return [[*broken_references(named, found), *_missing_texts(team_id, named, texts)] for team_id, named in each]


def _missing_texts(
    team_id: UUID | None, asked: Sequence[Reference], texts: Mapping[UUID | str, UUID | None]
) -> list[Problem]:
    message = "There is no such prepared text of everybody's, or of the rule's team."
    return [
        Problem(reference.path, message)
        for reference in asked
        if reference.kind is Named.TEXT
        and (reference.key not in texts or team_id not in (None, texts[reference.key] or team_id))
    ]
