"""SLA policies and calendars in versions; what a ticket's clocks were promised by."""

from uuid import UUID

from alembic import op
from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB

revision = "0009"
down_revision = "0008"

Instant = DateTime(timezone=True)
reopen_mode = ENUM("RESUME", "RESTART", "TOTAL", name="reopen_mode", create_type=False)
sla_state = ENUM(
    "RUNNING", "PAUSED", "MET", "BREACHED", "BREACHED_DONE", "CANCELLED", "UNSCHEDULABLE", name="sla_state",
    create_type=False,
)  # fmt: skip
ticket_status = ENUM(name="ticket_status", create_type=False)
ticket_priority = ENUM(name="ticket_priority", create_type=False)
_WAITING = "'{WAITING_ON_REQUESTER,WAITING_ON_VENDOR}'"
_VERSIONED = ("sla_policy_configs", "sla_policies", "sla_business_hours_settings")


def upgrade() -> None:
    """Additive; what is there already becomes version 1 of itself."""
    reopen_mode.create(op.get_bind())
    _policies()
    _versions()
    _instances()
    _first_versions()
    _standing()


def _policies() -> None:
    config = "sla_policy_configs"
    op.add_column(config, Column("team_id", Uuid))
    op.create_foreign_key(None, config, "teams", ["team_id"], ["id"], ondelete="CASCADE")
    op.create_index(f"ix_{config}_team_id", config, ["team_id"])
    op.add_column(config, Column("reopen", reopen_mode, nullable=False, server_default="RESUME"))
    op.add_column(config, Column("pause_on", ARRAY(ticket_status), nullable=False, server_default=text(_WAITING)))
    op.add_column(config, Column("first_response_pauses", Boolean, nullable=False, server_default=false()))
    op.create_check_constraint("pause_on", config, f"pause_on <@ {_WAITING}::ticket_status[]")
    op.create_check_constraint("default_is_global", config, "NOT (is_default AND team_id IS NOT NULL)")
    for table in _VERSIONED:
        op.add_column(table, Column("version", Integer, nullable=False, server_default=text("1")))
        op.create_check_constraint("version", table, "version >= 1")


def _versions() -> None:
    op.create_table(
        "sla_policy_versions",
        Column("id", Uuid, primary_key=True),
        Column("policy_config_id", Uuid, ForeignKey("sla_policy_configs.id", ondelete="SET NULL")),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE")),
        Column("priority", ticket_priority),
        Column("version", Integer, nullable=False),
        Column("terms", JSONB, nullable=False),
        _author(),
        Column("created_at", Instant, nullable=False, server_default=func.now()),
        UniqueConstraint("policy_config_id", "version"),
        UniqueConstraint("team_id", "priority", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("jsonb_typeof(terms) = 'object'", name="terms"),
        CheckConstraint(
            "(team_id IS NULL) = (priority IS NULL) AND num_nonnulls(policy_config_id, team_id) <= 1", name="of"
        ),
    )
    op.create_table(
        "sla_calendar_versions",
        Column("id", Uuid, primary_key=True),
        Column("setting_id", Text, nullable=False),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), index=True),
        Column("version", Integer, nullable=False),
        Column("timezone", Text, nullable=False),
        Column("schedule", JSONB, nullable=False),
        Column("holidays", JSONB, nullable=False),
        _author(),
        Column("created_at", Instant, nullable=False, server_default=func.now()),
        UniqueConstraint("setting_id", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("setting_id = coalesce(team_id::text, 'global')", name="setting_id"),
    )


def _author() -> Column[UUID]:
    return Column("created_by_id", Uuid, ForeignKey("users.id", ondelete="SET NULL"), index=True)


def _instances() -> None:
    refs = {
        "policy_config_id": ("sla_policy_configs", "SET NULL"),
        "policy_version_id": ("sla_policy_versions", "RESTRICT"),
        "settings_version_id": ("sla_policy_versions", "RESTRICT"),
        "calendar_version_id": ("sla_calendar_versions", "RESTRICT"),
    }
    for column, (target, ondelete) in refs.items():
        op.add_column("sla_instances", Column(column, Uuid))
        op.create_foreign_key(None, "sla_instances", target, [column], ["id"], ondelete=ondelete)
        where = text(f"{column} IS NOT NULL")
        op.create_index(f"ix_sla_instances_{column}", "sla_instances", [column], postgresql_where=where)
    op.add_column("sla_instances", Column("clocks", JSONB, nullable=False, server_default=text("'{}'")))
    op.create_check_constraint("clocks", "sla_instances", "jsonb_typeof(clocks) = 'object'")


def _first_versions() -> None:
    op.execute(
        """
        INSERT INTO sla_policy_versions (id, policy_config_id, version, terms, created_by_id, created_at)
        SELECT gen_random_uuid(), c.id, 1, jsonb_build_object(
                   'name', c.name, 'description', c.description, 'isDefault', c.is_default, 'enabled', c.enabled,
                   'businessHoursOnly', c.business_hours_only, 'escalationEnabled', c.escalation_enabled,
                   'escalationAfterPercent', c.escalation_after_percent,
                   'breachNotifyRoles', to_jsonb(c.breach_notify_roles), 'reopen', 'RESUME',
                   'pauseOn', to_jsonb(c.pause_on), 'firstResponsePauses', false,
                   'targets', coalesce((
                       SELECT jsonb_object_agg(t.priority, jsonb_build_object(
                           'firstResponseHours', t.first_response_hours::text,
                           'resolutionHours', t.resolution_hours::text))
                       FROM sla_policy_config_targets t WHERE t.policy_config_id = c.id), '{}')),
               c.created_by_id, c.updated_at
        FROM sla_policy_configs c
        """
    )
    op.execute(
        """
        INSERT INTO sla_policy_versions (id, team_id, priority, version, terms, created_at)
        SELECT gen_random_uuid(), team_id, priority, 1, jsonb_build_object(
                   'firstResponseHours', first_response_hours::text, 'resolutionHours', resolution_hours::text),
               updated_at
        FROM sla_policies
        """
    )
    op.execute(
        """
        INSERT INTO sla_calendar_versions
            (id, setting_id, team_id, version, timezone, schedule, holidays, created_at)
        SELECT gen_random_uuid(), id, team_id, 1, timezone, schedule, holidays, updated_at
        FROM sla_business_hours_settings
        """
    )


def _standing() -> None:
    """How a ticket stands, to be listed and counted by."""
    sla_state.create(op.get_bind())
    op.add_column("tickets", Column("sla_state", sla_state))
    op.add_column("tickets", Column("sla_breaches_at", Instant))
