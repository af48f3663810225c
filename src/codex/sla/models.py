"""What a team promises (policies, targets, opening hours), and one row per ticket that keeps its clocks."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from codex.db.base import Base, CreatedAt, Id, UpdatedAt, pg_enum, ref
from codex.tickets.models import TicketPriority


class SlaNotifyRole(StrEnum):
    """Who hears of a breach: the assignee, the team's leads, its team admins, the owners (sla.md rule 18)."""

    AGENT = "AGENT"
    LEAD = "LEAD"
    MANAGER = "MANAGER"
    OWNER = "OWNER"


# NUMERIC knows NaN and Infinity, and sorts NaN above Infinity: the upper bound refuses both.
_FIRST_RESPONSE_HOURS = "first_response_hours >= 0 AND first_response_hours < 'Infinity'"
_RESOLUTION_HOURS = "resolution_hours >= 0 AND resolution_hours < 'Infinity'"


class SlaPolicyConfig(Base):
    """A named SLA policy that teams are assigned to; the default one serves teams that have none."""

    __tablename__ = "sla_policy_configs"
    __table_args__ = (
        Index("uq_sla_policy_configs_default", "is_default", unique=True, postgresql_where=text("is_default")),
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint("escalation_after_percent BETWEEN 1 AND 100", name="escalation_after_percent"),
        CheckConstraint("array_position(breach_notify_roles, NULL) IS NULL", name="breach_notify_roles"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    description: Mapped[str | None]
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
    )

    id: Mapped[str] = mapped_column(primary_key=True, default="global", server_default="global")
    team_id: Mapped[UUID | None] = ref("teams.id", ondelete="CASCADE", index=False)
    timezone: Mapped[str]
    schedule: Mapped[dict[str, Any]]
    holidays: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class SlaPolicy(Base):
    """A team's own hours for one priority; they win over any policy it is assigned to."""

    __tablename__ = "sla_policies"
    __table_args__ = (
        UniqueConstraint("team_id", "priority"),
        CheckConstraint(_FIRST_RESPONSE_HOURS, name="first_response_hours"),
        CheckConstraint(_RESOLUTION_HOURS, name="resolution_hours"),
    )

    id: Mapped[Id]
    team_id: Mapped[UUID] = ref("teams.id", ondelete="CASCADE", index=False)
    priority: Mapped[TicketPriority] = mapped_column(pg_enum(TicketPriority))
    first_response_hours: Mapped[Decimal | None]
    resolution_hours: Mapped[Decimal | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class SlaInstance(Base):
    """A ticket's clocks. `next_due_at`: when the sweep next has something to do with them; None: nothing."""

    __tablename__ = "sla_instances"
    __table_args__ = (UniqueConstraint("ticket_id"),)

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = ref("tickets.id", ondelete="CASCADE", index=False)
    policy_id: Mapped[UUID | None] = ref("sla_policies.id", ondelete="SET NULL")
    priority: Mapped[TicketPriority] = mapped_column(pg_enum(TicketPriority))
    first_response_due_at: Mapped[datetime | None]
    resolution_due_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None] = mapped_column(index=True)
    first_response_at_risk_notified_at: Mapped[datetime | None]
    resolution_at_risk_notified_at: Mapped[datetime | None]
    first_response_breached_at: Mapped[datetime | None]
    resolution_breached_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
