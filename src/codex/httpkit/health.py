"""What tells an operator's tools how the desk is: alive, ready, and in numbers."""

from datetime import timedelta
from ipaddress import ip_address

from litestar import Response, get
from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from codex.db.database import CONNECTION_LOST
from codex.db.work import Works
from codex.httpkit.asked import Req, bearer_token, provide_asked
from codex.httpkit.needs import Need
from codex.kernel import clock
from codex.kernel.errors import NotFound

HEARTBEAT_LATE = timedelta(seconds=60)


class Ready(Struct, frozen=True, rename="camel"):
    """How the parts are: each `ok`, or in words what is the matter."""

    database: str
    migrations: str
    worker: str


@get(
    "/health/live",
    summary="Whether this process answers",
    sync_to_thread=False,
    include_in_schema=False,
    opt={"operation": Need.PUBLIC},
)
def live() -> dict[str, str]:
    """Alive, whatever else is the matter."""
    return {"status": "ok"}


@get("/health/ready", summary="Whether requests can be served", include_in_schema=False, opt={"operation": Need.PUBLIC})
async def ready(request: Req) -> Response[Ready]:
    """200 when the database is connected and migrated; the worker's heartbeat is told, and does not decide."""
    works: Works = request.app.state.works
    try:
        async with works.database.reading() as reader:
            row = await reader.first(
                """SELECT (SELECT version_num FROM alembic_version), (SELECT max(beat_at) FROM worker_heartbeats)"""
            )
    except CONNECTION_LOST:
        return Response(Ready("not reachable", "unknown", "unknown"), status_code=503)
    revision, beat = row or (None, None)
    expected = request.app.state.schema_revision
    migrations = "ok" if revision == expected else f"at {revision}, this code expects {expected}"
    late = beat is None or clock.now() - beat > HEARTBEAT_LATE
    worker = f"no heartbeat since {clock.iso(beat) if beat else 'ever'}" if late else "ok"
    return Response(Ready("ok", migrations, worker), status_code=200 if migrations == "ok" else 503)


@get("/metrics", summary="Measurements for Prometheus", include_in_schema=False, opt={"operation": Need.PUBLIC})
async def metrics(request: Req) -> Response[bytes]:
    """For this machine only, or with an owner's token: not public. A proxied request is not from this machine."""
    if not _from_here(request):
        asked = await provide_asked(request) if bearer_token(request) else None
        if asked is None or not asked.actor.is_owner:
            raise NotFound("There is nothing here.")
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _from_here(request: Req) -> bool:
    proxied = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    try:
        return not proxied and request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
