"""Triggers, conditions and actions as sentences, with the things that they name called by their names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import Any
from uuid import UUID

from codex.automation.models import Trigger
from codex.automation.triggers import TriggerConfig
from codex.tickets.models import TicketPriority, TicketStatus
from codex.web.present import words
from codex.web.present.language import gettext as _
from codex.web.present.rule_views import ConditionView, Words
from codex.web.present.views import TextPart

Names = Mapping[str, str]
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CUSTOM = "customField:"
_WORDS_MOST = 80
_NO_VALUE = ("isSet", "isNotSet")


def ids_in(told: Any) -> Iterator[UUID]:
    """Every id in JSON, wherever it stands: what names are looked up for."""
    match told:
        case str():
            yield from (UUID(found) for found in _ID.findall(told))
        case dict():
            for value in told.values():
                yield from ids_in(value)
        case list() | tuple():
            for value in told:
                yield from ids_in(value)
        case _:
            return


def trigger(kind: Trigger, config: TriggerConfig) -> Words:
    """What wakes a rule."""
    hours = duration(config.hours or 0)
    status = words.status_for_agents(config.status).word if config.status else ""
    clock = {"FIRST_RESPONSE": _("first response"), "RESOLUTION": _("resolution")}.get(config.clock or "", "")
    patterns = {
        Trigger.TICKET_CREATED: _("A ticket is created"),
        Trigger.STATUS_CHANGED: _("The status changes to {status}") if status else _("The status changes"),
        Trigger.SLA_APPROACHING: _("The target for {clock} is at risk") if clock else _("A service target is at risk"),
        Trigger.SLA_BREACHED: _("The target for {clock} is missed") if clock else _("A service target is missed"),
        Trigger.MESSAGE_ADDED: _("Somebody writes a message or a note"),
        Trigger.ASSIGNMENT_CHANGED: _("The team or the assignee changes"),
        Trigger.PRIORITY_CHANGED: _("The priority changes"),
        Trigger.CATEGORY_CHANGED: _("The category changes"),
        Trigger.CUSTOM_FIELD_CHANGED: _("The answer to a custom field changes"),
        Trigger.TIME_IN_STATUS: _("A ticket has been {status} for {hours}")
        if status
        else _("A ticket has not changed its status for {hours}"),
        Trigger.UNASSIGNED_FOR: _("Nobody has had a ticket for {hours}"),
        Trigger.NO_ACTIVITY_FOR: _("Nothing has happened on a ticket for {hours}"),
    }
    return say(patterns[kind], hours=hours, status=status, clock=clock)


def duration(hours: float) -> str:
    """How long: "30 minutes", "1 hour", "72 hours"."""
    if hours < 1:
        return _("{minutes} minutes").format(minutes=round(hours * 60))
    return _("1 hour") if hours == 1 else _("{hours} hours").format(hours=f"{hours:g}")


def conditions(written: Sequence[Any], names: Names) -> tuple[ConditionView, ...]:
    """A list of conditions as rules have it."""
    return tuple(_condition(entry, names) for entry in written)


def _condition(entry: Any, names: Names) -> ConditionView:
    groups = {"all": _("all of these"), "any": _("any of these"), "not": _("not this")}
    for key, told in groups.items():
        if isinstance(entry, dict) and key in entry:
            inner = entry[key] if isinstance(entry[key], list) else [entry[key]]
            return ConditionView(group=told, parts=conditions(inner, names))
    if not isinstance(entry, dict):
        return ConditionView(words=say(_("something that cannot be read")))
    return ConditionView(words=leaf(entry.get("field"), entry.get("operator"), entry.get("value"), names))


def leaf(field: object, operator: object, value: object, names: Names) -> Words:
    """One condition: "Priority is any of Urgent, High"."""
    told = "" if operator in _NO_VALUE else shown(field, value, names)
    return say("{field} {operator} {value}" if told else "{field} {operator}", plain=("operator",),
               field=field_word(str(field), names), operator=_operators().get(str(operator), str(operator)),
               value=told)  # fmt: skip


def field_word(field: str, names: Names) -> str:
    """What a field is called."""
    if field.startswith(_CUSTOM):
        return names.get(field.removeprefix(_CUSTOM), _("A field that is no more"))
    return _fields().get(field, field)


def shown(field: object, value: object, names: Names) -> str:
    """A value in words; absent is "nothing"."""
    if value is None or value == []:
        return _("nothing")
    if isinstance(value, list | tuple):
        return ", ".join(shown(field, one, names) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = str(value)
    if field in ("status", "fromStatus", "toStatus") and text in TicketStatus.__members__:
        return words.status_for_agents(text).word
    if field == "priority" and text in TicketPriority.__members__:
        return words.priority(text).word
    text = names.get(text, text)
    return f"{text[:_WORDS_MOST]}…" if len(text) > _WORDS_MOST else text


def say(pattern: str, *, plain: Sequence[str] = (), **bold: str) -> Words:
    """The pattern in pieces: what stands in braces is bold, unless it is `plain`."""
    parts: list[TextPart] = []
    for text, field, _spec, _conversion in Formatter().parse(pattern):
        if text:
            parts.append(TextPart(text=text))
        if field:
            parts.append(TextPart(text=bold[field], is_bold=field not in plain))
    return tuple(parts)


def _operators() -> Names:
    return {
        "equals": _("is"), "notEquals": _("is not"), "in": _("is any of"), "notIn": _("is none of"),
        "isSet": _("is there"), "isNotSet": _("is not there"), "contains": _("contains"),
        "notContains": _("does not contain"), "startsWith": _("begins with"), "endsWith": _("ends with"),
        "matches": _("matches"), "greaterThan": _("is more than"), "atLeast": _("is at least"),
        "lessThan": _("is less than"), "atMost": _("is at most"), "before": _("is before"), "after": _("is after"),
    }  # fmt: skip


def _fields() -> Names:
    return {
        "status": _("Status"), "priority": _("Priority"), "channel": _("Channel"), "team": _("Team"),
        "assignee": _("Assignee"), "requester": _("Requester"), "category": _("Category"), "subject": _("Subject"),
        "description": _("Description"), "anyText": _("Subject or any text"),
        "requesterEmail": _("Requester’s address"), "requesterDomain": _("Requester’s domain"),
        "requesterDepartment": _("Requester’s department"), "requesterLocation": _("Requester’s office"),
        "tag": _("Tag"), "createdAt": _("Created"), "updatedAt": _("Updated"),
        "hoursSinceCreated": _("Hours since it was created"), "hoursSinceUpdated": _("Hours since it was updated"),
        "hoursInStatus": _("Hours in its status"), "hoursUnassigned": _("Hours without an assignee"),
        "hoursSinceRequesterMessage": _("Hours since the requester wrote"),
        "hoursSinceAgentMessage": _("Hours since an agent wrote"), "reopenCount": _("Times reopened"),
        "messageCount": _("Number of messages"), "hasAttachment": _("Has a file"),
        "slaFirstResponsePercent": _("First response target used (%)"),
        "slaResolutionPercent": _("Resolution target used (%)"), "slaState": _("Service target"),
        "followerCount": _("Number of followers"), "fromStatus": _("Status before"), "toStatus": _("New status"),
        "changedField": _("What changed"),
    }  # fmt: skip
