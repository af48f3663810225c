"""Doing what a rule says: each action is the command that people use, within the rights of the rule's scope."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from codex.automation import outgoing
from codex.automation.models import Trigger, WebhookDelivery
from codex.automation.policy import may_do
from codex.automation.terms import Rule
from codex.classification import queries as classification
from codex.db.work import Work
from codex.desk.macros import read_macro
from codex.desk.models import CannedResponse
from codex.desk.reading import fill_in
from codex.identity import queries as people
from codex.identity.models import Team, User
from codex.kernel.errors import Unprocessable, require
from codex.routing import turns
from codex.tickets import access, answers, assignment, followers, lifecycle, messages, tagging, triage
from codex.tickets.actions import (
    Action,
    AddFollower,
    AddInternalNote,
    AddTag,
    ApplyMacro,
    AssignRoundRobin,
    AssignTeam,
    AssignUser,
    CallWebhook,
    GrantAccess,
    Notify,
    RemoveFollower,
    RemoveTag,
    SendEmail,
    SendPublicReply,
    SetCategory,
    SetCustomField,
    SetPriority,
    SetStatus,
    Stop,
    Unassign,
    type_of,
)
from codex.tickets.hanging_models import TicketAccess
from codex.tickets.models import AccessLevel, MessageType, Ticket, Ties
from codex.tickets.policy import Operation

_O = Operation
_Single = (
    AssignTeam | AssignUser | AssignRoundRobin | Unassign | SetPriority | SetStatus | SetCategory | SetCustomField
    | AddTag | RemoveTag | AddFollower | RemoveFollower | GrantAccess | AddInternalNote | SendPublicReply | Notify
    | SendEmail | CallWebhook | Stop
)  # fmt: skip
"""An action that is not several."""
_GRANTS = {AccessLevel.READ: _O.GRANT_READ, AccessLevel.WRITE: _O.GRANT_WRITE}
_NO_TEAM = "The ticket has no team whose turn it could be."


class Done(Struct, frozen=True, omit_defaults=True):
    """An action and what it changed: the facts that it recorded, or what it put down to be sent; nothing: it was so
    already. `error`: why it could not be done."""

    type: str
    changed: list[dict[str, Any]]
    error: str | None = None


@dataclass(slots=True)
class Doing:
    """A rule acting on a ticket. `done`: what it has done so far. `stops`: it said that no later rule is to run.

    `work` is a step of the rule; nothing that it records has its consequences before the step is left.
    """

    work: Work
    ticket: Ticket
    rule: Rule
    trigger: Trigger
    execution_id: UUID
    done: list[Done] = field(default_factory=list)
    stops: bool = False
    deliveries: list[WebhookDelivery] = field(default_factory=list)
    trying: str | None = None

    async def all(self, actions: Iterable[Action]) -> None:
        """Do these, one after the other; what one of them refuses is raised."""
        for action in actions:
            self.trying = type_of(action)
            if isinstance(action, ApplyMacro):
                await self._apply(action.canned_response_id)
                continue
            before = len(self.work.recorded)
            told = await self._do(action)
            await self.work.session.flush()  # the next one looks at what is there
            facts = [{"fact": fact.type, **fact.payload()} for fact in self.work.recorded[before:]]
            self.done.append(Done(type_of(action), [*facts, *told]))
        self.trying = None

    async def _do(self, action: _Single) -> list[dict[str, Any]]:
        """Returns what no fact tells."""
        match action:
            case AssignTeam() | AssignUser() | AssignRoundRobin() | Unassign():
                return await self._assign(action)
            case SetPriority() | SetStatus() | SetCategory() | SetCustomField() | AddTag() | RemoveTag():
                await self._change(action)
            case AddFollower() | RemoveFollower() | GrantAccess():
                await self._let_see(action)
            case AddInternalNote(body=body):
                await self._write(_O.NOTE, MessageType.INTERNAL, body)
            case SendPublicReply(body=body):
                await self._write(_O.REPLY, MessageType.PUBLIC, body)
            case Notify() | SendEmail() | CallWebhook():
                return await self._tell(action)
            case Stop():
                self.stops = True
        return []

    async def _may(self, operation: Operation) -> None:
        """Refuse what the rule's scope may not; grants are looked up anew, since the rule itself changes things."""
        team_id = self.rule.team_id
        if team_id is not None:
            query = select(TicketAccess.access_level).where(
                TicketAccess.ticket_id == self.ticket.id,
                TicketAccess.team_id == team_id,
                TicketAccess.expires_at.is_(None) | (TicketAccess.expires_at > self.work.now),
            )
            self.ticket.ties[self.rule.id] = Ties(grant=await self.work.session.scalar(query))
        allowed = may_do(self.rule.id, team_id, operation, self.ticket)
        require(allowed, f"The team of this rule may not do this to the ticket: {operation.value}.")

    async def _assign(self, action: AssignTeam | AssignUser | AssignRoundRobin | Unassign) -> list[dict[str, Any]]:
        match action:
            case AssignTeam(team_id=team_id):
                await self._may(_O.TRANSFER)
                await assignment.transfer_to(self.work, self.ticket, await self._team(team_id))
            case AssignUser(user_id=user_id):
                await self._may(_O.ASSIGN)
                await assignment.assign_to(self.work, self.ticket, user_id)
            case Unassign():
                await self._may(_O.ASSIGN)
                await assignment.assign_to(self.work, self.ticket, None)
            case AssignRoundRobin(team_id=team_id):
                return await self._take_turns(team_id or self.ticket.assigned_team_id)
        return []

    async def _take_turns(self, team_id: UUID | None) -> list[dict[str, Any]]:
        if team_id is None:
            raise Unprocessable(_NO_TEAM)
        team = await self._team(team_id)
        await self._may(_O.ASSIGN if team.id == self.ticket.assigned_team_id else _O.TRANSFER)
        await assignment.transfer_to(self.work, self.ticket, team)
        turn = await turns.take(self.work, team, whatever_strategy=True)
        if turn.person is None:
            return [{"fact": "NOBODY_AVAILABLE", "because": turn.because}]
        await assignment.assign_to(self.work, self.ticket, turn.person.id)
        return []

    async def _change(
        self, action: SetPriority | SetStatus | SetCategory | SetCustomField | AddTag | RemoveTag
    ) -> None:
        await self._may(_O.CHANGE)
        match action:
            case SetPriority(priority=priority):
                await triage.set_priority(self.work, self.ticket, priority)
            case SetStatus(status=status):
                await lifecycle.move(self.work, self.ticket, to=status)
            case SetCategory(category_id=key):
                category = await classification.category(self.work.session, key) if key else None
                await triage.set_category(self.work, self.ticket, category)
            case SetCustomField(field_id=key, value=value):
                await answers.change(self.work, self.ticket, {str(key): value})
            case AddTag(tag=tag):
                await tagging.add(self.work, self.ticket, tag)
            case RemoveTag(tag=tag):
                await tagging.remove(self.work, self.ticket, tag)

    async def _let_see(self, action: AddFollower | RemoveFollower | GrantAccess) -> None:
        match action:
            case AddFollower(user_id=key):
                await self._may(_O.ADD_FOLLOWER)
                user: User = await people.person(self.work.session, key)
                await followers.add(self.work, self.ticket, user)
            case RemoveFollower(user_id=key):
                await self._may(_O.REMOVE_FOLLOWER)
                await followers.remove(self.work, self.ticket, key)
            case GrantAccess(team_id=key, access_level=level, expires_in_days=days):
                await self._may(_GRANTS[level])
                until = self.work.now + timedelta(days=days) if days else None
                await access.grant(self.work, self.ticket, await self._team(key), level, expires_at=until)

    async def _write(self, operation: Operation, kind: MessageType, body: str) -> None:
        await self._may(operation)
        await messages.add(self.work, self.ticket, type=kind, body=await self.filled(body))

    async def _tell(self, action: Notify | SendEmail | CallWebhook) -> list[dict[str, Any]]:
        await self._may(_O.NOTE)
        match action:
            case Notify(text=text):
                words = await self.filled(text, is_plain=True) if text else None
                return await outgoing.notify(self.work, self.ticket, action, self.rule, self.trigger, words)
            case SendEmail(subject=subject, body=body):
                filled = (await self.filled(subject, is_plain=True), await self.filled(body))
                sent = [await outgoing.send_email(self.work, self.ticket, to, *filled) for to in action.addresses]
                return [fact for facts in sent for fact in facts]
            case CallWebhook():
                found = await outgoing.webhook(self.work, self.ticket, action, self.rule, self.trigger)
                found.execution_id = self.execution_id
                self.deliveries.append(found)
                return [{"fact": "WEBHOOK_QUEUED", "deliveryId": str(found.id), "url": found.url}]

    async def _apply(self, key: UUID) -> None:
        text = await self.work.session.get(CannedResponse, key, populate_existing=True)
        if text is None or text.user_id is not None or not self._is_of_scope(text.team_id):
            raise Unprocessable("There is no such prepared text for this rule.")
        actions, problems = read_macro(text.actions, is_kept=True)
        if problems:
            raise Unprocessable(f"The macro {text.name} cannot be used: {problems[0].message}")
        told = {"fact": "MACRO_APPLIED", "cannedResponseId": str(text.id), "name": text.name}
        self.done.append(Done(type_of(ApplyMacro), [told]))
        await self.all([SendPublicReply(text.content), *actions])

    def _is_of_scope(self, team_id: UUID | None) -> bool:
        return team_id is None or self.rule.team_id in (None, team_id)

    async def filled(self, text: str, *, is_plain: bool = False) -> str:
        """A text with what its placeholders stand for, as `fill_in` does it; the agent is who has the ticket."""
        key = self.ticket.assignee_id
        agent = (await people.person(self.work.session, key)).display_name if key else ""
        reader = await self.work.reader()
        return await fill_in(reader, text, self.ticket.id, agent=agent, base_url=self.work.base_url, is_plain=is_plain)

    async def _team(self, key: UUID) -> Team:
        return await people.team(self.work.session, key)
