"""What a rule sends: rows, written with what they tell of; the worker sends them after the commit."""

from base64 import b64decode
from typing import Any

from sqlalchemy import select

from codex.automation.models import Trigger, WebhookDelivery
from codex.automation.notifying import told
from codex.automation.terms import Rule
from codex.db.work import Work
from codex.identity.models import User
from codex.kernel import clock
from codex.kernel.ids import new_id
from codex.notifications.models import Notification, NotificationOutbox, NotificationType
from codex.tickets.actions import CallWebhook, Notify
from codex.tickets.models import Ticket

MAIL_OF_RULE = "RULE_MAIL"
"""The `event_type` of mail that a rule sends."""
_KINDS = {Trigger.SLA_APPROACHING: NotificationType.SLA_AT_RISK, Trigger.SLA_BREACHED: NotificationType.SLA_BREACHED}
_SUBJECT_MOST = 900
"""A header line has at most 998 characters (RFC 5322, section 2.1.1)."""


async def notify(
    work: Work, ticket: Ticket, action: Notify, rule: Rule, trigger: Trigger, words: str | None
) -> list[dict[str, Any]]:
    """Tell the people who are meant and may see the ticket. `words`: the action's text, filled in."""
    found = await told(work, ticket, user_ids=action.user_ids, roles=action.roles)
    kind = _KINDS.get(trigger, NotificationType.TICKET_UPDATED)
    for person in found:
        notification = Notification(
            id=new_id(), user_id=person.id, type=kind, title=f"{ticket.display_id}: {rule.terms.name}",
            body=words or ticket.subject, ticket_id=ticket.id, created_at=work.now,
        )  # fmt: skip
        work.session.add(notification)
    return [{"fact": "NOTIFIED", "userIds": [str(person.id) for person in found]}] if found else []


async def send_email(work: Work, ticket: Ticket, to: str, subject: str, body: str) -> list[dict[str, Any]]:
    """Put a mail into the outbox; its subject is one line, whatever the ticket's says."""
    address = to.strip().lower()
    mail = NotificationOutbox(
        id=new_id(), event_type=MAIL_OF_RULE, to_email=address, ticket_id=ticket.id, subject=_one_line(subject),
        body=body, to_user_id=await work.session.scalar(select(User.id).where(User.email == address)),
        next_attempt_at=work.now, created_at=work.now, updated_at=work.now,
    )  # fmt: skip
    work.session.add(mail)
    return [{"fact": "MAIL_QUEUED", "to": address, "outboxId": str(mail.id)}]


async def webhook(work: Work, ticket: Ticket, action: CallWebhook, rule: Rule, trigger: Trigger) -> WebhookDelivery:
    """A call of a webhook with the ticket as it is now; it is to be added once its execution is there."""
    payload = {
        "event": trigger.value,
        "at": clock.iso(work.now),
        "rule": {"id": str(rule.id), "name": rule.terms.name, "version": rule.version},
        "ticket": await _ticket(work, ticket),
    }
    return WebhookDelivery(
        id=new_id(), rule_id=rule.id, ticket_id=ticket.id, url=action.url, payload=payload, next_attempt_at=work.now,
        sealed_secret=b64decode(action.sealed_secret) if action.sealed_secret else None, created_at=work.now,
        updated_at=work.now,
    )  # fmt: skip


_TICKET = """
    SELECT r.display_name, r.email, t.name, a.display_name, c.name,
           ARRAY(SELECT g.name FROM ticket_tags x JOIN tags g ON g.id = x.tag_id WHERE x.ticket_id = k.id ORDER BY 1)
    FROM tickets k JOIN users r ON r.id = k.requester_id LEFT JOIN teams t ON t.id = k.assigned_team_id
    LEFT JOIN users a ON a.id = k.assignee_id LEFT JOIN categories c ON c.id = k.category_id WHERE k.id = %(id)s"""


async def _ticket(work: Work, ticket: Ticket) -> dict[str, Any]:
    """The ticket by the names of the API."""
    row = await (await work.reader()).first(_TICKET, {"id": ticket.id})
    requester, email, team, assignee, category, tags = row or (None,) * 6
    return {
        "id": str(ticket.id), "number": ticket.number, "displayId": ticket.display_id, "subject": ticket.subject,
        "status": ticket.status.value, "priority": ticket.priority.value, "channel": ticket.channel.value,
        "requester": {"id": str(ticket.requester_id), "displayName": requester, "email": email},
        "assignedTeam": _named(ticket.assigned_team_id, "name", team),
        "assignee": _named(ticket.assignee_id, "displayName", assignee),
        "category": _named(ticket.category_id, "name", category), "tags": tags,
        "createdAt": clock.iso(ticket.created_at), "updatedAt": clock.iso(ticket.updated_at),
        "url": f"{work.base_url}/tickets/{ticket.display_id}",
    }  # fmt: skip


def _named(key: object, called: str, name: str | None) -> dict[str, Any] | None:
    return {"id": str(key), called: name} if key else None


def _one_line(text: str) -> str:
    """A header: whatever would begin another line, or is not seen, is a space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_SUBJECT_MOST]
