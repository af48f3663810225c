"""Calls of webhooks as rows: which are due, when one is tried again, what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select, update

from codex.automation.delivery_facts import WebhookRetried
from codex.automation.models import WebhookDelivery
from codex.automation.policy import may_set_webhooks
from codex.db.database import Reader, Row
from codex.db.page import Page, Place, after_instant, cut
from codex.db.sql import clause
from codex.db.work import Work
from codex.kernel.actor import Actor
from codex.kernel.errors import Conflict, NotFound, require
from codex.notifications.models import OutboxStatus

BACK_OFF = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8),
)  # fmt: skip
"""How long after which failure it is tried again; after one more it has failed for good."""
JITTER = 0.2
"""So much of the wait may come on top: what failed together does not come back together."""
LEASE = timedelta(minutes=2)
"""Who has had a delivery for longer is taken for dead."""
AT_ONCE, PER_HOST = 20, 4
"""So many are taken at a time, and so many of one host, by all workers: one that hangs does not hold up the others."""
FORGET_BATCH = 10_000
FOR_OWNERS = "Owners see what was sent to webhooks."
_RULE = "(SELECT r.id FROM automation_rules r WHERE r.id = d.rule_id AND r.deleted_at IS NULL)"
"""The rule that wants a call `d`; NULL: it is gone."""
_COLUMNS = f"""d.id, {_RULE}, d.ticket_id, d.url, d.status::text, d.attempts, d.next_attempt_at, d.last_status,
    d.last_answer, d.last_error, d.sent_at, d.created_at"""


class DeliveryRow(Struct, frozen=True, rename="camel", kw_only=True):
    """A call of a webhook. `nextAttemptAt` is null once nothing is tried any more. `lastStatus`: the HTTP status of the
    last answer, `lastAnswer` how it began; `lastError`: why it was not taken."""

    id: UUID
    rule_id: UUID | None
    ticket_id: UUID
    url: str
    status: OutboxStatus
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_answer: str | None
    last_error: str | None
    sent_at: datetime | None
    created_at: datetime


class Due(Struct, frozen=True):
    """A delivery that was taken: `attempts` counts this one, and tells whether it is still ours afterwards. Without a
    rule, the rule has been removed since."""

    id: UUID
    url: str
    payload: dict[str, Any]
    sealed_secret: bytes | None
    attempts: int
    rule_id: UUID | None


class Outcome(Struct, frozen=True):
    """How an attempt went: without an `error` it was taken. `is_final`: trying again is of no use."""

    error: str | None = None
    status: int | None = None
    answer: str | None = None
    is_final: bool = False


class FailedCall(Struct, frozen=True):
    """A call that failed for good, and why."""

    created_at: datetime
    url: str
    error: str


FAILED_MOST = 4
FAILED_SQL = f"""ARRAY(
    SELECT (d.created_at, d.url, d.last_error) FROM webhook_deliveries d
    WHERE d.rule_id = r.id AND d.status = 'FAILED' AND d.created_at >= %(since)s
    ORDER BY d.created_at DESC LIMIT {FAILED_MOST})"""
"""A column: the newest calls of automation rules `r` that failed for good, as `FailedCall` has them."""
_DUE = "d.status IN ('PENDING', 'PROCESSING') AND d.next_attempt_at <= %(now)s"
_HOST = "lower(substring(d.url FROM '^[^/]*//([^/?#]+)'))"
_CLAIM = clause(
    f"""
    WITH placed AS (
        SELECT d.id, row_number() OVER (PARTITION BY {_HOST} ORDER BY {_DUE}, d.next_attempt_at, d.id) AS place
        FROM webhook_deliveries d WHERE {_DUE} OR d.status = 'PROCESSING'),
    chosen AS (
        SELECT d.id FROM webhook_deliveries d JOIN placed USING (id)
        WHERE placed.place <= %(per_host)s AND {_DUE}
        ORDER BY d.next_attempt_at, d.id LIMIT %(most)s FOR UPDATE OF d SKIP LOCKED)
    UPDATE webhook_deliveries d
    SET status = 'PROCESSING', attempts = d.attempts + 1, next_attempt_at = %(until)s, updated_at = %(now)s
    FROM chosen WHERE d.id = chosen.id
    RETURNING d.id, d.url, d.payload, d.sealed_secret, d.attempts, {_RULE}"""
)
_ABANDONED = "The worker that was sending it died each time."


async def claim(work: Work, *, most: int = AT_ONCE) -> list[Due]:
    """Take the next of what is due, for LEASE; nobody else has it meanwhile. Of a host fewer are taken by as many as
    are under way. What was tried often enough, and never came back, has failed."""
    await work.session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.status == OutboxStatus.PROCESSING, WebhookDelivery.next_attempt_at <= work.now,
            WebhookDelivery.attempts > len(BACK_OFF),
        )
        .values(status=OutboxStatus.FAILED, last_error=_ABANDONED, updated_at=work.now)
    )  # fmt: skip
    asked = {"now": work.now, "until": work.now + LEASE, "most": most, "per_host": PER_HOST}
    return [Due(*row) for row in (await work.session.execute(_CLAIM, asked)).all()]


async def settle(work: Work, due: Due, outcome: Outcome) -> None:
    """Keep how an attempt went, unless the lease ran out and somebody else has tried since."""
    again = None if outcome.is_final else due_again(due.id, due.attempts, now=work.now)
    told: dict[str, Any] = {
        "last_status": outcome.status, "last_answer": outcome.answer, "last_error": outcome.error,
        "updated_at": work.now,
    }  # fmt: skip
    if outcome.error is None:
        told |= {"status": OutboxStatus.SENT, "sent_at": work.now}
    elif again is None:
        told |= {"status": OutboxStatus.FAILED}
    else:
        told |= {"status": OutboxStatus.PENDING, "next_attempt_at": again}
    still_ours = (
        WebhookDelivery.id == due.id, WebhookDelivery.status == OutboxStatus.PROCESSING,
        WebhookDelivery.attempts == due.attempts,
    )  # fmt: skip
    await work.session.execute(update(WebhookDelivery).where(*still_ours).values(told))


def due_again(delivery_id: UUID, attempts: int, *, now: datetime) -> datetime | None:
    """When it is tried again after so many attempts; None: never. How much of the jitter falls on it follows from the
    delivery."""
    if attempts > len(BACK_OFF):
        return None
    share = sha256(delivery_id.bytes + attempts.to_bytes(4)).digest()[0] / 255
    return now + BACK_OFF[attempts - 1] * (1 + JITTER * share)


async def retry(work: Work, delivery_id: UUID) -> None:
    """Try a delivery again that has failed, now and from the beginning. Raises NotFound, and Conflict for one that has
    not failed."""
    require(may_set_webhooks(work.actor), FOR_OWNERS)
    query = select(WebhookDelivery).where(WebhookDelivery.id == delivery_id).with_for_update()
    found: WebhookDelivery | None = await work.session.scalar(query)
    if found is None:
        raise NotFound("There is no such delivery.")
    if found.status is not OutboxStatus.FAILED:
        raise Conflict("Only what has failed is sent again; this has been sent, or is being tried.")
    found.status, found.attempts = OutboxStatus.PENDING, 0
    found.next_attempt_at = found.updated_at = work.now
    work.record(WebhookRetried(team_id=None, delivery_id=found.id, ticket_id=found.ticket_id, url=found.url))


async def forget(reader: Reader, *, before: datetime, batch: int = FORGET_BATCH) -> int:
    """Forget calls that were begun and ended before an instant, at most `batch` of them; how many."""
    rows = await reader.all(
        """DELETE FROM webhook_deliveries WHERE id IN (
               SELECT d.id FROM webhook_deliveries d
               WHERE d.created_at < %(before)s AND d.updated_at < %(before)s AND d.status IN ('SENT', 'FAILED')
               ORDER BY d.created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) RETURNING 1""",
        {"before": before, "limit": batch},
    )
    return len(rows)


async def deliveries(
    reader: Reader,
    actor: Actor,
    *,
    statuses: Sequence[OutboxStatus] = (),
    limit: int = 50,
    cursor: str | None = None,
) -> Page[DeliveryRow]:
    """What was, is or is to be sent to webhooks, newest first; `statuses`: only such. Raises Forbidden."""
    require(may_set_webhooks(actor), FOR_OWNERS)
    conditions, params = ["true"], {"statuses": [status.value for status in statuses], "limit": limit + 1}
    if statuses:
        conditions.append("d.status::text = ANY(%(statuses)s)")
    if cursor is not None:
        conditions.append("(d.created_at, d.id) < (%(after)s, %(after_id)s)")
        params |= after_instant(cursor, sort="deliveries")
    rows = await reader.all(
        f"""SELECT {_COLUMNS} FROM webhook_deliveries d WHERE {" AND ".join(conditions)}
            ORDER BY d.created_at DESC, d.id DESC LIMIT %(limit)s""",
        params,
    )
    page = cut(rows, limit=limit, place=lambda row: Place("deliveries", row[11].isoformat(), row[0]))
    return Page([_row(row) for row in page.items], page.next_cursor)


async def delivery(reader: Reader, actor: Actor, delivery_id: UUID) -> DeliveryRow:
    """One of them. Raises NotFound and Forbidden."""
    require(may_set_webhooks(actor), FOR_OWNERS)
    row = await reader.first(f"SELECT {_COLUMNS} FROM webhook_deliveries d WHERE d.id = %(id)s", {"id": delivery_id})
    if row is None:
        raise NotFound("There is no such delivery.")
    return _row(row)


def _row(row: Row) -> DeliveryRow:
    key, rule, ticket, url, said, attempts, again, code, answer, error, sent, created = row
    status = OutboxStatus(said)
    is_over = status in (OutboxStatus.SENT, OutboxStatus.FAILED)
    return DeliveryRow(
        id=key, rule_id=rule, ticket_id=ticket, url=url, status=status, attempts=attempts,
        next_attempt_at=None if is_over else again, last_status=code, last_answer=answer, last_error=error,
        sent_at=sent, created_at=created,
    )  # fmt: skip
