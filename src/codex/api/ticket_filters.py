"""The query string of a list of tickets, read into Filters; an unknown parameter or value is refused by name."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeVar
from uuid import UUID

from litestar.params import ParameterKwarg, QueryParameter

from codex.api.answer_filters import answers_asked_for
from codex.classification.queries import category_ids
from codex.db.database import Reader
from codex.desk.view_filters import Understood
from codex.desk.view_reading import saved_view, usable
from codex.httpkit.asked import Req
from codex.identity.directory import team_ids
from codex.kernel import clock
from codex.kernel.actor import Actor
from codex.kernel.checks import Checks
from codex.kernel.errors import Invalid, NotFound, Problem
from codex.tickets.filters import Filters, Span, StatusGroup
from codex.tickets.listing import BY_ANSWER
from codex.tickets.models import SlaState, TicketChannel, TicketPriority, TicketStatus

E = TypeVar("E", bound=StrEnum)
PAGING = ("limit", "cursor", "sort")
SPANS = ("created", "updated", "due", "completed")


def _any_of(kinds: type[Sequence[str]], description: str) -> QueryParameter:
    return QueryParameter(annotation=kinds, required=False, description=f"Any of these {description}.")


def _instant(description: str) -> QueryParameter:
    return QueryParameter(annotation=datetime, required=False, description=f"{description} (ISO 8601 with zone).")


def _person() -> QueryParameter:
    return QueryParameter(annotation=str, required=False, description="This person, by id, or `me`.")


PARAMETERS: dict[str, ParameterKwarg] = {
    "status": _any_of(list[TicketStatus], "statuses"),
    "statusGroup": _any_of(list[StatusGroup], "groups of statuses: ours to do, waiting, finished"),
    "priority": _any_of(list[TicketPriority], "priorities"),
    "channel": _any_of(list[TicketChannel], "ways in which tickets come"),
    "team": _any_of(list[str], "teams, by id or slug"),
    "assignee": _any_of(list[str], "people, by id; `me`; `none` for nobody"),
    "requester": _person(),
    "follower": _person(),
    "tag": _any_of(list[str], "tags, for who sees them"),
    "slaState": _any_of(list[str], f"of {', '.join(SlaState)}; `none` for nothing promised; for who sees it"),
    "view": QueryParameter(
        annotation=UUID, required=False, description="What this saved view holds, in its order unless `sort` is given."
    ),
    "deleted": QueryParameter(
        annotation=bool, required=False, description="The deleted tickets that one may restore, instead of the others."
    ),
    "category": _any_of(list[str], "categories, by id or slug, each with what lies under it"),
    **{f"{name}From": _instant(f"{name.capitalize()} at this instant or later") for name in SPANS},
    **{f"{name}To": _instant(f"{name.capitalize()} before this instant") for name in SPANS},
}
"""The filters as the document tells them. Lists are repeated parameters or values with commas between them."""


async def filters_of(request: Req, reader: Reader, actor: Actor) -> Filters:
    """What the request asks for. Raises Invalid naming every parameter that is not understood."""
    given = {name: request.query_params.getall(name) for name in request.query_params}
    values = {name: [v for text in texts for v in text.split(",") if v] for name, texts in given.items()}
    view = await _view(values, reader, actor)
    with Checks() as check:
        check.problems += [
            Problem(name, f"There is no such filter; there are {', '.join(PARAMETERS)}.")
            for name in values
            if name not in PARAMETERS and name not in PAGING and not name.startswith(BY_ANSWER)
        ]
        one = _One(check, actor)
        filters = Filters(
            statuses=one.of(TicketStatus, "status", values),
            groups=one.of(StatusGroup, "statusGroup", values),
            priorities=one.of(TicketPriority, "priority", values),
            channels=one.of(TicketChannel, "channel", values),
            teams=await _named(check, "team", values, lambda slugs: team_ids(reader, slugs)),
            assignees=tuple("none" if v == "none" else one.person("assignee", v) for v in values.get("assignee", ())),
            requester=one.person_in("requester", values),
            follower=one.person_in("follower", values),
            categories=await _categories(check, values, reader),
            tags=tuple(tag.strip().lower() for tag in values.get("tag", ())),
            sla_states=one.sla_states(values.get("slaState", ())),
            is_deleted=one.flag("deleted", values),
            answers=await answers_asked_for(check, given, reader),
            **{name: Span(one.time(f"{name}From", values), one.time(f"{name}To", values)) for name in SPANS},
            condition=view.condition if view else None,
            sort=view.sort if view else None,
        )
    return filters


class _One:
    """Readers of single values that note what they do not understand."""

    def __init__(self, check: Checks, actor: Actor) -> None:
        self._check, self._actor = check, actor

    def of(self, kind: type[E], name: str, values: dict[str, list[str]]) -> tuple[E, ...]:
        found = []
        for text in values.get(name, ()):
            try:
                found.append(kind(text))
            except ValueError:
                self._check.fail(name, f"{text!r} is none of {', '.join(kind)}.")
        return tuple(found)

    def person(self, name: str, text: str) -> UUID:
        if text == "me" and self._actor.id:
            return self._actor.id
        try:
            return UUID(text)
        except ValueError:
            self._check.fail(name, f"{text!r} is not the id of a person, and not `me`.")
            return UUID(int=0)

    def sla_states(self, texts: Sequence[str]) -> tuple[SlaState | Literal["none"], ...]:
        named = self.of(SlaState, "slaState", {"slaState": [text for text in texts if text != "none"]})
        return (*named, "none") if "none" in texts else named

    def person_in(self, name: str, values: dict[str, list[str]]) -> UUID | None:
        texts = values.get(name, [])
        if len(texts) > 1:
            self._check.fail(name, "One person at a time.")
        return self.person(name, texts[0]) if texts else None

    def flag(self, name: str, values: dict[str, list[str]]) -> bool:
        texts = values.get(name, [])
        if any(text not in ("true", "false") for text in texts):
            self._check.fail(name, "This is true or false.")
        return texts[-1:] == ["true"]

    def time(self, name: str, values: dict[str, list[str]]) -> datetime | None:
        texts = values.get(name, [])
        try:
            return clock.parse(texts[-1]) if texts else None
        except ValueError:
            self._check.fail(name, f"{texts[-1]!r} is not an instant such as 2026-03-02T09:00:00Z.")
            return None


async def _view(values: dict[str, list[str]], reader: Reader, actor: Actor) -> Understood | None:
    """What the saved view that is asked for comes to. Raises Unprocessable for a broken one."""
    if not values.get("view"):
        return None
    try:
        return usable(await saved_view(reader, actor, UUID(values["view"][-1])))
    except (NotFound, ValueError) as missing:
        raise Invalid(Problem("view", f"There is no view {values['view'][-1]!r}.")) from missing


async def _named(
    check: Checks,
    name: str,
    values: dict[str, list[str]],
    look_up: Callable[[list[str]], object],
) -> tuple[UUID, ...]:
    ids, slugs = _split(values.get(name, ()))
    if slugs:
        known: dict[str, UUID] = await look_up(slugs)  # type: ignore[misc]
        for slug in slugs:
            if slug not in known:
                check.fail(name, f"There is no {name} {slug!r}.")
        ids += known.values()
    return tuple(ids)


async def _categories(check: Checks, values: dict[str, list[str]], reader: Reader) -> tuple[UUID, ...]:
    ids, slugs = _split(values.get("category", ()))
    if not ids and not slugs:
        return ()
    found = await category_ids(reader, ids=ids, slugs=slugs)
    for name in (*slugs, *map(str, ids)):
        if name not in found.named:
            check.fail("category", f"There is no category {name!r}.")
    return tuple(found.with_descendants)


def _split(texts: Iterable[str]) -> tuple[list[UUID], list[str]]:
    ids, slugs = [], []
    for text in texts:
        try:
            ids.append(UUID(text))
        except ValueError:
            slugs.append(text)
    return ids, slugs
