"""Verbs about opening hours: everybody's ("global") and a team's own, which wins."""

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct, field

from codex.db.work import Work
from codex.identity.models import Team
from codex.kernel.checks import Checks
from codex.kernel.errors import NotFound, require
from codex.sla import calendar_reading, holiday_sets, kept_versions, openings, queries, versions
from codex.sla.facts import BusinessHoursChanged
from codex.sla.models import SlaBusinessHoursSetting
from codex.sla.policy import may_set

_WHOSE = "Owners set everybody's opening hours, and the admins of a team that team's own."


class OpeningHours(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """When is open, by local weekday (`mon` … `sun`; a day left out is closed) in an IANA time zone, and the dates that
    are otherwise: `[{"date", "name", "hours"?}]`, closed without `hours`. 24:00 is allowed, and a night shift may end
    on the next day."""

    timezone: str
    schedule: dict[str, Any]
    holidays: list[Any] = field(default_factory=list)


async def put(
    work: Work, team: Team | None, hours: OpeningHours, *, expected: Collection[int] | None = None
) -> SlaBusinessHoursSetting:
    """Set the opening hours of a team, or everybody's; a new version of them. Running clocks go on by what they have.

    `expected`: the versions that the change may be based on, else StaleVersion. Raises Invalid naming all that is wrong
    with them, and Conflict when somebody else saved them just now.
    """
    require(may_set(work.actor, team.id if team else None), _WHOSE)
    said = _checked(hours)
    setting = await queries.held_calendar(work, team.id if team else None, versions=expected)
    if setting is None:
        setting = SlaBusinessHoursSetting(
            id=str(team.id) if team else queries.GLOBAL, team_id=team.id if team else None, created_at=work.now
        )
        setting.version = await versions.next_of_calendar(work, setting.id)
        work.session.add(setting)
        await _settle(work, setting, None, said)
    elif (old := _said(setting)) != said:
        setting.version += 1
        await _settle(work, setting, old, said)
    return setting


class PublicHolidays(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Of which country (ISO 3166-1, such as DE), which part of it (such as BY), and of which years the public holidays
    are to be added."""

    country: str
    subdivision: str | None = None
    years: list[int]


async def add_holidays(
    work: Work, team: Team | None, wanted: PublicHolidays, *, expected: Collection[int] | None = None
) -> SlaBusinessHoursSetting:
    """Add the public holidays of a country to opening hours that are set; a date that is there already stays as it is.

    Raises NotFound while no hours are set, Invalid for holidays that are not known, and what `put` raises.
    """
    require(may_set(work.actor, team.id if team else None), _WHOSE)
    days = _public(wanted)
    setting = await queries.held_calendar(work, team.id if team else None, versions=expected)
    if setting is None:
        raise NotFound("No opening hours are set here; set them first.")
    known = {day["date"] for day in setting.holidays}
    holidays = [*setting.holidays, *(day for day in days if day["date"] not in known)]
    old = _said(setting)
    said = _checked(OpeningHours(timezone=setting.timezone, schedule=setting.schedule, holidays=holidays))
    if old != said:
        setting.version += 1
        await _settle(work, setting, old, said)
    return setting


async def remove(work: Work, team: Team, *, expected: Collection[int] | None = None) -> None:
    """Let everybody's opening hours hold for a team again. Raises NotFound when it has none of its own."""
    require(may_set(work.actor, team.id), _WHOSE)
    setting = await queries.held_calendar(work, team.id, versions=expected)
    if setting is None:
        raise NotFound("This team has no opening hours of its own.")
    await work.session.delete(setting)
    await work.session.flush()
    work.record(BusinessHoursChanged(team_id=team.id, version=setting.version, old=_said(setting), new=None))


async def _settle(
    work: Work, setting: SlaBusinessHoursSetting, old: dict[str, Any] | None, new: Mapping[str, Any]
) -> None:
    for name, value in new.items():
        setattr(setting, name, value)
    setting.updated_at = work.now
    await work.session.flush()
    version_id = await versions.keep_calendar(work, setting)
    calendar = kept_versions.read(setting.timezone, setting.schedule, setting.holidays)
    await openings.write_out(work, version_id, calendar, since=work.now)
    fact = BusinessHoursChanged(team_id=setting.team_id, version=setting.version, old=old, new=dict(new))
    work.record(fact)


def _public(wanted: PublicHolidays) -> list[dict[str, str]]:
    years = sorted(set(wanted.years))
    with Checks() as check:
        if not 1 <= len(years) <= holiday_sets.MOST_YEARS:
            check.fail("years", f"Name 1 to {holiday_sets.MOST_YEARS} years.")
    of = (holiday_sets.entries(wanted.country, year, year, subdivision=wanted.subdivision) for year in years)
    return [day for days in of for day in days]


def _said(setting: SlaBusinessHoursSetting) -> dict[str, Any]:
    return {"timezone": setting.timezone, "schedule": setting.schedule, "holidays": setting.holidays}


def _checked(hours: OpeningHours) -> dict[str, Any]:
    """What is kept of opening hours that can be: the holidays in order, their names without what cannot be kept."""
    written = {"timezone": hours.timezone, "schedule": hours.schedule, "holidays": hours.holidays}
    with Checks() as check:
        calendar = calendar_reading.checked(check, written, path="")
    assert calendar is not None, "or there were problems"
    names = {day.isoformat(): name for day, name in calendar.names.items()}
    holidays = [{**day, "name": names[day["date"]]} for day in sorted(hours.holidays, key=lambda day: day["date"])]
    return {**written, "holidays": holidays}
