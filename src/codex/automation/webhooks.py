"""Calling webhooks: what rules have put down is sent, signed, and tried again for half a day where it is not taken.

Only the worker imports this: it is the one that waits for others.
"""

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from msgspec import json

from codex.automation import deliveries, posting
from codex.automation.deliveries import AT_ONCE, Due, Outcome
from codex.automation.models import SIGNING
from codex.automation.posting import Answer, OffLimits, Poster, Unanswered
from codex.db.work import Works
from codex.kernel import clock
from codex.kernel.actor import system
from codex.kernel.seal import Seal

ACTOR = system("Webhooks")
_GONE = 410
_MEANWHILE = 0.2
"""Seconds after which the next are begun, though some are still under way."""
log = structlog.get_logger("codex.automation")


@dataclass(frozen=True, slots=True)
class Courier:
    """Takes deliveries out of the house. `seal`: opens what they are signed with."""

    poster: Poster
    seal: Seal

    async def sweep(self, works: Works, *, now: datetime | None = None) -> int:
        """Send what is due, many at once and few to one host; how many were tried. Who does not answer holds nobody up:
        meanwhile the next are begun, for as long as one may take. So it takes no longer than two of them may.

        No transaction is open meanwhile. Who dies in between leaves a lease that runs out; what was sent then may be
        sent twice, under the same id.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + posting.TIMEOUT.total_seconds()
        tried, under_way, ended = 0, set[asyncio.Task[None]](), set[asyncio.Task[None]]()
        try:
            while True:
                begins, free = loop.time() < until, AT_ONCE - len(under_way)
                begun = await self._begin(works, free, now=now) if begins and free else set()
                tried, under_way = tried + len(begun), under_way | begun
                if not under_way:
                    break
                done, under_way = await asyncio.wait(under_way, timeout=_MEANWHILE if begins else None)
                ended |= done
        finally:  # also if no more could be begun: what is being sent is answered, and kept
            await asyncio.gather(*under_way, return_exceptions=True)
        for task in ended:
            task.result()  # only now is a bug raised: all others have been kept
        return tried

    async def _begin(self, works: Works, most: int, *, now: datetime | None) -> set[asyncio.Task[None]]:
        async with works.begin(ACTOR, now=now) as work:
            due = await deliveries.claim(work, most=most)
        return {asyncio.create_task(self._deliver(works, one, now=now)) for one in due}

    async def _deliver(self, works: Works, due: Due, *, now: datetime | None) -> None:
        outcome = await self._attempt(due, now or clock.now())
        async with works.begin(ACTOR, now=now) as work:
            await deliveries.settle(work, due, outcome)

    async def _attempt(self, due: Due, at: datetime) -> Outcome:
        if due.rule_id is None:
            return Outcome("The rule that wanted it has been removed.", is_final=True)
        secret = self.seal.open(SIGNING, due.sealed_secret) if due.sealed_secret is not None else None
        if due.sealed_secret is not None and secret is None:
            return Outcome("Its secret cannot be read: it was kept with another CODEX_SECRET_KEY.", is_final=True)
        body = json.encode(due.payload)
        try:
            answer = await self.poster.post(due.url, body, headers(due, body, secret, at=at))
        except OffLimits as refused:
            return Outcome(str(refused), is_final=True)
        except Unanswered as failed:
            return Outcome(str(failed))
        except Exception as bug:  # one delivery's bug must not end the worker; it is on record, and seen in the log
            log.exception("webhook failed", delivery=str(due.id))
            return Outcome(f"Something went wrong on our side ({type(bug).__name__}); it has been logged.")
        return outcome_of(answer)


def headers(due: Due, body: bytes, secret: bytes | None, *, at: datetime) -> Mapping[str, str]:
    """What a call carries: its id, the same each time it is tried, and with a secret the signature."""
    told = {"Content-Type": "application/json", "Codex-Delivery": str(due.id)}
    return told if secret is None else {**told, "Codex-Signature": signature(secret, body, at=at)}


def signature(secret: bytes, body: bytes, *, at: datetime) -> str:
    """`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over `<t>.<body>`, so that an old call cannot be played again later."""
    moment = int(at.timestamp())
    return f"t={moment},v1={hmac.new(secret, f'{moment}.'.encode() + body, 'sha256').hexdigest()}"


def outcome_of(answer: Answer) -> Outcome:
    """What an answer means: any 2xx is taken, 410 asks not to come again, all else may be better another time."""
    status = answer.status
    if 200 <= status < 300:
        return Outcome(None, status, answer.text)
    if 300 <= status < 400:
        onward = f" to {answer.location[:200]}" if answer.location else ""
        error = (
            f"It answered {status}, a redirect{onward}; redirects are not followed: give the rule the right address."
        )
    elif status == _GONE:
        error = f"It answered {_GONE}: it wants no more calls."
    else:
        error = f"It answered {status}."
    return Outcome(error, status, answer.text, is_final=status == _GONE)
