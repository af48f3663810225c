"""Versions of calendars and policies that clocks run by. One never says anything else, so each is read once."""

from collections.abc import Collection
from uuid import UUID

import msgspec

from codex.db.database import Reader
from codex.sla import calendar_reading
from codex.sla.calendar import Calendar
from codex.sla.models import SlaNotifyRole
from codex.sla.versions import PolicyTerms

ALWAYS = Calendar.always()
"""What is counted in where no version of a calendar is."""
_MOST = 1_024
_calendars: dict[UUID, Calendar] = {}
_policies: dict[UUID, PolicyTerms] = {}


async def calendars(reader: Reader, version_ids: Collection[UUID | None]) -> dict[UUID, Calendar]:
    """The calendars of these versions; asks for those that have not been read yet, all at once."""
    found = {key: _calendars[key] for key in version_ids if key is not None and key in _calendars}
    missing = {key for key in version_ids if key is not None} - found.keys()
    if missing:
        rows = await reader.all(
            "SELECT id, timezone, schedule, holidays FROM sla_calendar_versions WHERE id = ANY(%(ids)s)",
            {"ids": list(missing)},
        )
        if len(_calendars) > _MOST:
            _calendars.clear()
        fresh = {key: read(*said) for key, *said in rows}
        _calendars.update(fresh)
        found |= fresh
    return found


async def calendar(reader: Reader, version_id: UUID | None) -> Calendar:
    """The calendar of a version; None: round the clock."""
    return ALWAYS if version_id is None else (await calendars(reader, [version_id]))[version_id]


async def notify_roles(reader: Reader, version_id: UUID | None) -> tuple[SlaNotifyRole, ...]:
    """Who hears of clocks that run by a version of a policy; None: the usual roles."""
    if version_id is None:
        return PolicyTerms(name="").breach_notify_roles
    if version_id not in _policies:
        row = await reader.first("SELECT terms FROM sla_policy_versions WHERE id = %(id)s", {"id": version_id})
        assert row is not None, "a version that clocks run by is never removed"
        if len(_policies) > _MOST:
            _policies.clear()
        _policies[version_id] = msgspec.convert({"name": "", **row[0]}, PolicyTerms, strict=False)
    return _policies[version_id].breach_notify_roles


def read(timezone: str, schedule: object, holidays: object) -> Calendar:
    """The calendar that a version says."""
    return calendar_reading.read({"timezone": timezone, "schedule": schedule, "holidays": holidays}, path="")
