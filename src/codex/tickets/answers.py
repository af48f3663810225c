"""What a ticket answers to custom fields."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from sqlalchemy import delete, select

from codex.classification import queries as classification
from codex.classification.models import CustomField, FieldType, RequiredWhen
from codex.classification.values import Answer, Question, Unfit, answer, is_same, sort_value
from codex.db.work import Work
from codex.identity.models import User
from codex.kernel.actor import ActorKind
from codex.kernel.errors import Problem, Unprocessable, require
from codex.tickets.hanging_facts import CustomFieldChanged
from codex.tickets.hanging_models import CustomFieldChoice, CustomFieldValue
from codex.tickets.models import Ticket
from codex.tickets.policy import Operation, may

Given = Mapping[str, object]
"""Answers (JSON) by the id of their field, as a body has them; None takes an answer away."""


async def change(work: Work, ticket: Ticket, given: Given) -> None:
    """Answer custom fields, or take answers away; the same answer again changes nothing.

    Raises Unprocessable naming everything that is wrong: no field of this ticket, no answer to it, or an answer taken
    away that the ticket needs by now.
    """
    require(may(work.actor, Operation.CHANGE, ticket), "You may not change this ticket's custom fields.")
    if not given:
        return
    kept = await _kept(work, ticket)
    read = await _read(work, ticket, given, kept)
    taken_away = [asked for asked in read.fields.values() if asked.id in kept and read.answers[asked.id] is None]
    needed = [asked for asked in taken_away if _is_needed(ticket, asked)] if _is_bound(work) else []
    _refuse([*read.problems, *_missing((asked.id, asked.name) for asked in needed)])
    await _keep(work, ticket, read, kept)


async def begin(work: Work, ticket: Ticket, given: Given, *, needed: Iterable[tuple[UUID, str]]) -> None:
    """The answers that a ticket is opened with, by whoever may open it.

    `needed`: id and name of each field that must be answered at once. Raises Unprocessable as `change` does, and for
    what a person leaves out of that.
    """
    read = await _read(work, ticket, given, {}) if given else _Read()
    left_out = _missing(each for each in needed if read.is_without(each[0])) if _is_bound(work) else ()
    _refuse([*read.problems, *left_out])
    await _keep(work, ticket, read, {})


async def require_resolvable(work: Work, ticket: Ticket) -> None:
    """Refuse a person, with Unprocessable naming the fields, to finish a ticket that lacks answers needed for it."""
    needed = await _required(work, ticket, RequiredWhen.RESOLVE)
    kept = await _kept(work, ticket) if needed else {}
    _refuse([*_missing((asked.id, asked.name) for asked in needed if asked.id not in kept)])


@dataclass(slots=True)
class _Read:
    """What a body says: the answers of fields that it names rightly, and what is wrong with the others."""

    fields: dict[UUID, CustomField] = field(default_factory=dict)
    answers: dict[UUID, Answer | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def is_without(self, field_id: UUID) -> bool:
        """Whether nothing is said about the field, right or wrong."""
        return self.answers.get(field_id) is None and all(p.path != _path(field_id) for p in self.problems)


async def _read(work: Work, ticket: Ticket, given: Given, kept: Mapping[UUID, CustomFieldValue]) -> _Read:
    known = await classification.held_as_they_are(work.session, [key for text in given if (key := _id(text))])
    asked = await classification.asked(work.session, team_id=ticket.assigned_team_id, category_id=ticket.category_id)
    open_ids = {each.id for each in asked}
    read = _Read()
    for text, value in given.items():
        found = known.get(_id(text) or ticket.id)
        if found is None or not (found.id in open_ids or (value is None and found.id in kept)):
            read.problems.append(Problem(_path(text), "This ticket has no such field."))
            continue
        try:
            read.answers[found.id] = _answer(found, value, _said(kept.get(found.id)))
            read.fields[found.id] = found
        except Unfit as unfit:
            read.problems.append(Problem(_path(text), str(unfit)))
    await _find_people(work, read, kept)
    return read


def _answer(asked: CustomField, value: object, said: Answer | None) -> Answer | None:
    chosen = said if isinstance(said, list) else [said] if isinstance(said, str) else []
    return answer(Question(FieldType(asked.field_type), asked.options or ()), value, kept=chosen)


async def _find_people(work: Work, read: _Read, kept: Mapping[UUID, CustomFieldValue]) -> None:
    """Note who is nobody, or nobody any more and not the answer so far."""
    named = {
        key: UUID(str(said))
        for key, said in read.answers.items()
        if said is not None and read.fields[key].field_type == FieldType.USER and said != _said(kept.get(key))
    }
    if not named:
        return
    people = set(await work.session.scalars(select(User.id).where(User.id.in_(named.values()), User.is_active)))
    for key, person in named.items():
        if person not in people:
            read.problems.append(Problem(_path(key), "There is no such active person."))


async def _keep(work: Work, ticket: Ticket, read: _Read, kept: Mapping[UUID, CustomFieldValue]) -> None:
    for key, asked in read.fields.items():
        old, new, row = _said(kept.get(key)), read.answers[key], kept.get(key)
        if is_same(old, new):
            continue
        row = row or CustomFieldValue(ticket_id=ticket.id, custom_field_id=key, created_at=work.now)
        if new is None:
            await _take_away(work, row)
        else:
            row.value, row.updated_at = msgspec.json.encode(new).decode(), work.now
            row.sort_value = sort_value(FieldType(asked.field_type), new)
            work.session.add(row)
        if asked.field_type == FieldType.MULTISELECT:
            await _choose(work, ticket, key, new)
        work.record(CustomFieldChanged(ticket=ticket, field_id=key, name=asked.name, old=old, new=new))


async def _choose(work: Work, ticket: Ticket, field_id: UUID, options: Answer | None) -> None:
    """The rows that a MULTISELECT's answer is looked up by."""
    for row in [row for row in work.session.new if isinstance(row, CustomFieldChoice)]:
        if (row.ticket_id, row.custom_field_id) == (ticket.id, field_id):
            work.session.expunge(row)
    its = (CustomFieldChoice.ticket_id == ticket.id, CustomFieldChoice.custom_field_id == field_id)
    await work.session.execute(delete(CustomFieldChoice).where(*its))
    for option in options if isinstance(options, list) else ():
        work.session.add(CustomFieldChoice(ticket_id=ticket.id, custom_field_id=field_id, option=option))


