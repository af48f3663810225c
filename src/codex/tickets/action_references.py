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
    ASSIGNEE = "person to assign to"
    CATEGORY = "category"
    FIELD = "custom field"
    FIELD_NAME = "custom field by name"
    TEXT = "prepared text"


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that an action names: `path` is where. `value`: what a custom field is to be answered with; of who is
    assigned, the team that has the ticket by then, where that is known."""

    path: str
    kind: Named
    key: UUID | str
    value: Any = None


def references(actions: Iterable[Action], *, path: str = "actions", team_id: UUID | None = None) -> list[Reference]:
    """Everything that a list of actions names, in its order. `path`: where the list stands. `team_id`: the team that
    has the ticket, where it is always the same."""
    found: list[Reference] = []
    for place, action in enumerate(actions):
        match action:
            case AssignTeam(team_id=team) | AssignRoundRobin(team_id=UUID() as team):
                team_id = team
            case ApplyMacro():
                team_id = None  # it may move the ticket to any
            case _:
                pass
        found += _of(action, f"{path}[{place}]", team_id)
    return found


_KNOWN = """
    SELECT 'team', t.id::text, NULL, NULL::jsonb FROM teams t WHERE t.id = ANY(%(ids)s) AND t.is_active
    UNION ALL SELECT 'person', u.id::text, NULL, NULL FROM users u WHERE u.id = ANY(%(ids)s) AND u.is_active
    UNION ALL SELECT 'person to assign to', u.id::text, NULL, coalesce((
        SELECT jsonb_agg(w.team_id) FROM (
            SELECT m.team_id FROM team_members m WHERE m.user_id = u.id
            UNION SELECT u.primary_team_id WHERE u.role IN ('TEAM_ADMIN', 'ADMIN')) w
        WHERE u.role <> 'EMPLOYEE' AND w.team_id IS NOT NULL), '[]')
        FROM users u WHERE u.id = ANY(%(assignees)s) AND u.is_active
    UNION ALL SELECT 'category', c.id::text, NULL, NULL FROM categories c WHERE c.id = ANY(%(ids)s) AND c.is_active
    UNION ALL SELECT 'custom field', f.id::text, f.field_type::text, f.options FROM custom_fields f
              WHERE f.id = ANY(%(ids)s) AND f.is_active
    UNION ALL SELECT 'custom field by name', f.name, NULL, NULL FROM custom_fields f WHERE f.name = ANY(%(names)s)"""

Known = Mapping[tuple[Named, str], Question | frozenset[UUID] | None]
"""What there is of what was asked for; of a custom field how it is answered, of who is assigned the teams that they
work for (see `identity.queries.is_active_member`)."""


async def known(reader: Reader, asked: Iterable[Reference]) -> Known:
    """Those of the references that lead somewhere, in one statement; prepared texts are not looked at."""
    asked = [reference for reference in asked if reference.kind is not Named.TEXT]
    ids = list({reference.key for reference in asked if isinstance(reference.key, UUID)})
    names = list({reference.key for reference in asked if isinstance(reference.key, str)})
    assignees = list({reference.key for reference in asked if reference.kind is Named.ASSIGNEE})
    rows = await reader.all(_KNOWN, {"ids": ids, "names": names, "assignees": assignees}) if asked else []
    return {(Named(row[0]), row[1]): _told(row) for row in rows}


def broken_references(asked: Sequence[Reference], found: Known) -> list[Problem]:
    """What is wrong with references: what they name is not there or not active, or is no answer to its field."""
    problems = []
    for reference in asked:
        if reference.kind is Named.TEXT:
            continue
        key = (reference.kind, str(reference.key))
        if key not in found:
            problems.append(Problem(reference.path, _missing(reference)))
        else:
            problems += _unfit(reference, found[key])
    return problems


def _unfit(reference: Reference, told: Question | frozenset[UUID] | None) -> Iterator[Problem]:
    match told:
        case Question():
            try:
                answer(told, reference.value)
            except Unfit as unfit:
                yield Problem(reference.path.removesuffix("fieldId") + "value", str(unfit))
        case frozenset() if not told:
            yield Problem(reference.path, "This person works for no team, so no ticket can be assigned to them.")
        case frozenset() if reference.value is not None and reference.value not in told:
            yield Problem(reference.path, "This person does not work for the team that has the ticket by then.")
        case _:
            return


def _of(action: Action, path: str, team_id: UUID | None) -> Iterator[Reference]:
    match action:
        case AssignTeam(team_id=UUID() as team) | GrantAccess(team_id=team) | AssignRoundRobin(team_id=UUID() as team):
            yield Reference(f"{path}.teamId", Named.TEAM, team)
        case AssignUser(user_id=person):
            yield Reference(f"{path}.userId", Named.ASSIGNEE, person, team_id)
        case AddFollower(user_id=person):
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
    kind = Named.PERSON if reference.kind is Named.ASSIGNEE else reference.kind
    return f"There is no such {adjective}{kind}."


def _told(row: Row) -> Question | frozenset[UUID] | None:
    if row[0] == Named.ASSIGNEE:
        return frozenset(map(UUID, row[3]))
    return Question(FieldType(row[2]), tuple(row[3] or ())) if row[2] else None
