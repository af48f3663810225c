"""All resources of the API, in one list, and what holds for each of them."""

from litestar import Router
from litestar.di import Provide

from codex.api import (
    audit_events,
    bulk,
    canned_responses,
    categories,
    conversation,
    custom_fields,
    deletion,
    me,
    my_signin,
    own_marks,
    saved_views,
    sla_hours,
    sla_policies,
    sla_simulate,
    sla_teams,
    tags,
    teams,
    ticket_export,
    ticket_insight,
    ticket_links,
    ticket_merges,
    ticket_people,
    ticket_query,
    tickets,
    users,
)
from codex.httpkit import problems
from codex.httpkit.admission import JsonRequest, admit, admitted
from codex.httpkit.idempotency import Idempotency

router = Router(
    "/api/v1",
    route_handlers=[
        me.router,
        my_signin.router,
        users.router,
        teams.router,
        categories.router,
        custom_fields.router,
        tickets.router,
        ticket_query.router,
        bulk.router,
        ticket_export.router,
        ticket_merges.router,
        ticket_insight.router,
        conversation.router,
        ticket_people.router,
        ticket_links.router,
        own_marks.router,
        deletion.router,
        tags.router,
        canned_responses.router,
        saved_views.router,
        sla_policies.router,
        sla_teams.assignments_router,
        sla_teams.team_policies_router,
        sla_hours.router,
        sla_simulate.router,
        audit_events.router,
    ],
    dependencies={"asked": Provide(admitted, sync_to_thread=False)},
    exception_handlers={Exception: problems.respond},
    guards=[admit],
    middleware=[Idempotency()],
    request_class=JsonRequest,
    security=[{"token": []}, {"session": []}],
)
