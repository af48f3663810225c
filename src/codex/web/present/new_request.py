"""The form of a new request, in people's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from codex.classification.reading import CategoryRow
from codex.sla.expecting import Expected
from codex.tickets.models import TicketPriority
from codex.tickets.questionnaire import NewQuestionnaire
from codex.web.present import fields, words
from codex.web.present.fields import Typed
from codex.web.present.language import gettext as _
from codex.web.present.portal_views import CategoryGroupView, ImpactView, NewRequestView, WrongView
from codex.web.present.service_hours import opening
from codex.web.present.views import OptionView

IMPACTS = (TicketPriority.P2, TicketPriority.P3, TicketPriority.P4)
"""What somebody who asks can say about how bad it is."""


@dataclass(frozen=True, slots=True)
class Promises:
    """When somebody who asks `now` would hear from us, for each of the impacts for which that is promised."""

    now: datetime
    zone: ZoneInfo
    by: Mapping[TicketPriority, Expected]


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody has written into the form so far."""

    category: UUID | None = None
    subject: str = ""
    description: str = ""
    priority: TicketPriority = TicketPriority.P3


def new_request(
    categories: Sequence[CategoryRow],
    asked: NewQuestionnaire,
    written: Written,
    typed: Typed,
    *,
    errors: Mapping[str, str],
    promises: Promises,
) -> NewRequestView:
    """The form as it stands; `errors`: what is wrong with `subject`, `description` and `categoryId`."""
    questions = fields.questions(asked.fields, typed)
    ids = {"categoryId": "category", "subject": "subject", "description": "description"}
    wrong = [WrongView(id=id, sentence=errors[path]) for path, id in ids.items() if path in errors]
    wrong += [WrongView(id=one.id, sentence=one.error) for one in questions if one.error]
    return NewRequestView(
        groups=tuple(_groups(categories, written.category)),
        impacts=tuple(_impacts(written.priority, promises)),
        fields=questions,
        people=tuple(asked.people),
        team=asked.team,
        subject=written.subject,
        description=written.description,
        subject_error=errors.get("subject", ""),
        description_error=errors.get("description", ""),
        category_error=errors.get("categoryId", ""),
        wrong=tuple(wrong),
    )


def _groups(categories: Sequence[CategoryRow], chosen: UUID | None) -> Iterator[CategoryGroupView]:
    """A group for each root, in the order of the tree; what lies under an inactive one is not there."""
    usable: dict[UUID, CategoryRow] = {}
    for one in categories:  # each comes after the one above it
        if one.is_active and (one.parent_id is None or one.parent_id in usable):
            usable[one.id] = one
    for root in (one for one in usable.values() if one.parent_id is None):
        below = [one for one in usable.values() if one is not root and _path(usable, one)[0] is root]
        named = [(" › ".join(above.name for above in _path(usable, one)[1:]), one) for one in below]
        rest = _("{category}, something else") if below else "{category}"
        named.append((rest.format(category=root.name), root))
        options = (OptionView(value=str(one.id), label=label, is_selected=one.id == chosen) for label, one in named)
        yield CategoryGroupView(label=root.name, options=tuple(options))


def _path(usable: Mapping[UUID, CategoryRow], one: CategoryRow) -> list[CategoryRow]:
    """A category after those that it lies under, from the root on."""
    above = usable[one.parent_id] if one.parent_id else None
    return [*(_path(usable, above) if above else ()), one]


def _impacts(chosen: TicketPriority, promises: Promises) -> Iterator[ImpactView]:
    labels = (
        (_("I can’t work"), _("Everything has stopped")),
        (_("It slows me down"), _("I can get by for now")),
        (_("It can wait"), _("No hurry")),
    )
    for priority, (label, hint) in zip(IMPACTS, labels, strict=True):
        promise, hours = _promise(promises, promises.by.get(priority))
        is_selected = priority is chosen
        yield ImpactView(value=priority, label=label, hint=hint, is_selected=is_selected, promise=promise, hours=hours)


def _promise(promises: Promises, expected: Expected | None) -> tuple[str, str]:
    if expected is None:
        return "", ""
    now, zone = promises.now, promises.zone
    hours = _("We work {hours}.").format(hours=opening(expected.calendar, now=now, zone=zone))
    return words.promised(expected.by, now=now, zone=zone).removesuffix("."), hours
