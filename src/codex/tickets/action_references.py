"""What actions name: teams, people, categories, custom fields, prepared texts; and which of it there is no more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from codex.classification.models import FieldType
from codex.classification.values import Question, Unfit, answer
from codex.db.database import Reader, Row
from codex.kernel import placeholders
from codex.kernel.errors import Problem
from codex.tickets.actions import (
    Action,
    AddFollower,
    ApplyMacro,
    AssignRoundRobin,
    AssignTeam,
    AssignUser,
    GrantAccess,
    Notify,
    SetCategory,
    SetCustomField,
    texts_of,
)


class Named(StrEnum):
    """What a reference is to."""

    TEAM = "team"
    PERSON = "person"
    CATEGORY = "category"
    FIELD = "custom field"
    FIELD_NAME = "custom field by name"
    TEXT = "prepared text"


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that an action names: `path` is where. `value`: what a custom field is to be answered with."""

    path: str
    kind: Named
    key: UUID | str
    value: Any = None


def references(actions: Iterable[Action], *, path: str = "actions") -> list[Reference]:
    """Everything that a list of actions names, in its order. `path`: where the list stands."""
    return [found for place, action in enumerate(actions) for found in _of(action, f"{path}[{place}]")]


_KNOWN = """
    SELECT 'team', t.id::text, NULL, NULL::jsonb FROM teams t WHERE t.id = ANY(%(ids)s) AND t.is_active
    UNION ALL SELECT 'person', u.id::text, NULL, NULL FROM users u WHERE u.id = ANY(%(ids)s) AND u.is_active
    UNION ALL SELECT 'category', c.id::text, NULL, NULL FROM categories c WHERE c.id = ANY(%(ids)s) AND c.is_active
    UNION ALL SELECT 'custom field', f.id::text, f.field_type::text, f.options FROM custom_fields f
              WHERE f.id = ANY(%(ids)s) AND f.is_active
    UNION ALL SELECT 'custom field by name', f.name, NULL, NULL FROM custom_fields f WHERE f.name = ANY(%(names)s)"""

Known = Mapping[tuple[Named, str], Question | None]
"""What there is of what was asked for; of a custom field how it is answered."""


async def known(reader: Reader, asked: Iterable[Reference]) -> Known:
    """Those of the references that lead somewhere, in one statement; prepared texts are not looked at."""
    asked = [reference for reference in asked if reference.kind is not Named.TEXT]
    ids = list({reference.key for reference in asked if isinstance(reference.key, UUID)})
    names = list({reference.key for reference in asked if isinstance(reference.key, str)})
    rows = await reader.all(_KNOWN, {"ids": ids, "names": names}) if asked else []
    return {(Named(row[0]), row[1]): _question(row) for row in rows}


def broken_references(asked: Sequence[Reference], found: Known) -> list[Problem]:
    """What is wrong with references: what they name is not there or not active, or is no answer to its field."""
    problems = []
    for reference in asked:
        if reference.kind is Named.TEXT:
            continue
        key = (reference.kind, str(reference.key))
        if key not in found:
            problems.append(Problem(reference.path, _missing(reference)))
        elif question := found[key]:
            try:
                answer(question, reference.value)
            except Unfit as unfit:
                problems.append(Problem(reference.path.removesuffix("fieldId") + "value", str(unfit)))
    return problems


def _of(action: Action, path: str) -> Iterator[Reference]:
    match action:
        case AssignTeam(team_id=UUID() as team) | GrantAccess(team_id=team) | AssignRoundRobin(team_id=UUID() as team):
            yield Reference(f"{path}.teamId", Named.TEAM, team)
        case AssignUser(user_id=person) | AddFollower(user_id=person):
            yield Reference(f"{path}.userId", Named.PERSON, person)
        case SetCategory(category_id=UUID() as category):
            yield Reference(f"{path}.categoryId", Named.CATEGORY, category)
        case SetCustomField(field_id=field, value=value):
            yield Reference(f"{path}.fieldId", Named.FIELD, field, value)
        case Notify(user_ids=people):
            for place, person in enumerate(people):
                yield Reference(f"{path}.userIds[{place}]", Named.PERSON, person)
        case ApplyMacro(canned_response_id=prepared):
            yield Reference(f"{path}.cannedResponseId", Named.TEXT, prepared)
        case _:
            pass  # and who follows no more may be gone
    for place_of, text in texts_of(action):
        for name in placeholders.fields_in(text):
            yield Reference(f"{path}.{place_of}", Named.FIELD_NAME, name)


def _missing(reference: Reference) -> str:
    if reference.kind is Named.FIELD_NAME:
        return f"There is nothing that would stand for {{{{{placeholders.FIELD}{reference.key}}}}}."
    adjective = "" if reference.kind is Named.TEXT else "active "
    return f"There is no such {adjective}{reference.kind}."


def _question(row: Row) -> Question | None:
    return Question(FieldType(row[2]), tuple(row[3] or ())) if row[2] else None
