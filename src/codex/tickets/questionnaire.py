"""The custom fields of a ticket, each with its answer, and those that a new one is asked; for pages."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct, convert

from codex.classification.models import FieldType, RequiredWhen
from codex.classification.queries import LINEAGE_SQL
from codex.classification.values import Answer
from codex.db.database import Reader

OFFERED = 200
"""How many names a field that takes a person suggests; others are written out."""


class Asked(Struct, frozen=True):
    """A custom field and what is answered. `needed`: by when there must be an answer; None: there need not be one.

    `is_open`: it may be answered; else it is only an answer of earlier. `person`: the name of whom a USER's is.
    """

    id: UUID
    name: str
    type: FieldType
    options: list[str]
    description: str
    needed: RequiredWhen | None
    is_open: bool
    answer: Answer | None = None
    person: str = ""


class Questionnaire(Struct, frozen=True):
    """Fields in their order; `people`: names to choose from, where one of them takes a person."""

    fields: list[Asked]
    people: list[str]


class NewQuestionnaire(Struct, frozen=True):
    """What is asked of a new ticket, and the name of the team that gets it, if its category says so."""

    fields: list[Asked]
    people: list[str]
    team: str = ""


_ITSELF = """'id', f.id, 'name', f.name, 'type', f.field_type, 'options', COALESCE(f.options, '[]'),
    'description', COALESCE(f.description, ''), 'needed', CASE WHEN f.is_required THEN f.required_when END"""
_ORDER = "ORDER BY f.sort_order, f.name, f.id"
_CATEGORY_OF = "(SELECT of_it.category_id FROM tickets of_it WHERE of_it.id = %(ticket)s)"
_LINEAGE_OF = LINEAGE_SQL.replace("%(category)s", _CATEGORY_OF)
_IS_OPEN = f"""(f.is_active AND (f.team_id IS NULL OR f.team_id = %(team)s)
    AND (f.category_id IS NULL OR f.category_id IN ({_LINEAGE_OF} SELECT id FROM above)))"""
_PEOPLE = f"""ARRAY(SELECT p.display_name FROM users p WHERE p.is_active
    ORDER BY lower(p.display_name), p.id LIMIT {OFFERED})"""
_IN_FORMS = "(num_nonnulls(f.team_id, f.category_id) > 0 OR (f.is_required AND f.required_when = 'CREATE'))"
_ANSWER = """'answer', v.value::jsonb, 'person', COALESCE((
    SELECT p.display_name FROM users p
    WHERE p.id = CASE WHEN f.field_type = 'USER' THEN (v.value::jsonb #>> '{}')::uuid END), '')"""
OF_TICKET_SQL = f"""(
    SELECT jsonb_build_object('fields', COALESCE(jsonb_agg(a.it), '[]'), 'people', CASE
        WHEN %(answers)s AND bool_or(a.takes_person) THEN to_jsonb({_PEOPLE}) ELSE '[]' END)
    FROM (SELECT jsonb_build_object({_ITSELF}, 'is_open', {_IS_OPEN}, {_ANSWER}) AS it,
                 f.field_type = 'USER' AS takes_person
          FROM custom_fields f
          LEFT JOIN custom_field_values v ON v.custom_field_id = f.id AND v.ticket_id = %(ticket)s
          WHERE v.id IS NOT NULL OR {_IS_OPEN} {_ORDER}) a)"""
"""A Questionnaire as JSON, of the parameters `ticket` and `team`; `answers`: whether the reader may answer."""


def questionnaire(told: Mapping[str, Any]) -> Questionnaire:
    """What OF_TICKET_SQL gives."""
    return convert(told, Questionnaire)


async def answered(reader: Reader, ticket_id: UUID) -> list[Asked]:
    """The answers of a ticket that its requester and followers are shown: to what forms ask."""
    row = await reader.first(
        f"""SELECT COALESCE(jsonb_agg(jsonb_build_object({_ITSELF}, 'is_open', false, {_ANSWER}) {_ORDER}), '[]')
            FROM custom_fields f JOIN custom_field_values v ON v.custom_field_id = f.id
            WHERE v.ticket_id = %(ticket)s AND {_IN_FORMS}""",
        {"ticket": ticket_id},
    )
    return convert(row[0] if row else [], list[Asked])


async def of_new(reader: Reader, category_id: UUID | None) -> NewQuestionnaire:
    """What the form of a new ticket of a category asks; the category's team gets it, so that its fields count too."""
    row = await reader.first(
        f"""{LINEAGE_SQL}, gets AS (
                SELECT t.id, t.name FROM above JOIN teams t ON t.id = above.default_team_id AND t.is_active
                ORDER BY above.distance LIMIT 1)
            SELECT COALESCE((SELECT name FROM gets), ''),
                   COALESCE(jsonb_agg(jsonb_build_object({_ITSELF}, 'is_open', true) {_ORDER}), '[]'),
                   CASE WHEN bool_or(f.field_type = 'USER') THEN {_PEOPLE} END
            FROM custom_fields f
            WHERE f.is_active AND {_IN_FORMS} AND (f.team_id IS NULL OR f.team_id = (SELECT id FROM gets))
              AND (f.category_id IS NULL OR f.category_id IN (SELECT id FROM above))""",
        {"category": category_id},
    )
    team, fields, people = row if row else ("", [], None)
    return NewQuestionnaire(convert(fields, list[Asked]), people or [], team)


async def types(reader: Reader, field_ids: Collection[UUID]) -> dict[UUID, FieldType]:
    """What fields take, by id; there is nothing for one that there is not."""
    rows = await reader.all(
        "SELECT id, field_type FROM custom_fields WHERE id = ANY(%(ids)s)", {"ids": list(field_ids)}
    )
    return {key: FieldType(kind) for key, kind in rows}


async def people_called(reader: Reader, text: str) -> list[UUID]:
    """Whoever, of the active, has this name or address, in capitals or not."""
    rows = await reader.all(
        "SELECT id FROM users WHERE is_active AND (lower(display_name) = lower(%(text)s) OR email = lower(%(text)s))",
        {"text": text},
    )
    return [row[0] for row in rows]
