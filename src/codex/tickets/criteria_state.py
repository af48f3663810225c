"""What a condition asks about, out of a ticket's folded history: of one that is only begun, or as it was. Pure.

The same values as `criteria_values` reads of a live ticket for one who sees all of it; a property test holds the two
equal.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from codex.kernel.criteria.grammar import CUSTOM, Field, Kind
from codex.kernel.criteria.tree import Condition, Scalar, Values, leaves
from codex.tickets.history import TicketState
from codex.tickets.models import SlaState


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What conditions know of a person. `is_employee`: the role is EMPLOYEE, so nobody takes them for an agent."""

    email: str
    department: str | None = None
    location: str | None = None
    is_employee: bool = True


@dataclass(frozen=True, slots=True)
class Spoken:
    """A public message on the ticket; `words` is empty when it was redacted."""

    author_id: UUID | None
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Promise:
    """How the ticket stands with what is promised of it; percents of the targets that are used up."""

    state: SlaState | None = None
    breaches_at: datetime | None = None
    first_response_percent: Decimal | None = None
    resolution_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What a ticket's own history does not hold: its people (requester and authors), what is said on it in public
    (oldest first), whether everybody on it sees a file, and what is promised. Who is not in `people` is not known."""

    people: Mapping[UUID, PersonFacts]
    spoken: Sequence[Spoken] = ()
    has_attachment: bool = False
    promise: Promise = field(default_factory=Promise)


@dataclass(frozen=True, slots=True)
class _Seen:
    state: TicketState
    beside: Beside
    now: datetime


def asked_fields(conditions: Iterable[Condition]) -> list[Field]:
    """Each field that any of these conditions asks about, once."""
    return list({leaf.field.name: leaf.field for condition in conditions for leaf in leaves(condition)}.values())


def state_values(fields: Iterable[Field], state: TicketState, beside: Beside, *, now: datetime) -> Values:
    """What the ticket has of these fields at the instant `now`. What only a change has (`fromStatus` …) is absent."""
    seen = _Seen(state, beside, now)
    return {asked.name: _values(asked, seen) for asked in fields}


def _values(asked: Field, seen: _Seen) -> tuple[Scalar, ...]:
    if asked.name.startswith(CUSTOM):
        return _answer(asked, seen.state.hanging.answers.get(UUID(asked.name.removeprefix(CUSTOM))))
    read = _READ.get(asked.name)
    found = read(seen) if read else None
    if isinstance(found, list):
        return tuple(found)
    if found is None:
        return ()
    return (seen.now - found if asked.kind is Kind.HOURS else found,)


def _answer(asked: Field, said: Any) -> tuple[Scalar, ...]:
    """An answer as conditions compare it; one of another kind than the field's is none."""
    match asked.kind, said:
        case _, None:
            return ()
        case Kind.CHOICE, list() if asked.is_many:
            return tuple(said)
        case Kind.TEXT | Kind.CHOICE, str() if not asked.is_many:
            return (said,)
        case Kind.BOOLEAN, bool():
            return (said,)
        case Kind.NUMBER, int() | float() if not isinstance(said, bool):
            return (Decimal(str(said)),)
        case Kind.DATE, str():
            return (date.fromisoformat(said),)
        case Kind.PERSON, str():
            return (UUID(said),)
        case _:
            return ()


def _requester(seen: _Seen) -> PersonFacts | None:
    return seen.beside.people.get(seen.state.requester_id)


def _of_requester(read: Callable[[PersonFacts], str | None]) -> Callable[[_Seen], str | None]:
    return lambda seen: read(person) if (person := _requester(seen)) else None


def _texts(seen: _Seen) -> list[str]:
    said = (seen.state.subject, seen.state.description, *(message.words for message in seen.beside.spoken))
    return [text for text in said if text]


def _last_of_requester(seen: _Seen) -> datetime | None:
    said = [message.at for message in seen.beside.spoken if message.author_id == seen.state.requester_id]
    return max(said, default=None)


def _last_of_agents(seen: _Seen) -> datetime | None:
    people, requester = seen.beside.people, seen.state.requester_id
    agents = {key for key, person in people.items() if not person.is_employee} - {requester}
    return max((message.at for message in seen.beside.spoken if message.author_id in agents), default=None)


def _sla_state(seen: _Seen) -> str | None:
    promise = seen.beside.promise
    if promise.breaches_at is not None and promise.breaches_at < seen.now:
        return SlaState.BREACHED.value
    return promise.state.value if promise.state else None


_READ: Mapping[str, Callable[[_Seen], Any]] = MappingProxyType(
    {
        "status": lambda seen: seen.state.status.value,
        "priority": lambda seen: seen.state.priority.value,
        "channel": lambda seen: seen.state.channel.value,
        "team": lambda seen: seen.state.assigned_team_id,
        "assignee": lambda seen: seen.state.assignee_id,
        "requester": lambda seen: seen.state.requester_id,
        "category": lambda seen: seen.state.category_id,
        "subject": lambda seen: seen.state.subject,
        "description": lambda seen: seen.state.description or None,
        "anyText": _texts,
        "requesterEmail": _of_requester(lambda person: person.email),
        "requesterDomain": _of_requester(lambda person: person.email[person.email.find("@") + 1 :]),
        "requesterDepartment": _of_requester(lambda person: person.department),
        "requesterLocation": _of_requester(lambda person: person.location),
        "tag": lambda seen: sorted(seen.state.hanging.tags),
        "createdAt": lambda seen: seen.state.created_at,
        "updatedAt": lambda seen: seen.state.updated_at,
        "hoursSinceCreated": lambda seen: seen.state.created_at,
        "hoursSinceUpdated": lambda seen: seen.state.updated_at,
        "hoursInStatus": lambda seen: seen.state.course.status_since,
        "hoursUnassigned": lambda seen: seen.state.course.assignee_since if seen.state.assignee_id is None else None,
        "hoursSinceRequesterMessage": _last_of_requester,
        "hoursSinceAgentMessage": _last_of_agents,
        "reopenCount": lambda seen: Decimal(seen.state.course.reopened),
        "messageCount": lambda seen: Decimal(len(seen.beside.spoken)),
        "hasAttachment": lambda seen: seen.beside.has_attachment,
        "followerCount": lambda seen: Decimal(len(seen.state.hanging.followers)),
        "slaFirstResponsePercent": lambda seen: seen.beside.promise.first_response_percent,
        "slaResolutionPercent": lambda seen: seen.beside.promise.resolution_percent,
        "slaState": _sla_state,
    }
)
"""What each field is read from. Of HOURS it is the instant since when."""
