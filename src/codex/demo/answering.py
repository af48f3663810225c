"""The answers of a story that fit what its ticket is asked."""

from collections.abc import Iterator
from uuid import UUID

from codex.classification.values import Answer
from codex.demo.foundations import House
from codex.demo.plan import Telling
from codex.demo.questions import QUESTIONS, Question, Stage


def given(
    house: House, telling: Telling, stage: Stage, team_id: UUID | None, category_id: UUID | None
) -> dict[str, object]:
    """What is answered at that stage to the fields that a ticket of this team and category is asked, by their ids."""
    found: dict[str, object] = {}
    for question in QUESTIONS:
        if question.stage is stage and _is_asked(house, question, team_id, category_id):
            said = telling.answers.get(question.name)
            if said is not None:
                found[str(house.fields[question.name].id)] = _as_of_now(house, question, said)
    return found


def _is_asked(house: House, question: Question, team_id: UUID | None, category_id: UUID | None) -> bool:
    if question.team and house.teams[question.team].id != team_id:
        return False
    return not question.category or house.categories[question.category].id in _lineage(house, category_id)


def _lineage(house: House, category_id: UUID | None) -> Iterator[UUID]:
    above = {category.id: category.parent_id for category in house.categories.values()}
    while category_id is not None:
        yield category_id
        category_id = above.get(category_id)


def _as_of_now(house: House, question: Question, said: Answer) -> object:
    """A person by id; instead of an option that is no longer offered the one that took its place."""
    if isinstance(said, str) and said in house.users:
        return str(house.users[said].id)
    offered = house.fields[question.name].options
    if isinstance(said, str) and offered is not None and said not in offered and question.retired:
        return question.retired[said]
    return said
