"""The filters `customField.<id>=value` of a list of tickets."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from codex.classification import reading
from codex.classification.models import FieldType
from codex.classification.values import CHOICES, Question, Unfit, read, sort_value
from codex.db.database import Reader
from codex.kernel.checks import Checks
from codex.tickets.filters import Said
from codex.tickets.listing import BY_ANSWER

_WHOLE = (FieldType.TEXT, FieldType.TEXTAREA)
"""Of these a comma is part of what is looked for."""


async def answers_asked_for(check: Checks, given: Mapping[str, Sequence[str]], reader: Reader) -> tuple[Said, ...]:
    """What a query string asks of custom fields: several values of one, repeated or with commas between them, are any
    of these. Texts are compared whatever their case. Notes what is no field, or no answer to it."""
    named = {name: _id(name) for name in given if name.startswith(BY_ANSWER)}
    questions = await reading.questions(reader, filter(None, named.values())) if named else {}
    found = []
    for name, field_id in named.items():
        if field_id is None or field_id not in questions:
            check.fail(name, "There is no such custom field.")
            continue
        try:
            found.append(_said(field_id, questions[field_id], given[name]))
        except Unfit as unfit:
            check.fail(name, str(unfit))
    return tuple(found)


def _said(field_id: UUID, question: Question, texts: Sequence[str]) -> Said:
    answers = [read(question, text) for text in _parts(question, texts)]
    if question.type is FieldType.MULTISELECT:
        return Said(field_id, tuple(str(option) for option in answers), is_option=True)
    return Said(field_id, tuple(sort_value(question.type, said) for said in answers))


def _parts(question: Question, texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        if question.type in _WHOLE or (question.type in CHOICES and text in question.options):
            yield text
        else:
            yield from text.split(",")


def _id(name: str) -> UUID | None:
    try:
        return UUID(name.removeprefix(BY_ANSWER))
    except ValueError:
        return None