async def _take_away(work: Work, row: CustomFieldValue) -> None:
    """At once, so that the same work can answer anew."""
    if row in work.session.new:
        work.session.expunge(row)
    else:
        await work.session.execute(delete(CustomFieldValue).where(CustomFieldValue.id == row.id))


async def _kept(work: Work, ticket: Ticket) -> dict[UUID, CustomFieldValue]:
    """The answers so far, those of this work that are not written yet among them."""
    query = select(CustomFieldValue).where(CustomFieldValue.ticket_id == ticket.id)
    begun = (row for row in work.session.new if isinstance(row, CustomFieldValue) and row.ticket_id == ticket.id)
    return {row.custom_field_id: row for row in (*await work.session.scalars(query), *begun)}


async def _required(work: Work, ticket: Ticket, when: RequiredWhen) -> Sequence[CustomField]:
    """What a person has to answer; a rule, a mail or a replayed history is not held up by a form it never saw."""
    if not _is_bound(work):
        return ()
    return await classification.required(
        work.session, when, team_id=ticket.assigned_team_id, category_id=ticket.category_id
    )


def _is_bound(work: Work) -> bool:
    return work.actor.kind is ActorKind.PERSON


def _is_needed(ticket: Ticket, asked: CustomField) -> bool:
    by_now = asked.required_when == RequiredWhen.CREATE or ticket.completed_at is not None
    return asked.is_active and asked.is_required and by_now


def _missing(needed: Iterable[tuple[UUID, str]]) -> Iterator[Problem]:
    return (Problem(_path(field_id), f"{name} must be answered.") for field_id, name in needed)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Unprocessable(" ".join(problem.message for problem in problems), problems=problems)


def _path(field_id: UUID | str) -> str:
    return f"customFields.{field_id}"


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _said(row: CustomFieldValue | None) -> Answer | None:
    return msgspec.json.decode(row.value, type=Answer) if row else None
