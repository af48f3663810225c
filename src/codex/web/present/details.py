"""What stands beside a ticket: its properties with their choices, its requester, their other tickets."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from codex.kernel.actor import Actor
from codex.sla.clock_reading import Clocks
from codex.tickets.models import TicketPriority
from codex.tickets.policy import Operation, TicketFacts, may
from codex.tickets.rows import TicketDetail
from codex.tickets.surroundings import Asker, CategoryChoice, EarlierTicket, Surroundings
from codex.web.present import fields, words
from codex.web.present.conversation import Reading
from codex.web.present.desk_views import DetailsView, EarlierView, FactView, PropertyView
from codex.web.present.language import gettext as _
from codex.web.present.targets import targets
from codex.web.present.ticket import Refusal, moves
from codex.web.present.views import OptionView


def details(
    found: TicketDetail,
    seen: TicketFacts,
    around: Surroundings,
    *,
    actor: Actor,
    reading: Reading,
    clocks: Clocks | None = None,
    query: str = "",
    refusal: Refusal | None = None,
) -> DetailsView:
    """The details. A property can be changed where the command behind it would be allowed.

    `query`: that of the list beside the ticket.
    """
    requester = found.requester
    email = requester.email if isinstance(requester.email, str) else ""
    typed = refusal.typed if refusal and refusal.to is None else fields.Typed()
    href = f"/tickets/{found.display_id}"
    return DetailsView(
        targets=targets(clocks, href=f"{href}/why{query}", now=reading.now, zone=reading.zone),
        properties=(
            _status(actor, seen),
            _assignee(found, seen, around, actor),
            PropertyView(noun="team", label=_("Team"), word=_team(found), icon="headset"),
            _priority(found, seen, actor),
            _category(found, seen, around, actor),
        ),
        fields=fields.properties(
            around.questionnaire.fields, typed, href=href,
            may_change=may(actor, Operation.CHANGE, seen),
        ),
        people=tuple(around.questionnaire.people),
        requester=words.person(requester.id, requester.display_name, email=email),
        role=around.asker.department or "",
        facts=_place(around.asker, reading.now),
        earlier=tuple(_earlier(one, reading) for one in around.earlier),
    )  # fmt: skip


def category_names(categories: Sequence[CategoryChoice]) -> dict[UUID, str]:
    """Each category with the ones above it: "Network › VPN"."""
    by_id = {category.id: category for category in categories}

    def path(category: CategoryChoice, depth: int = 0) -> str:
        above = by_id.get(category.parent_id) if category.parent_id and depth < len(by_id) else None
        return f"{path(above, depth + 1)} › {category.name}" if above else category.name

    return {category.id: path(category) for category in categories}


def _earlier(one: EarlierTicket, reading: Reading) -> EarlierView:
    return EarlierView(
        href=f"/tickets/{one.display_id}",
        subject=one.subject,
        status=words.status_for_agents(one.status),
        at=words.dated(one.created_at, now=reading.now, zone=reading.zone),
    )


def _status(actor: Actor, seen: TicketFacts) -> PropertyView:
    now, reachable = words.status_for_agents(seen.status), moves(actor, seen)
    options = [OptionView(value=now.value, label=now.word, is_selected=True)]
    options += [OptionView(value=to, label=words.status_for_agents(to).word) for to in reachable]
    return PropertyView(
        noun="status", label=_("Status"), word=now.word, options=tuple(options), may_change=bool(reachable),
        icon=now.glyph, tone=now.tone,
    )  # fmt: skip


def _assignee(found: TicketDetail, seen: TicketFacts, around: Surroundings, actor: Actor) -> PropertyView:
    assignee = found.assignee
    people = {person.id: person.display_name for person in around.members}
    if assignee:
        people.setdefault(assignee.id, assignee.display_name)
    called = {key: _("{name} (you)").format(name=name) if key == actor.id else name for key, name in people.items()}
    nobody = OptionView(value="", label=_("Nobody"), is_selected=assignee is None)
    chosen = assignee.id if assignee else None
    options = (OptionView(value=str(key), label=name, is_selected=key == chosen) for key, name in called.items())
    return PropertyView(
        noun="assignee", label=_("Assignee"), word=called[chosen] if chosen else _("Nobody"),
        options=(nobody, *options), may_change=may(actor, Operation.ASSIGN, seen) and bool(people),
        person=words.person(assignee.id, assignee.display_name) if assignee else None,
    )  # fmt: skip


def _team(found: TicketDetail) -> str:
    return found.assigned_team.name if found.assigned_team else _("None yet")


def _priority(found: TicketDetail, seen: TicketFacts, actor: Actor) -> PropertyView:
    now = words.priority(found.priority)
    options = tuple(
        OptionView(value=p, label=words.priority(p).word, is_selected=p == found.priority) for p in TicketPriority
    )
    return PropertyView(
        noun="priority", label=_("Priority"), word=now.word, options=options,
        may_change=may(actor, Operation.CHANGE, seen), icon=now.glyph, tone=now.tone,
    )  # fmt: skip


def _category(found: TicketDetail, seen: TicketFacts, around: Surroundings, actor: Actor) -> PropertyView:
    names, chosen = category_names(around.categories), found.category.id if found.category else None
    usable = sorted((names[c.id], c.id) for c in around.categories if c.is_active or c.id == chosen)
    none = OptionView(value="", label=_("None"), is_selected=chosen is None)
    options = (OptionView(value=str(key), label=name, is_selected=key == chosen) for name, key in usable)
    return PropertyView(
        noun="category", label=_("Category"), word=names[chosen] if chosen else _("None"), options=(none, *options),
        may_change=may(actor, Operation.CHANGE, seen) and bool(usable), icon="tag",
    )  # fmt: skip


def _place(asker: Asker, now: datetime) -> tuple[FactView, ...]:
    """Where the requester is, and what time it is there."""
    parts = [asker.location] if asker.location else []
    if asker.time_zone:
        try:
            there = now.astimezone(ZoneInfo(asker.time_zone))
            parts.append(_("{time} local time").format(time=words.clock(there)))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass  # a zone that this machine does not know says nothing
    return (FactView(icon="map-pin", text=" · ".join(parts)),) if parts else ()
