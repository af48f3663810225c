"""Examples for the OpenAPI document of conditions and of saved views."""

from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from codex.api.saved_views import NewSavedView
from codex.api.ticket_query import TicketQuery
from codex.desk.saved_views import SavedViewChanges
from codex.desk.view_filters import SavedFilters
from codex.desk.view_reading import SavedViewRow, ViewExplanation
from codex.kernel.criteria.tree import Finding

_VIEW, _IT = (UUID(f"01979c7e-6a3e-7c51-9a20-3f6d5c8f2e1{n}") for n in range(2))
_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
_URGENT = {"field": "priority", "operator": "in", "value": ["P1", "P2"]}
_VPN = {"any": [{"field": "tag", "operator": "equals", "value": "vpn"},
                {"field": "anyText", "operator": "contains", "value": "VPN"}]}  # fmt: skip
_filters = SavedFilters([_URGENT, _VPN], sort="dueAt")
_view = SavedViewRow(
    id=_VIEW, name="VPN incident", filters=_filters, user_id=None, team_id=_IT, is_global=False, is_default=False,
    is_broken=False, problems=[], may_change=True, created_at=_MONDAY, updated_at=_MONDAY, count=7,
)  # fmt: skip

ALONE: tuple[Struct, ...] = (
    TicketQuery(conditions=[_URGENT, _VPN], sort="-createdAt", limit=20),
    NewSavedView(name="VPN incident", filters=_filters, team_id=_IT),
    SavedViewChanges(name="VPN incident, March", is_default=True),
    _view,
    ViewExplanation(True, [Finding("priority", "in", ["P1", "P2"], "P2", True)]),
)
IN_LISTS: tuple[Struct, ...] = (_view,)
