"""A ticket's thread as entries: its description first, then what was said and what happened."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from markupsafe import Markup

from codex.kernel.richtext import to_html
from codex.tickets.rows import Author, FileRow, PersonRef, TicketDetail
from codex.tickets.thread import Happened, Said
from codex.web.present import words
from codex.web.present.language import gettext as _
from codex.web.present.sentences import Names, sentence
from codex.web.present.thread import Entry
from codex.web.present.views import EventLineView, FileView, MessageView, PersonView

_KILO = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads, when and where. `knows_staff`: who works on tickets is called by the whole name."""

    me: UUID | None
    now: datetime
    zone: ZoneInfo
    knows_staff: bool


def entries(
    ticket: TicketDetail, thread: Iterable[Said | Happened], reading: Reading, *, is_whole: bool, names: Names
) -> Iterator[Entry]:
    """Everything in no order that matters. `is_whole`: the thread begins with the ticket, and so does this."""
    has_text = bool(ticket.description.strip())
    thread = list(thread)
    assigned_at = {entry.at for entry in thread if isinstance(entry, Happened) and entry.type == "ASSIGNED"}
    if is_whole and has_text:
        yield ticket.created_at, _description(ticket, reading)
    for entry in thread:
        if isinstance(entry, Said):
            yield entry.at, _message(entry, ticket, reading)
        elif not (_is_told_by_assignment(entry, assigned_at) or (has_text and _is_told_by_description(entry, ticket))):
            icon, parts = sentence(entry, names)
            at = words.when(entry.at, now=reading.now, zone=reading.zone)
            yield entry.at, EventLineView(icon=icon, parts=parts, at=at)


def staff(person: PersonRef | Author, reading: Reading) -> PersonView:
    """Somebody who works on tickets: requesters know them by their first name."""
    name = person.display_name
    return words.person(person.id, name if reading.knows_staff else first_name(name))


def first_name(name: str) -> str:
    """The first word of a name."""
    return (name.split() or [name])[0]


def _is_told_by_assignment(event: Happened, assigned_at: Set[datetime]) -> bool:
    """Whether the event is the status that a ticket takes by being assigned: "took it" says so already."""
    return event.type == "STATUS_CHANGED" and event.payload["to"] == "ASSIGNED" and event.at in assigned_at


def _is_told_by_description(event: Happened, ticket: TicketDetail) -> bool:
    """Whether the description, with its author and time, tells already what the event tells."""
    return event.type == "TICKET_CREATED" and event.actor.id == ticket.requester.id


def _description(ticket: TicketDetail, reading: Reading) -> MessageView:
    return MessageView(
        id="description",
        kind="requester",
        author=words.person(ticket.requester.id, ticket.requester.display_name),
        html=Markup(to_html(ticket.description)),  # noqa: S704 - to_html lets nothing through but harmless elements
        at=words.when(ticket.created_at, now=reading.now, zone=reading.zone),
        via=words.via(ticket.channel),
        is_mine=ticket.requester.id == reading.me,
    )


def _message(said: Said, ticket: TicketDetail, reading: Reading) -> MessageView:
    html = f"<p><em>{_('This message was removed.')}</em></p>" if said.is_redacted else to_html(said.body)
    return MessageView(
        id=str(said.id),
        kind=_kind(said, ticket),
        author=_author(said, ticket, reading),
        html=Markup(html),  # noqa: S704 - as above
        at=words.when(said.at, now=reading.now, zone=reading.zone),
        is_mine=said.author.id == reading.me,
        files=tuple(_file(file) for file in said.files),
    )


def _kind(said: Said, ticket: TicketDetail) -> Literal["requester", "agent", "note"]:
    if said.is_internal:
        return "note"
    if said.author.id is not None and (said.author.id == ticket.requester.id or not said.is_staff):
        return "requester"
    return "agent"


def _author(said: Said, ticket: TicketDetail, reading: Reading) -> PersonView:
    if said.author.id is None:
        return words.person("rule", said.author.display_name)
    if _kind(said, ticket) == "requester":
        return words.person(said.author.id, said.author.display_name)
    return staff(said.author, reading)


def _file(file: FileRow) -> FileView:
    states = {
        "CLEAN": "",
        "PENDING": _("being checked"),
        "INFECTED": _("held back: it holds a virus"),
        "FAILED": _("could not be checked"),
    }
    icon = "image" if file.content_type.startswith("image/") else "file-text"
    return FileView(name=file.file_name, size=size(file.size_bytes), icon=icon, state=states[file.scan_status])


def size(count: int) -> str:
    """Bytes as people count them: 38 kB, 2.4 MB."""
    if count < _KILO * _KILO:
        return _("{count} kB").format(count=max(1, round(count / _KILO)))
    return _("{count} MB").format(count=round(count / _KILO / _KILO, 1))
