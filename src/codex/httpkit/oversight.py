"""At the door of every route about one ticket: what owners read outside their own teams is put on record first."""

from codex.audit import oversight
from codex.httpkit.asked import Asked, Req
from codex.httpkit.needs import operation_of
from codex.tickets.policy import Operation
from codex.tickets.queries import parse_ref

REASON_HEADER, REASON_PARAMETER = "X-Access-Reason", "reason"


async def watch(request: Req, asked: Asked) -> None:
    """Raise ReasonNeeded for an owner who has not said why they read a confidential ticket; record that they read it.

    For everybody but owners it does nothing, and for owners it asks the database once.
    """
    ref = request.path_params.get("ref")
    if ref is not None and isinstance(operation_of(request.route_handler), Operation):
        await watch_ticket(request, asked, str(ref))


async def watch_ticket(request: Req, asked: Asked, ref: str) -> None:
    """The same for a route that is about a ticket which its body names."""
    if not asked.actor.is_owner:
        return
    reason = _reason(request)
    async with asked.reading() as reader:
        outside = await oversight.look(reader, asked.actor, parse_ref(ref), now=asked.now)
    if outside is not None and outside.is_due(reason, now=asked.now):
        async with asked.works.begin(asked.actor, now=asked.now, origin=asked.origin) as work:
            await oversight.read(work, outside.id, reason=reason)


def _reason(request: Req) -> str | None:
    """What the header or the query says. Headers arrive as Latin-1; who meant UTF-8 is understood."""
    header = request.headers.get(REASON_HEADER)
    if header is not None:
        try:
            return header.encode("latin-1").decode("utf-8").strip() or None
        except UnicodeError:
            return header.strip() or None
    return str(request.query_params.get(REASON_PARAMETER) or "").strip() or None
