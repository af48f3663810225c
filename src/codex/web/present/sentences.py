"""Each fact of a ticket's history as a sentence, in agents' words."""

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
"""What the people, teams and categories that facts name by id are called."""

Sentence = tuple[str, tuple[TextPart, ...]]
"""An icon and the words."""

_ICONS_OF_ACTORS = {ActorKind.RULE: "workflow"}
_NAMING = ("ASSIGNED", "TEAM_CHANGED")


def sentence(event: Happened, names: Names) -> Sentence:
    """Who did what. A fact of a kind that this version does not know is told by its bare name."""
    tell = SENTENCES.get(event.type, _unknown)
    icon, parts = tell(event, names)
    return _ICONS_OF_ACTORS.get(ActorKind(event.actor.kind), icon), parts


def named_in(event: Happened) -> Iterator[UUID]:
    """The ids of people and teams that the sentence of an event needs names for."""
    if event.type in _NAMING:
        yield from (UUID(key) for key in (event.payload["from"], event.payload["to"]) if key)
    if event.type == "TICKET_CREATED":
        yield UUID(event.payload["requesterId"])


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
