"""Rows and log files for the import's tests, and where the real log is."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from codex.imports.incident_log import LogRow

HEADER = (
    "number,incident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,opened_by,"
    "opened_at,sys_created_by,sys_created_at,sys_updated_by,sys_updated_at,contact_type,location,category,"
    "subcategory,u_symptom,cmdb_ci,impact,urgency,priority,assignment_group,assigned_to,knowledge,"
    "u_priority_confirmation,notify,problem_id,rfc,vendor,caused_by,closed_code,resolved_by,resolved_at,closed_at"
)
FIRST_LINE = (
    "INC0000045,New,true,0,0,0,true,Caller 2403,Opened by  8,29/2/2016 01:16,Created by 6,29/2/2016 01:23,"
    "Updated by 21,29/2/2016 01:23,Phone,Location 143,Category 55,Subcategory 170,Symptom 72,?,2 - Medium,"
    "2 - Medium,3 - Moderate,Group 56,?,true,false,Do Not Notify,?,?,?,?,code 5,Resolved by 149,"
    "29/2/2016 11:29,5/3/2016 12:00"
)

OPENED_AT = datetime(2016, 2, 29, 1, 16, tzinfo=UTC)
FIRST_ROW = LogRow(
    line=2,
    number="INC0000045",
    state="New",
    mod_count=0,
    updated_at=datetime(2016, 2, 29, 1, 23, tzinfo=UTC),
    updated_by="Updated by 21",
    opened_at=OPENED_AT,
    opened_by="Opened by 8",
    caller="Caller 2403",
    contact_type="Phone",
    location="Location 143",
    category="Category 55",
    subcategory="Subcategory 170",
    symptom="Symptom 72",
    priority="P3",
    group="Group 56",
    agent=None,
    reassignment_count=0,
    reopen_count=0,
)


def row(state: str | None = "New", agent: str | None = None, **changes: Any) -> LogRow:
    """The first row of INC0000045, changed."""
    return replace(FIRST_ROW, state=state, agent=agent, **changes)


def story(*rows: LogRow) -> list[LogRow]:
    """Rows of one incident, a line, a sys_mod_count and an hour apart."""
    return [
        replace(each, line=2 + n, mod_count=n, updated_at=each.updated_at + timedelta(hours=n))
        for n, each in enumerate(rows)
    ]


def line(**changes: str) -> str:
    """The first line of INC0000045, with some columns changed."""
    columns = dict(zip(HEADER.split(","), FIRST_LINE.split(","), strict=True))
    assert changes.keys() <= columns.keys()
    return ",".join((columns | changes).values())


def real_log() -> Path:
    """The real year, or a skipped test that says why."""
    beside = Path(__file__).parents[2].parent / "shared" / "data"
    path = Path(os.environ.get("CODEX_SHARED_DATA", beside)) / "incidents" / "incident_event_log.csv.xz"
    if not path.exists():
        pytest.skip(f"the real incident log is not here: {path} (CODEX_SHARED_DATA names its folder)")
    return path
