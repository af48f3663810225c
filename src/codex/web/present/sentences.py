"""Each fact of a ticket's history as a sentence, in agents' words."""

import re
from collections.abc import Callable, Iterator, Mapping
from string import Formatter
from types import MappingProxyType
from uuid import UUID

from codex.kernel.actor import ActorKind
from codex.tickets.thread import Happened
from codex.web.present import words
from codex.web.present.language import gettext as _
from codex.web.present.views import TextPart

Names = Mapping[str, str]
"""What the people, teams, categories and tickets that facts name by id are called."""

Sentence = tuple[str, tuple[TextPart, ...]]
"""An icon and the words."""

_ICONS_OF_ACTORS = {ActorKind.RULE: "workflow"}
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An answer that is a person."""
_KEYS = ("userId", "teamId", "ticketId", "requesterId")
_BETWEEN_IDS = ("ASSIGNED", "TEAM_CHANGED", "REQUESTER_CHANGED", "MERGED", "UNMERGED")


def sentence(event: Happened, names: Names) -> Sentence:
    """Who did what. A fact of a kind that this version does not know is told by its bare name."""
    tell = SENTENCES.get(event.type, _unknown)
    icon, parts = tell(event, names)
    return _ICONS_OF_ACTORS.get(ActorKind(event.actor.kind), icon), parts


def named_in(event: Happened) -> Iterator[UUID]:
    """The ids of people, teams and tickets that the sentence of an event needs names for."""
    told = event.payload
    ids = [told["from"], told["to"]] if event.type in _BETWEEN_IDS else [told.get(key) for key in _KEYS]
    if event.type == "CUSTOM_FIELD_CHANGED" and _ID.fullmatch(str(told["to"])):
        ids.append(told["to"])
    yield from (UUID(key) for key in ids if key)


def _opened(event: Happened, names: Names) -> Sentence:
    channel = words.channel(event.payload["channel"])
    requester = event.payload["requesterId"]
    if requester == str(event.actor.id):
        return "plus", _say(event, _("{who} opened it {channel}"), plain={"channel": channel})
    return "plus", _say(event, _("{who} opened it for {requester}"), requester=_name(names, requester))


def _status(event: Happened, names: Names) -> Sentence:
    match event.payload["to"]:
        case "RESOLVED":
            return "check", _say(event, _("{who} resolved it"))
        case "CLOSED":
            return "check", _say(event, _("{who} closed it"))
        case "REOPENED":
            return "rotate-ccw", _say(event, _("{who} reopened it"))
        case status:
            word = words.status_for_agents(status).word
            return "flag", _say(event, _("{who} set status to {status}"), status=word)


def _assigned(event: Happened, names: Names) -> Sentence:
    old, new = event.payload["from"], event.payload["to"]
    if new is None:
        return "user-minus", _say(event, _("{who} took it away from {old}"), old=_name(names, old))
    if new == str(event.actor.id):
        return "user-check", _say(event, _("{who} took it"))
    return "user-check", _say(event, _("{who} assigned it to {new}"), new=_name(names, new))


def _team(event: Happened, names: Names) -> Sentence:
    old, new = event.payload["from"], event.payload["to"]
    if new is None:
        return "arrow-right-left", _say(event, _("{who} took it away from {old}"), old=_name(names, old))
    return "arrow-right-left", _say(event, _("{who} moved it to {new}"), new=_name(names, new))


def _priority(event: Happened, names: Names) -> Sentence:
    word = words.priority(event.payload["to"]).word
    return "flame", _say(event, _("{who} set priority to {priority}"), priority=word)


def _category(event: Happened, names: Names) -> Sentence:
    new = event.payload["to"]
    if new is None:
        return "tag", _say(event, _("{who} removed the category"))
    return "tag", _say(event, _("{who} changed category to {new}"), new=_name(names, new))


def _subject(event: Happened, names: Names) -> Sentence:
    return "pencil", _say(event, _("{who} changed the subject, which was {old}"), old=event.payload["from"])


def _description(event: Happened, names: Names) -> Sentence:
    return "pencil", _say(event, _("{who} edited the description"))


def _message(event: Happened, names: Names) -> Sentence:
    if event.payload["type"] == "INTERNAL":
        return "lock-keyhole", _say(event, _("{who} wrote an internal note"))
    return "message-square", _say(event, _("{who} wrote a message"))


def _requester(event: Happened, names: Names) -> Sentence:
    new = _name(names, event.payload["to"])
    return "user", _say(event, _("{who} made {new} the requester"), new=new)


def _field(event: Happened, names: Names) -> Sentence:
    field, new = event.payload["name"], event.payload["to"]
    if new is None:
        return "pencil", _say(event, _("{who} cleared {field}"), field=field)
    return "pencil", _say(event, _("{who} set {field} to {new}"), field=field, new=_answer(names, new))


def _answer(names: Names, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return names.get(str(value)) or str(value)


def _edited(event: Happened, names: Names) -> Sentence:
    return "pencil", _say(event, _("{who} edited an internal note"))


def _redacted(event: Happened, names: Names) -> Sentence:
    return "eye-off", _say(event, _("{who} removed the words of a message"))


def _follower(event: Happened, names: Names) -> Sentence:
    own, follower = event.payload["userId"] == str(event.actor.id), _name(names, event.payload["userId"])
    if event.type == "FOLLOWER_ADDED":
        told = _("{who} follows it") if own else _("{who} added {follower} as a follower")
        return "eye", _say(event, told, follower=follower)
    told = _("{who} follows it no more") if own else _("{who} removed {follower} from the followers")
    return "eye-off", _say(event, told, follower=follower)


def _access(event: Happened, names: Names) -> Sentence:
    team, level = _name(names, event.payload["teamId"]), event.payload.get("accessLevel")
    if level is None:
        return "users", _say(event, _("{who} took {team}'s access away"), team=team)
    told = _("{who} lets {team} work on it") if level == "WRITE" else _("{who} lets {team} see it")
    return "users", _say(event, told, team=team)


def _tag(event: Happened, names: Names) -> Sentence:
    told = _("{who} added the tag {tag}") if event.type == "TAG_ADDED" else _("{who} removed the tag {tag}")
    return "tag", _say(event, told, tag=event.payload["tag"])


def _follow_up(event: Happened, names: Names) -> Sentence:
    until = event.payload["to"]
    if until is None:
        return "clock", _say(event, _("{who} ended its rest"))
    return "clock", _say(event, _("{who} put it off until {until}"), until=until[:10])


def _link(event: Happened, names: Names) -> Sentence:
    told = _("{who} linked it to {other}") if event.type == "LINKED" else _("{who} removed the link to {other}")
    return "link", _say(event, told, other=_ticket(names, event.payload["ticketId"]))


def _merge(event: Happened, names: Names) -> Sentence:
    if event.type == "MERGED":
        return "workflow", _say(event, _("{who} merged it into {other}"), other=_ticket(names, event.payload["to"]))
    return "workflow", _say(event, _("{who} undid the merge into {other}"), other=_ticket(names, event.payload["from"]))


def _absorb(event: Happened, names: Names) -> Sentence:
    told = _("{who} merged {other} into it") if event.type == "ABSORBED" else _("{who} split {other} off again")
    return "workflow", _say(event, told, other=_ticket(names, event.payload["ticketId"]))


def _deleted(event: Happened, names: Names) -> Sentence:
    return "trash", _say(event, _("{who} deleted it") if event.type == "DELETED" else _("{who} restored it"))


def _routed(event: Happened, names: Names) -> Sentence:
    told = event.payload
    if told["teamId"] is None:
        return "workflow", _say(event, _("No rule matched: it waits in the triage queue"))
    team = _name(names, told["teamId"])
    if told["rule"] is not None:
        return "workflow", _say(event, _("The rule {rule} sent it to {team}"), rule=told["rule"], team=team)
    return "workflow", _say(event, _("Its category sent it to {team}"), team=team)


def _clocks(event: Happened, names: Names) -> Sentence:
    terms = event.payload["terms"]
    if terms is None:
        return "clock", _say(event, _("No policy applies any more"))
    told = _("The targets of {policy} apply") if event.type == "SLA_STARTED" else _("The targets of {policy} apply now")
    return "clock", _say(event, told, policy=terms.get("policy", ""))


def _clock(event: Happened, names: Names) -> Sentence:
    clock = _("First reply") if event.payload["clock"] == "FIRST_RESPONSE" else _("Resolution")
    icon, told = _CLOCKS[event.type]
    return icon, _say(event, told, clock=clock)


_CLOCKS = {
    "SLA_PAUSED": ("hourglass", _("{clock} is paused")),
    "SLA_RESUMED": ("clock", _("{clock} runs again")),
    "SLA_AT_RISK": ("circle-alert", _("{clock} is at risk")),
    "SLA_BREACHED": ("circle-alert", _("{clock} is overdue")),
    "SLA_MET": ("check", _("{clock} was in time")),
    "SLA_CANCELLED": ("clock", _("{clock} counts no more")),
}


def _rule(event: Happened, names: Names) -> Sentence:
    done = ", ".join(kind.replace("_", " ") for kind in event.payload["actions"])
    return "workflow", _say(event, _("The rule {who} ran: {done}"), plain={"done": done})


def _ticket(names: Names, key: str | None) -> str:
    return names.get(key or "") or _("another ticket")


def _unknown(event: Happened, names: Names) -> Sentence:
    fact = event.type.replace("_", " ").lower()
    return "info", _say(event, _("{who}: {fact}"), plain={"fact": fact})


SENTENCES: Mapping[str, Callable[[Happened, Names], Sentence]] = MappingProxyType(
    {
        "TICKET_CREATED": _opened,
        "STATUS_CHANGED": _status,
        "ASSIGNED": _assigned,
        "TEAM_CHANGED": _team,
        "PRIORITY_CHANGED": _priority,
        "CATEGORY_CHANGED": _category,
        "SUBJECT_CHANGED": _subject,
        "DESCRIPTION_CHANGED": _description,
        "MESSAGE_ADDED": _message,
        "REQUESTER_CHANGED": _requester,
        "CUSTOM_FIELD_CHANGED": _field,
        "MESSAGE_EDITED": _edited,
        "MESSAGE_REDACTED": _redacted,
        "FOLLOWER_ADDED": _follower,
        "FOLLOWER_REMOVED": _follower,
        "ACCESS_GRANTED": _access,
        "ACCESS_REVOKED": _access,
        "TAG_ADDED": _tag,
        "TAG_REMOVED": _tag,
        "FOLLOW_UP_CHANGED": _follow_up,
        "LINKED": _link,
        "UNLINKED": _link,
        "MERGED": _merge,
        "UNMERGED": _merge,
        "ABSORBED": _absorb,
        "RELEASED": _absorb,
        "DELETED": _deleted,
        "RESTORED": _deleted,
        "ROUTED": _routed,
        "RULE_RAN": _rule,
        "SLA_STARTED": _clocks,
        "SLA_RETARGETED": _clocks,
        "SLA_PAUSED": _clock,
        "SLA_RESUMED": _clock,
        "SLA_AT_RISK": _clock,
        "SLA_BREACHED": _clock,
        "SLA_MET": _clock,
        "SLA_CANCELLED": _clock,
    }
)


def _name(names: Names, key: str | None) -> str:
    return names.get(key or "") or _("somebody")


def _say(event: Happened, pattern: str, *, plain: Names = MappingProxyType({}), **bold: str) -> tuple[TextPart, ...]:
    """The pattern in pieces: what stands in braces is bold, unless it is `plain`."""
    bold["who"] = event.actor.name
    parts: list[TextPart] = []
    for text, field, _spec, _conversion in Formatter().parse(pattern):
        if text:
            parts.append(TextPart(text=text))
        if field:
            parts.append(TextPart(text=plain.get(field) or bold[field], is_bold=field in bold))
    return tuple(parts)
