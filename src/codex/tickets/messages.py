"""The conversation on a ticket: public replies and internal notes; put in other words, or taken back for good."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from codex.db.work import Work
from codex.kernel.checks import Checks
from codex.kernel.errors import Conflict, Invalid, NotFound, Problem, require
from codex.kernel.ids import new_id
from codex.tickets import drafts, mentions, merged, merging, succession
from codex.tickets.facts import MessageAdded, MessageEdited, MessageRedacted
from codex.tickets.hanging_models import MessageMention
from codex.tickets.lifecycle import after_requester_spoke, shift
from codex.tickets.models import BODY_MOST, MessageType, Ticket, TicketMessage
from codex.tickets.policy import Operation, may, may_edit, may_redact, sees_team_only, works_on

REOPENS_WITHIN = timedelta(days=14)
"""A requester's reply reopens a ticket closed no longer ago than this, unless the setting says otherwise."""


async def add(
    work: Work,
    ticket: Ticket,
    *,
    type: MessageType,
    body: str,
    is_team_only: bool = False,
    reopens_within: timedelta = REOPENS_WITHIN,
    opens: bool = False,
) -> TicketMessage:
    """Write a message. The first public one of somebody who works on the ticket is its first response.

    A requester's public message puts a waiting ticket back to work and reopens a finished one (tickets.md,
    sla.md rule 9). The message says on which ticket it is: what is written to a merged ticket is on the one that it
    goes on as; a requester's on one closed longer ago than `reopens_within` is on a new one, opened by it.
    `is_team_only`: a note that teams with a READ grant do not see. `opens`: the first words of the agent who is just
    opening the ticket, wherever it goes. The writer's draft is gone. Raises Invalid.
    """
    is_public = type is MessageType.PUBLIC
    may_write = may(work.actor, Operation.REPLY if is_public else Operation.NOTE, ticket)
    require(may_write or (opens and work.actor.is_agent), "You may not write this kind of message here.")
    body = _checked(body)
    if is_team_only and is_public:
        raise Invalid(Problem("isTeamOnly", "Only a note can be for the team only."))
    if work.actor.is_person:
        await drafts.discard(work, ticket.id)
    home, from_requester = await _belongs(work, ticket, is_public=is_public, reopens_within=reopens_within)
    answers_first = is_public and home is ticket and ticket.first_response_at is None and works_on(work.actor, ticket)
    message = _signed(work, ticket, home, type=type, body=body, is_team_only=is_team_only)
    work.session.add(message)
    await mentions.note(work, home, message)
    if is_public and message.merged_from_id is not None:
        await merged.note_reply(work, ticket)
    if answers_first:
        ticket.first_response_at = work.now
    work.record(MessageAdded(ticket=home, message_id=message.id, message_type=type, answers_first=answers_first))
    if from_requester:
        _wake(work, home)
    return message


def _signed(work: Work, ticket: Ticket, home: Ticket, **said: Any) -> TicketMessage:
    """What is written to a ticket and goes on `home`, with who wrote it."""
    actor = work.actor
    by = {"author_id": actor.id} if actor.id else {"author_kind": actor.kind, "author_name": actor.name}
    return TicketMessage(
        id=new_id(), ticket_id=home.id, **by, **said, created_at=work.now,
        merged_from_id=ticket.id if home.id == ticket.merged_into_id else None,
    )  # fmt: skip


async def _belongs(work: Work, ticket: Ticket, *, is_public: bool, reopens_within: timedelta) -> tuple[Ticket, bool]:
    """The ticket that a message for `ticket` goes on, and whether it is the requester who speaks."""
    home = await merging.home_of(work, ticket)
    from_requester = is_public and work.actor.id in (ticket.requester_id, home.requester_id)
    if from_requester and home.closed_at is not None and work.now - home.closed_at > reopens_within:
        home = await succession.open_successor(work, home)
    return home, from_requester


async def edit(work: Work, ticket: Ticket, message: TicketMessage, body: str) -> None:
    """Put one's own note in other words, for 15 minutes. Raises Invalid for an empty body, Conflict when it is gone."""
    require(may_edit(work.actor, ticket, message, now=work.now), "You may edit your own notes, for 15 minutes.")
    body = _checked(body)
    if message.redacted_at is not None:
        raise Conflict("The words of this note were removed.")
    if body == message.body:
        return
    message.body, message.edited_at = body, work.now
    await mentions.note(work, ticket, message)
    work.record(MessageEdited(ticket=ticket, message_id=message.id))


async def redact(work: Work, ticket: Ticket, message: TicketMessage, *, reason: str | None = None) -> None:
    """Remove the words of a message, and whom they called, for good; that it was there, and why it went, stays.

    What has no words any more stays as it is.
    """
    require(may_redact(work.actor, ticket, message, now=work.now), "You may not redact this message.")
    with Checks() as check:
        reason = check.note("reason", reason)
    if message.redacted_at is not None:
        return
    await work.see_beyond()
    await drafts.forget_words(work, message)
    await work.session.execute(delete(MessageMention).where(MessageMention.message_id == message.id))
    message.body, message.redacted_at = "", work.now
    work.record(MessageRedacted(ticket=ticket, message_id=message.id, message_type=message.type, reason=reason))


async def of(work: Work, ticket: Ticket, message_id: UUID) -> TicketMessage:
    """A message of the ticket. Raises NotFound, for one that the actor may not see too."""
    found = await work.session.get(TicketMessage, message_id)
    if found is None or found.ticket_id != ticket.id or not _sees(work, ticket, found):
        raise NotFound("There is no such message.")
    return found


def _sees(work: Work, ticket: Ticket, message: TicketMessage) -> bool:
    if message.type is MessageType.PUBLIC:
        return True
    return may(work.actor, Operation.SEE_INTERNAL, ticket) and (
        not message.is_team_only or sees_team_only(work.actor, ticket)
    )


def _checked(body: str) -> str:
    with Checks() as check:
        return check.text("body", body, most=BODY_MOST, required=True)


def _wake(work: Work, ticket: Ticket) -> None:
    to = after_requester_spoke(ticket.status, is_assigned=ticket.assignee_id is not None)
    if to is not ticket.status:
        shift(work, ticket, to=to)
