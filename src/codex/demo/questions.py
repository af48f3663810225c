"""The custom fields of Acme, and what a ticket answers to each. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from codex.classification.models import FieldType, RequiredWhen
from codex.classification.values import Answer
from codex.demo.cast import EMPLOYEES, EVERYBODY, Member
from codex.demo.company import Parts
from codex.demo.script import Part
from codex.demo.slots import Slots


class Stage(StrEnum):
    """When a field is answered: as the ticket is opened, when somebody takes it, before it is done."""

    OPENED = "opened"
    TAKEN = "taken"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Question:
    """A custom field to be, asked of a team and of a category with all below it (slugs) where they are given.

    `retired`: options that are replaced after a while, each with the one that takes its place. `share` of the tickets
    answer what `answer` says: of a USER the address.
    """

    name: str
    type: FieldType
    stage: Stage
    answer: Callable[[Slots, Random, Parts], Answer]
    description: str | None = None
    team: str | None = None
    category: str | None = None
    options: Sequence[str] | None = None
    retired: Mapping[str, str] | None = None
    required: RequiredWhen | None = None
    share: float = 1.0


def answers(slots: Slots, rng: Random, parts: Parts) -> dict[str, Answer]:
    """What a ticket would answer to each field, by its name, whichever of them it comes to be asked."""
    return dict(_answers(slots, rng, parts))


def _answers(slots: Slots, rng: Random, parts: Parts) -> Iterator[tuple[str, Answer]]:
    for question in QUESTIONS:
        is_answered = rng.random() < question.share
        if is_answered or question.required:
            yield question.name, question.answer(slots, rng, parts)


def _sites(slots: Slots, rng: Random, parts: Parts) -> Answer:
    here = parts[Part.REQUESTER].location
    others = [city for city in _CITIES if city != here]
    return [here, *rng.sample(others, rng.choice((0, 0, 0, 1, 2)))]


def _cause(slots: Slots, rng: Random, parts: Parts) -> Answer:
    return rng.choices(_CAUSES, (5, 6, 4, 3, 2, 5))[0]


def _approver(slots: Slots, rng: Random, parts: Parts) -> Answer:
    return _called(slots.value("person")).email


def _called(name: str) -> Member:
    return next((m for m in EVERYBODY if m.name == name), EMPLOYEES[0])


_CITIES = ("Berlin", "Stockholm", "Lisbon", "London", "Toronto", "Osaka")
_CAUSES = ("Hardware fault", "Configuration", "Software fault", "Provider", "Capacity", "Operating mistake")
_TRIED = (
    "Restarted twice, other cable, other socket. No difference.",
    "Restarted. Signed out and in again.\n\nA colleague beside me has the same.",
    "Tried it from home and from the office, same result.",
    "Nothing yet, I did not want to make it worse.",
    "Flight mode on and off, then a restart. Worked for five minutes.",
)

QUESTIONS: tuple[Question, ...] = (
    Question(
        "Asset tag", FieldType.TEXT, Stage.OPENED, lambda slots, rng, parts: slots.value("tag"),
        "On the label underneath, such as LT-0423.", category="hardware", share=0.75,
    ),
    Question(
        "What you have tried", FieldType.TEXTAREA, Stage.OPENED, lambda slots, rng, parts: rng.choice(_TRIED),
        "It saves us a question.", category="network", share=0.7,
    ),
    Question(
        "Cost centre", FieldType.NUMBER, Stage.OPENED, lambda slots, rng, parts: int(slots.value("cost_centre")),
        "Four digits; your lead knows it. Nothing is ordered without.", category="licences",
        required=RequiredWhen.CREATE,
    ),
    Question(
        "Cause", FieldType.DROPDOWN, Stage.DONE, _cause, "What it was in the end.", team="it", category="network",
        options=_CAUSES, retired={"Operating mistake": "Configuration"}, required=RequiredWhen.RESOLVE,
    ),
    Question(
        "Sites affected", FieldType.MULTISELECT, Stage.TAKEN, _sites, team="it", category="network",
        options=_CITIES, share=0.7,
    ),
    Question(
        "First or last day", FieldType.DATE, Stage.OPENED,
        lambda slots, rng, parts: slots.day("date_soon").isoformat(), category="joiners-leavers", share=0.9,
    ),
    Question(
        "Somebody could get hurt", FieldType.CHECKBOX, Stage.OPENED, lambda slots, rng, parts: rng.random() < 0.25,
        "Then we come at once.", team="facilities", category="building",
    ),
    Question(
        "Approved by", FieldType.USER, Stage.TAKEN, _approver, "Who owns the folder, the mailbox or the system.",
        category="permissions", share=0.8,
    ),
    Question(
        "Personnel number", FieldType.NUMBER, Stage.TAKEN, lambda slots, rng, parts: rng.randint(20_110, 21_990),
        team="hr", share=0.6,
    ),
)  # fmt: skip
"""Every custom field of the demo, in the order in which forms ask."""
