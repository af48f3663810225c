"""Macros: a person uses a prepared text, and what goes with it, on a ticket: in their name and with their rights."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from codex.automation.doing import Doing, Done
from codex.automation.models import Trigger
from codex.automation.terms import Rule, RuleTerms
from codex.automation.triggers import TriggerConfig
from codex.db.work import Work
from codex.desk.macros import read_macro
from codex.desk.models import CannedResponse
from codex.desk.policy import may_see_text, may_use_texts
from codex.desk.reading import fill_in
from codex.kernel.criteria.tree import All
from codex.kernel.errors import CodexError, NotFound, Unprocessable, require
from codex.kernel.ids import new_id
from codex.tickets import messages
from codex.tickets.actions import (
    Action,
    AddFollower,
    AddInternalNote,
    GrantAccess,
    Notify,
    RemoveFollower,
    SendEmail,
    SendPublicReply,
    SetCustomField,
    type_of,
)
from codex.tickets.messages import REOPENS_WITHIN
from codex.tickets.models import MessageType, Ticket
from codex.tickets.policy import Operation, may

_FOR_STAFF = "Prepared texts are used by those who work on the ticket."
_REMAINS: dict[type[Action], str] = {
    SetCustomField: "customFields", AddFollower: "followers", RemoveFollower: "followers", GrantAccess: "access",
    AddInternalNote: "message", SendPublicReply: "message", Notify: "notification", SendEmail: "mail",
}  # fmt: skip


class MacroPreview(Struct, frozen=True, rename="camel"):
    """What a macro would do: the text, filled in, and each action with what it would change. After an action with an
    `error` none would be done, nor any before it."""

    canned_response_id: UUID
    body: str
    actions: list[Done]


class MacroApplied(Struct, frozen=True, rename="camel"):
    """What a macro did: the message that was sent, if one was, and what each action changed."""

    ticket_id: UUID
    canned_response_id: UUID
    message_id: UUID | None
    actions: list[Done]


@dataclass(frozen=True, slots=True)
class Macro:
    """A text that can be used, with its actions."""

    id: UUID
    name: str
    content: str
    actions: tuple[Action, ...]

    @property
    def remains(self) -> tuple[str, ...]:
        """What undoing a change of many tickets leaves as it is."""
        return tuple(dict.fromkeys(_REMAINS[type(action)] for action in self.actions if type(action) in _REMAINS))


async def usable(work: Work, response_id: UUID) -> Macro:
    """A text that the actor may use. Raises NotFound, and Unprocessable for one whose actions cannot be read."""
    require(may_use_texts(work.actor), "Prepared texts are for agents.")
    found = await work.session.get(CannedResponse, response_id, populate_existing=True)
    if found is None or not may_see_text(work.actor, user_id=found.user_id, team_id=found.team_id):
        raise NotFound("There is no such text.")
    actions, problems = read_macro(found.actions, is_kept=True)
    if problems:
        raise Unprocessable(f"“{found.name}” cannot be used: {problems[0].message}", problems=problems)
    return Macro(found.id, found.name, found.content, actions)


async def for_ticket(work: Work, ticket: Ticket, response_id: UUID) -> Macro:
    """The same, for a ticket. Raises Forbidden for who does not work on it, whatever texts there are."""
    require(may(work.actor, Operation.NOTE, ticket), _FOR_STAFF)
    return await usable(work, response_id)


async def preview(work: Work, ticket: Ticket, macro: Macro, *, base_url: str) -> MacroPreview:
    """What would happen now; all of it is undone again, and nothing else may be in this work. `base_url`: the desk's
    own address, for links."""
    require(may(work.actor, Operation.NOTE, ticket), _FOR_STAFF)
    reader = await work.reader()
    body = await fill_in(reader, macro.content, ticket.id, agent=work.actor.name, base_url=base_url)
    doing, error = _doing(work, ticket, macro), ""
    undone = await work.session.begin_nested()
    try:
        await doing.all(macro.actions)
    except CodexError as refused:
        error = str(refused)
    await undone.rollback()
    work.take_recorded()
    done = list(doing.done)
    if len(done) < len(macro.actions):
        done.append(Done(type_of(macro.actions[len(done)]), [], error))
    return MacroPreview(macro.id, body, done)


async def apply(
    work: Work, ticket: Ticket, macro: Macro, *, body: str | None, reopens_within: timedelta = REOPENS_WITHIN
) -> MacroApplied:
    """Send `body`, if there is one, as a public reply, and do what goes with the text. All of it, or nothing.

    `body` is what the person has made of the text; it is sent as it is.
    """
    require(may(work.actor, Operation.NOTE, ticket), _FOR_STAFF)
    message_id = None
    if body is not None:
        sent = await messages.add(work, ticket, type=MessageType.PUBLIC, body=body, reopens_within=reopens_within)
        message_id = sent.id
    return MacroApplied(ticket.id, macro.id, message_id, await act(work, ticket, macro))


async def act(work: Work, ticket: Ticket, macro: Macro) -> list[Done]:
    """Do what goes with a text on a ticket that is loaded for a change. Raises what the first refused action does."""
    doing = _doing(work, ticket, macro)
    await doing.all(macro.actions)
    return doing.done


class _ByHand(Doing):
    """The same actions as rules do, done by a person: what they may, in their name."""

    async def _may(self, operation: Operation) -> None:
        require(may(self.work.actor, operation, self.ticket), "You may not do all that goes with this text here.")

    async def filled(self, text: str, *, is_plain: bool = False) -> str:
        reader, by = await self.work.reader(), self.work.actor.name
        return await fill_in(reader, text, self.ticket.id, agent=by, base_url=self.work.base_url, is_plain=is_plain)


def _doing(work: Work, ticket: Ticket, macro: Macro) -> _ByHand:
    return _ByHand(work, ticket, _as_rule(macro), Trigger.MESSAGE_ADDED, new_id())


def _as_rule(macro: Macro) -> Rule:
    """What those who are told by a macro read as its name."""
    terms = RuleTerms(
        name=macro.name, description=None, trigger=Trigger.MESSAGE_ADDED, trigger_config=TriggerConfig(),
        conditions=[], actions=[], is_active=True, priority=0, team_id=None,
    )  # fmt: skip
    return Rule(macro.id, 1, terms, All(()), macro.actions)
