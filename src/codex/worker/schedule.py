"""The recurring jobs and the sweeps, in one table each. What each did last stands in `scheduled_jobs`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from codex.automation import deliveries, forgetting, timed
from codex.automation.keeping import KEPT
from codex.automation.posting import Poster
from codex.automation.webhooks import Courier
from codex.db.work import Work, Works
from codex.httpkit import answers
from codex.identity import signin
from codex.kernel.seal import Seal
from codex.sla import openings
from codex.sla.sweep import sweep as sweep_clocks
from codex.worker import heartbeat


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again: `run` does it in one Work and says in words what it did."""

    name: str
    about: str
    every: timedelta
    run: Callable[[Work], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Something looked after all the time, by every worker at once: `run` takes the next of what is due, in a
    transaction of its own, and says how much that was; it is run again until there is nothing."""

    name: str
    about: str
    run: Callable[[Works], Awaitable[int]]


async def _forget_credentials(work: Work) -> str:
    return f"{await signin.forget_expired(work)} forgotten"


async def _forget_heartbeats(work: Work) -> str:
    return f"{await heartbeat.forget_lost(work)} forgotten"


async def _forget_answers(work: Work) -> str:
    return f"{await answers.forget_expired(work)} forgotten"


async def _write_openings(work: Work) -> str:
    return f"{await openings.write_ahead(work)} written"


async def _forget_evaluations(work: Work) -> str:
    return f"{await forgetting.forget(await work.reader(), before=work.now - KEPT)} forgotten"


async def _forget_rule_sets(work: Work) -> str:
    return f"{await forgetting.forget_sets(await work.reader(), now=work.now)} forgotten"


async def _forget_deliveries(work: Work) -> str:
    return f"{await deliveries.forget(await work.reader(), before=work.now - KEPT)} forgotten"


SCHEDULE: tuple[Job, ...] = (
    Job(
        "forget-expired-signins",
        "Deletes sign-in links and sessions that have been over for a day.",
        timedelta(hours=1),
        _forget_credentials,
    ),
    Job(
        "forget-answers",
        "Deletes the answers to writes with an Idempotency-Key after a day.",
        timedelta(hours=1),
        _forget_answers,
    ),
    Job(
        "forget-lost-workers",
        "Deletes the heartbeats of workers that were killed and have been silent for an hour.",
        timedelta(minutes=30),
        _forget_heartbeats,
    ),
    Job(
        "write-openings",
        "Writes out when calendars are open, years ahead, for conditions that ask how far clocks have come.",
        timedelta(days=1),
        _write_openings,
    ),
    Job(
        "forget-evaluations",
        "Deletes, after 30 days, what automation rules saw when they did not act.",
        timedelta(minutes=10),
        _forget_evaluations,
    ),
    Job(
        "forget-rule-sets",
        "Deletes the lists of rules that were asked together, once nothing that is kept names them.",
        timedelta(hours=1),
        _forget_rule_sets,
    ),
    Job(
        "forget-deliveries",
        "Deletes calls of webhooks 30 days after they were taken, or failed for good.",
        timedelta(minutes=10),
        _forget_deliveries,
    ),
)

SWEEPS: tuple[Sweep, ...] = (
    Sweep(
        "sla-clocks", "Announces clocks that are at risk or breached, and tells whom the policy names.", sweep_clocks
    ),
    Sweep("timed-rules", "Runs automation rules on tickets that have been as they are for long enough.", timed.sweep),
)


def errands(*, seal: Seal, reaches_private: bool) -> tuple[Sweep, ...]:
    """What leads out of the house. Each is run beside all the rest, which does not wait while others do not answer.

    `reaches_private`: webhooks may lead to our own network (CODEX_WEBHOOK_ALLOW_PRIVATE).
    """
    courier = Courier(Poster(reaches_private=reaches_private), seal)
    return (Sweep("webhooks", "Sends what rules tell other systems, and tries again later.", courier.sweep),)
