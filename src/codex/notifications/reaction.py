"""Who hears of what happened: rows for the bell, in the transaction of the fact."""

from uuid import UUID

from codex.db.work import Work
from codex.identity import queries as people
from codex.kernel.actor import Actor
from codex.kernel.facts import Fact
from codex.kernel.ids import new_id
from codex.notifications import recipients
from codex.notifications.models import Notification, NotificationType
from codex.sla.clock_facts import SlaAtRisk, SlaBreached
from codex.sla.clock_state import ClockKind
from codex.sla.instances import is_running, notify_roles

_CLOCKS = {ClockKind.FIRST_RESPONSE: "First response", ClockKind.RESOLUTION: "Resolution"}
_CONCERNED = """
    SELECT m.user_id FROM team_members m WHERE m.team_id = %(team)s
    UNION SELECT u.id FROM users u
    WHERE u.id = %(assignee)s OR u.role = 'OWNER'
       OR (u.role IN ('TEAM_ADMIN', 'ADMIN') AND u.primary_team_id = %(team)s)"""


async def react(work: Work, fact: Fact) -> None:
    """Those whom the policy names hear of a clock that is at risk or breached."""
    match fact:
        case SlaAtRisk(notify=True):
            await _tell(work, fact, NotificationType.SLA_AT_RISK, f"{_CLOCKS[fact.clock]} of {{}} is at risk")
        case SlaBreached(notify=True):
            await _tell(work, fact, NotificationType.SLA_BREACHED, f"{_CLOCKS[fact.clock]} of {{}} is overdue")
        case _:
            return


async def _tell(work: Work, fact: SlaAtRisk | SlaBreached, kind: NotificationType, title: str) -> None:
    """Tell of a clock, unless it was answered, paused or called off in the same breath: by whom, or by a rule."""
    ticket = fact.ticket
    roles = await notify_roles(work, ticket)
    if not roles or not await is_running(work, ticket, fact.clock):
        return
    concerned = await _concerned(work, ticket.assigned_team_id, ticket.assignee_id)
    told = recipients.of_clock(roles, concerned, team_id=ticket.assigned_team_id, assignee_id=ticket.assignee_id)
    for person in told:
        work.session.add(
            Notification(
                id=new_id(), user_id=person.id, type=kind, title=title.format(ticket.display_id), body=ticket.subject,
                ticket_id=ticket.id, created_at=work.now,
            )
        )  # fmt: skip


async def _concerned(work: Work, team_id: UUID | None, assignee_id: UUID | None) -> list[Actor]:
    """Who may have to hear of a clock of this team's ticket; asked once in a transaction."""
    asked: dict[tuple[UUID | None, UUID | None], list[Actor]] = work.session.info.setdefault("concerned", {})
    key = (team_id, assignee_id)
    if key not in asked:
        reader = await work.reader()
        ids = [row[0] for row in await reader.all(_CONCERNED, {"team": team_id, "assignee": assignee_id})]
        asked[key] = await people.actors_of(reader, ids)
    return asked[key]
