"""What of a ticket's conversation and history a reader sees, as conditions of SQL: every reading asks the same ones."""

from codex.kernel.actor import Actor
from codex.tickets.catalogue import PUBLIC_TYPES
from codex.tickets.policy import VISIBLE_SQL, Operation, TicketFacts, may, sees_team_only

PUBLIC_EVENT_SQL = f"""(
    e.type IN ({", ".join(f"'{kind}'" for kind in PUBLIC_TYPES)})
    AND (NOT starts_with(e.type, 'MESSAGE_') OR e.payload->>'type' = 'PUBLIC'))"""
"""An event `e` belongs to the public part of the history; of messages only what happened to PUBLIC ones does."""
NAMED_PAYLOAD_SQL = f"""
    CASE WHEN e.payload ? 'ticketId' AND NOT EXISTS (
        SELECT FROM tickets WHERE tickets.id = (e.payload->>'ticketId')::uuid AND {VISIBLE_SQL})
    THEN e.payload - 'ticketId' ELSE e.payload END"""
"""What an event `e` says, without the name of another ticket (a link, a merge) that the actor may not see."""
_OF_TEAM_ONLY_SQL = """(starts_with(e.type, 'MESSAGE_') AND EXISTS (
    SELECT FROM ticket_messages n WHERE n.id = (e.payload->>'messageId')::uuid AND n.is_team_only))"""


def messages_seen(actor: Actor, ticket: TicketFacts) -> str:
    """The condition that holds for the messages `m` of the ticket that the actor sees."""
    if not may(actor, Operation.SEE_INTERNAL, ticket):
        return "m.type = 'PUBLIC'"
    return "true" if sees_team_only(actor, ticket) else "NOT m.is_team_only"


def events_seen(actor: Actor, ticket: TicketFacts) -> str:
    """The condition that holds for the events `e` of the ticket that the actor sees."""
    if not may(actor, Operation.SEE_INTERNAL, ticket):
        return PUBLIC_EVENT_SQL
    return "true" if sees_team_only(actor, ticket) else f"NOT {_OF_TEAM_ONLY_SQL}"
