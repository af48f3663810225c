"""What a team promises (policies, targets, opening hours), and one row per ticket that keeps its clocks."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, pg_enum, ref
from codex.sla.clock_state import ReopenMode
from codex.tickets.models import Ticket, TicketPriority, TicketStatus, after_ticket, where_set


class SlaNotifyRole(StrEnum):
    """Who hears of a breach: the assignee, the team's leads, its team admins, the owners (sla.md rule 18)."""

    AGENT = "AGENT"
    LEAD = "LEAD"
    MANAGER = "MANAGER"
    OWNER = "OWNER"


WAITING = (TicketStatus.WAITING_ON_REQUESTER, TicketStatus.WAITING_ON_VENDOR)
"""The statuses in which clocks may pause."""
_WAITING = "'{WAITING_ON_REQUESTER,WAITING_ON_VENDOR}'"
# NUMERIC knows NaN and Infinity, and sorts NaN above Infinity: the upper bound refuses both.
_FIRST_RESPONSE_HOURS = "first_response_hours >= 0 AND first_response_hours < 'Infinity'"
_RESOLUTION_HOURS = "resolution_hours >= 0 AND resolution_hours < 'Infinity'"


class SlaPolicyConfig(Base):
    """A named SLA policy that teams are assigned to; the default one serves teams that have none.

    `team_id`: the team whose own it is; None: everybody's. `version` counts its saves, those of its targets included.
    """

    __tablename__ = "sla_policy_configs"
    __table_args__ = (
        Index("uq_sla_policy_configs_default", "is_default", unique=True, postgresql_where=text("is_default")),
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint("escalation_after_percent BETWEEN 1 AND 100", name="escalation_after_percent"),
        CheckConstraint("array_position(breach_notify_roles, NULL) IS NULL", name="breach_notify_roles"),
        CheckConstraint(f"pause_on <@ {_WAITING}::ticket_status[]", name="pause_on"),
        CheckConstraint("NOT (is_default AND team_id IS NOT NULL)", name="default_is_global"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    description: Mapped[str | None]
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="CASCADE")
    is_default: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    enabled: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    business_hours_only: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    escalation_enabled: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    escalation_after_percent: Mapped[int] = mapped_column(SmallInteger, default=80, server_default=text("80"))
    breach_notify_roles: Mapped[list[SlaNotifyRole]] = mapped_column(
        ARRAY(pg_enum(SlaNotifyRole)),
        default=lambda: [SlaNotifyRole.AGENT, SlaNotifyRole.LEAD],
        server_default=text("'{AGENT,LEAD}'"),
    )
    reopen: Mapped[ReopenMode] = mapped_column(pg_enum(ReopenMode), default=ReopenMode.RESUME, server_default="RESUME")
    pause_on: Mapped[list[TicketStatus]] = mapped_column(
        ARRAY(pg_enum(TicketStatus)), default=lambda: list(WAITING), server_default=text(_WAITING)
    )
    first_response_pauses: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_by_id: Mapped[UUID | None] = ref("users.id", ondelete="SET NULL")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class SlaPolicyConfigTarget(Base):
    """The hours that a policy gives a priority; 0 or absent means that there is no such clock."""

    __tablename__ = "sla_policy_config_targets"
    __table_args__ = (
        UniqueConstraint("policy_config_id", "priority"),
        CheckConstraint(_FIRST_RESPONSE_HOURS, name="first_response_hours"),
        CheckConstraint(_RESOLUTION_HOURS, name="resolution_hours"),
    )

    id: Mapped[Id]
    policy_config_id: Mapped[UUID] = ref("sla_policy_configs.id", ondelete="CASCADE", index=False)
    priority: Mapped[TicketPriority] = mapped_column(pg_enum(TicketPriority))
    first_response_hours: Mapped[Decimal | None]
    resolution_hours: Mapped[Decimal | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class SlaPolicyAssignment(Base):
    """The policy that a team is under; at most one."""

    __tablename__ = "sla_policy_assignments"
    __table_args__ = (UniqueConstraint("team_id"), UniqueConstraint("policy_config_id", "team_id"))

    id: Mapped[Id]
    policy_config_id: Mapped[UUID] = ref("sla_policy_configs.id", ondelete="CASCADE", index=False)
    team_id: Mapped[UUID] = ref("teams.id", ondelete="CASCADE", index=False)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class SlaBusinessHoursSetting(Base):
    """A calendar of opening hours: the one called "global", or a team's own, whose `id` is the team's."""

    __tablename__ = "sla_business_hours_settings"
    __table_args__ = (
        UniqueConstraint("team_id"),
        CheckConstraint("id = coalesce(team_id::text, 'global')", name="id"),
        CheckConstraint(r"timezone ~ '\S'", name="timezone"),
        CheckConstraint("jsonb_typeof(schedule) = 'object'", name="schedule"),
        CheckConstraint("jsonb_typeof(holidays) = 'array'", name="holidays"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default="global", server_default="global")
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="CASCADE", index=False)
    timezone: Mapped[str]
    schedule: Mapped[dict[str, Any]]
    holidays: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class SlaPolicy(Base):
    """A team's own hours for one priority; they win over any policy it is assigned to."""

    __tablename__ = "sla_policies"
    __table_args__ = (
        UniqueConstraint("team_id", "priority"),
        CheckConstraint(_FIRST_RESPONSE_HOURS, name="first_response_hours"),
        CheckConstraint(_RESOLUTION_HOURS, name="resolution_hours"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[Id]
    team_id: Mapped[UUID] = ref("teams.id", ondelete="CASCADE", index=False)
    priority: Mapped[TicketPriority] = mapped_column(pg_enum(TicketPriority))
    first_response_hours: Mapped[Decimal | None]
    resolution_hours: Mapped[Decimal | None]
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class SlaPolicyVersion(Base):
    """What a policy said from one save to the next: of a named policy, or of a team's own hours for a priority.

    Append-only: the application's role may neither UPDATE nor DELETE it; clocks run by it after the policy has changed,
    and after it is gone. `terms`: a `versions.PolicyTerms` or, of a team's own hours, a `versions.Hours`.
    """

    __tablename__ = "sla_policy_versions"
    __table_args__ = (
        UniqueConstraint("policy_config_id", "version"),
        UniqueConstraint("team_id", "priority", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("jsonb_typeof(terms) = 'object'", name="terms"),
        CheckConstraint(
            "(team_id IS NULL) = (priority IS NULL) AND num_nonnulls(policy_config_id, team_id) <= 1", name="of"
        ),
    )

    id: Mapped[Id]
    policy_config_id: Mapped[UUID | None] = ref("sla_policy_configs.id", ondelete="SET NULL", index=False)
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="CASCADE", index=False)
    priority: Mapped[TicketPriority | None] = mapped_column(pg_enum(TicketPriority))
    version: Mapped[int]
    terms: Mapped[dict[str, Any]]
    created_by_id: Mapped[UUID | None] = ref("users.id", ondelete="SET NULL")
    created_at: Mapped[CreatedAt]


class SlaCalendarVersion(Base):
    """What a calendar said from one save to the next. Append-only, like the versions of policies.

    `setting_id` is no foreign key: the numbers of a team's calendar go on when it is removed and made again.
    """

    __tablename__ = "sla_calendar_versions"
    __table_args__ = (
        UniqueConstraint("setting_id", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("setting_id = coalesce(team_id::text, 'global')", name="setting_id"),
    )

    id: Mapped[Id]
    setting_id: Mapped[str]
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="CASCADE")
    version: Mapped[int]
    timezone: Mapped[str]
    schedule: Mapped[dict[str, Any]]
    holidays: Mapped[list[Any]]
    created_by_id: Mapped[UUID | None] = ref("users.id", ondelete="SET NULL")
    created_at: Mapped[CreatedAt]


class SlaCalendarOpening(Base):
    """When a version of a calendar is open, [opens_at, closes_at), and the open time before that since the first row.
    Written out by `openings`, for conditions; in the last row, and so from then on, `open_before` is not known."""

    __tablename__ = "sla_calendar_openings"

    calendar_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("sla_calendar_versions.id", ondelete="CASCADE"), primary_key=True
    )
    opens_at: Mapped[datetime] = mapped_column(primary_key=True)
    closes_at: Mapped[datetime]
    open_before: Mapped[timedelta | None]


class SlaInstance(Base):
    """A ticket's clocks. `next_due_at`: when the sweep next has something to do with them; None: nothing.

    By what they run: the hours of `policy_version_id`, all else of `settings_version_id` (None: the hours' own version
    says it, or nobody does), counted in `calendar_version_id` (None: round the clock). `policy_id`, `policy_config_id`:
    whose version it is, as long as that is there. `clocks`: the state of the clocks, a `clock.ClockState`. Of it stand
    in columns, for conditions: what is promised, the open time counted up to `…_counted_at`, which is None for a clock
    that does not run.
    """

    __tablename__ = "sla_instances"
    __table_args__ = (
        UniqueConstraint("ticket_id"),
        *(
            where_set(f"ix_sla_instances_{column}", column)
            for column in ("policy_config_id", "policy_version_id", "settings_version_id", "calendar_version_id")
        ),
        CheckConstraint("jsonb_typeof(clocks) = 'object'", name="clocks"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    policy_id: Mapped[UUID | None] = ref("sla_policies.id", ondelete="SET NULL")
    policy_config_id: Mapped[UUID | None] = ref("sla_policy_configs.id", ondelete="SET NULL", index=False)
    policy_version_id: Mapped[UUID | None] = ref("sla_policy_versions.id", index=False)
    settings_version_id: Mapped[UUID | None] = ref("sla_policy_versions.id", index=False)
    calendar_version_id: Mapped[UUID | None] = ref("sla_calendar_versions.id", index=False)
    priority: Mapped[TicketPriority] = mapped_column(pg_enum(TicketPriority))
    first_response_due_at: Mapped[datetime | None]
    resolution_due_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None] = mapped_column(index=True)
    first_response_at_risk_notified_at: Mapped[datetime | None]
    resolution_at_risk_notified_at: Mapped[datetime | None]
    first_response_breached_at: Mapped[datetime | None]
    resolution_breached_at: Mapped[datetime | None]
    first_response_target: Mapped[timedelta | None]
    first_response_counted: Mapped[timedelta | None]
    first_response_counted_at: Mapped[datetime | None]
    resolution_target: Mapped[timedelta | None]
    resolution_counted: Mapped[timedelta | None]
    resolution_counted_at: Mapped[datetime | None]
    clocks: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    _ticket: Mapped[Ticket] = after_ticket("SlaInstance.ticket_id")
