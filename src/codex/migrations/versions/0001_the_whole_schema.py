"""The whole schema: every table of the first release."""

from alembic import op
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB

revision = "0001"
down_revision = None

Instant = DateTime(timezone=True)
NOW = func.now()


def _enum(name: str, values: str) -> ENUM:
    return ENUM(*values.split(), name=name, create_type=False)


user_role = _enum("user_role", "EMPLOYEE AGENT LEAD ADMIN TEAM_ADMIN OWNER")
team_role = _enum("team_role", "AGENT LEAD ADMIN")
team_assignment_strategy = _enum("team_assignment_strategy", "QUEUE_ONLY ROUND_ROBIN")
scope = _enum("scope", "read write admin")
actor_kind = _enum("actor_kind", "person rule system mail import")
ticket_status = _enum(
    "ticket_status",
    "NEW TRIAGED ASSIGNED IN_PROGRESS WAITING_ON_REQUESTER WAITING_ON_VENDOR RESOLVED CLOSED REOPENED",
)
ticket_priority = _enum("ticket_priority", "P1 P2 P3 P4")
ticket_channel = _enum("ticket_channel", "PORTAL EMAIL")
message_type = _enum("message_type", "PUBLIC INTERNAL")
access_level = _enum("access_level", "READ WRITE")
attachment_scan_status = _enum("attachment_scan_status", "PENDING CLEAN INFECTED FAILED")
sla_notify_role = _enum("sla_notify_role", "AGENT LEAD MANAGER OWNER")
notification_channel = _enum("notification_channel", "EMAIL")
outbox_status = _enum("outbox_status", "PENDING PROCESSING SENT FAILED")
notification_type = _enum(
    "notification_type",
    "TICKET_ASSIGNED TICKET_UPDATED NEW_MESSAGE TICKET_MENTIONED SLA_AT_RISK SLA_BREACHED "
    "TICKET_RESOLVED TICKET_TRANSFERRED",
)
ENUMS = (
    user_role, team_role, team_assignment_strategy, scope, actor_kind, ticket_status, ticket_priority,
    ticket_channel, message_type, access_level, attachment_scan_status, sla_notify_role,
    notification_channel, outbox_status, notification_type,
)  # fmt: skip


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    for kind in ENUMS:
        kind.create(op.get_bind())
    _identity()
    _classification()
    _tickets()
    _sla()
    _routing_and_desk()
    _notifications()
    _audit()
    _automation()


def downgrade() -> None:
    # Forward only: a step back would throw away what people wrote since; restore a backup instead.
    raise NotImplementedError


def _identity() -> None:
    op.create_table(
        "users",
        Column("id", Uuid, primary_key=True),
        Column("email", Text, nullable=False, unique=True),
        Column("display_name", Text, nullable=False),
        Column("department", Text),
        Column("location", Text),
        Column("role", user_role, nullable=False, server_default="EMPLOYEE"),
        Column("primary_team_id", Uuid, index=True),
        Column("is_active", Boolean, nullable=False, server_default=text("true")),
        Column("time_zone", Text),
        Column("theme", Text),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint("email = lower(email) AND position('@' in email) > 1", name="email"),
        CheckConstraint("theme IN ('light', 'dark')", name="theme"),
    )
    op.create_table(
        "teams",
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("slug", Text, nullable=False, unique=True),
        Column("prefix", Text),
        Column("description", Text),
        Column("assignment_strategy", team_assignment_strategy, nullable=False, server_default="QUEUE_ONLY"),
        Column("last_assigned_user_id", Uuid, ForeignKey("users.id", ondelete="SET NULL"), index=True),
        Column("is_active", Boolean, nullable=False, server_default=text("true")),
        Column("is_confidential", Boolean, nullable=False, server_default=text("false")),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        CheckConstraint("prefix ~ '^[A-Z][A-Z0-9]{0,9}$'", name="prefix"),
    )
    # Users and teams point at each other: the first of the two learns of the second only now.
    op.create_foreign_key(
        "fk_users_primary_team_id", "users", "teams", ["primary_team_id"], ["id"], ondelete="SET NULL"
    )
    op.create_table(
        "team_members",
        Column("id", Uuid, primary_key=True),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), nullable=False),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("role", team_role, nullable=False, server_default="AGENT"),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        UniqueConstraint("team_id", "user_id"),
    )
    op.create_table(
        "personal_tokens",
        Column("id", Uuid, primary_key=True),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("name", Text, nullable=False),
        Column("token_hash", LargeBinary, nullable=False, unique=True),
        Column("hint", Text, nullable=False),
        Column("scope", scope, nullable=False),
        Column("expires_at", Instant),
        Column("revoked_at", Instant),
        Column("last_used_at", Instant),
        Column("created_at", Instant, nullable=False, server_default=NOW),
    )
    op.create_table(
        "signin_links",
        Column("id", Uuid, primary_key=True),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("token_hash", LargeBinary, nullable=False, unique=True),
        Column("expires_at", Instant, nullable=False),
        Column("used_at", Instant),
        Column("created_at", Instant, nullable=False, server_default=NOW),
    )
    op.create_table(
        "sessions",
        Column("id", Uuid, primary_key=True),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("token_hash", LargeBinary, nullable=False, unique=True),
        Column("user_agent", Text),
        Column("expires_at", Instant, nullable=False),
        Column("last_seen_at", Instant, nullable=False),
        Column("created_at", Instant, nullable=False, server_default=NOW),
    )


def _classification() -> None:
    op.create_table(
        "categories",
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("slug", Text, nullable=False, unique=True),
        Column("description", Text),
        Column("is_active", Boolean, nullable=False, server_default=text("true")),
        Column("parent_id", Uuid, ForeignKey("categories.id", ondelete="RESTRICT"), index=True),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        CheckConstraint("parent_id <> id", name="not_own_parent"),
    )
    op.create_table(
        "custom_fields",
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("field_type", Text, nullable=False),
        Column("options", JSONB),
        Column("is_required", Boolean, nullable=False, server_default=text("false")),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), index=True),
        Column("category_id", Uuid, ForeignKey("categories.id", ondelete="CASCADE"), index=True),
        Column("sort_order", Integer, nullable=False, server_default=text("0")),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint(
            "field_type IN ('TEXT', 'TEXTAREA', 'NUMBER', 'DROPDOWN', 'MULTISELECT', 'DATE', 'CHECKBOX', 'USER')",
            name="field_type",
        ),
        CheckConstraint(
            "(field_type IN ('DROPDOWN', 'MULTISELECT')) = (options IS NOT NULL) AND (options IS NULL OR "
            "jsonb_typeof(options) = 'array')",
            name="options",
        ),
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        Column("id", Uuid, primary_key=True),
        Column("number", BigInteger, Identity(), nullable=False, unique=True),
        Column("display_id", Text, unique=True),
        Column("subject", Text, nullable=False),
        Column("description", Text, nullable=False, server_default=""),
        Column("status", ticket_status, nullable=False, server_default="NEW"),
        Column("priority", ticket_priority, nullable=False, server_default="P3"),
        Column("channel", ticket_channel, nullable=False, server_default="PORTAL"),
        Column("requester_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), nullable=False),
        Column("assigned_team_id", Uuid, ForeignKey("teams.id", ondelete="RESTRICT")),
        Column("assignee_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT")),
        Column("category_id", Uuid, ForeignKey("categories.id", ondelete="RESTRICT"), index=True),
        Column("due_at", Instant, index=True),
        Column("first_response_due_at", Instant),
        Column("first_response_at", Instant),
        Column("sla_paused_at", Instant),
        Column("resolved_at", Instant),
        Column("closed_at", Instant),
        Column("completed_at", Instant, index=True),
        Column("version", Integer, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("updated_at", Instant, nullable=False),
        CheckConstraint("(status = 'CLOSED') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint(
            "CASE status WHEN 'RESOLVED' THEN resolved_at IS NOT NULL WHEN 'CLOSED' THEN true ELSE "
            "resolved_at IS NULL END",
            name="resolved_at",
        ),
        CheckConstraint("completed_at IS NOT DISTINCT FROM LEAST(resolved_at, closed_at)", name="completed_at"),
        CheckConstraint("assignee_id IS NULL OR assigned_team_id IS NOT NULL", name="assignee_has_team"),
        CheckConstraint("status NOT IN ('ASSIGNED', 'IN_PROGRESS') OR assignee_id IS NOT NULL", name="worked_on"),
        CheckConstraint("length(subject) BETWEEN 1 AND 500", name="subject"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("updated_at >= created_at", name="updated_at"),
    )
    op.create_index(
        "ix_tickets_assigned_team_id_status_updated_at",
        "tickets",
        ["assigned_team_id", "status", "updated_at"],
    )
    op.create_index("ix_tickets_assignee_id_status_updated_at", "tickets", ["assignee_id", "status", "updated_at"])
    op.create_index("ix_tickets_newest", "tickets", [text("updated_at DESC"), text("id DESC")])
    op.create_index("ix_tickets_requester_id_created_at", "tickets", ["requester_id", "created_at"])
    op.create_index("ix_tickets_status_updated_at", "tickets", ["status", "updated_at"])
    op.create_index("ix_tickets_team_newest", "tickets", ["assigned_team_id", text("updated_at DESC"), text("id DESC")])
    op.create_index(
        "ix_tickets_unresolved_team_newest",
        "tickets",
        ["assigned_team_id", text("updated_at DESC"), text("id DESC")],
        postgresql_where=text("completed_at IS NULL"),
    )
    op.create_table(
        "ticket_messages",
        Column("id", Uuid, primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="RESTRICT"), nullable=False),
        Column("author_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), index=True),
        Column("type", message_type, nullable=False),
        Column("body", Text, nullable=False),
        Column("edited_at", Instant),
        Column("redacted_at", Instant),
        Column("created_at", Instant, nullable=False),
    )
    op.create_index("ix_ticket_messages_ticket_id_created_at", "ticket_messages", ["ticket_id", "created_at"])
    op.create_table(
        "ticket_events",
        Column("id", Uuid, primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="RESTRICT"), nullable=False),
        Column("version", Integer, nullable=False),
        Column("type", Text, nullable=False),
        Column("payload", JSONB, nullable=False),
        Column("actor_kind", actor_kind, nullable=False),
        Column("actor_name", Text, nullable=False),
        Column("created_by_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT")),
        Column("cause_id", Uuid, ForeignKey("ticket_events.id", ondelete="RESTRICT")),
        Column("created_at", Instant, nullable=False),
        UniqueConstraint("ticket_id", "version"),
    )
    op.create_index(
        "ix_ticket_events_cause_id",
        "ticket_events",
        ["cause_id"],
        postgresql_where=text("cause_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_events_created_by_id",
        "ticket_events",
        ["created_by_id"],
        postgresql_where=text("created_by_id IS NOT NULL"),
    )
    op.create_index("ix_ticket_events_ticket_id_created_at", "ticket_events", ["ticket_id", "created_at"])
    op.create_table(
        "ticket_followers",
        Column("id", Uuid, primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        UniqueConstraint("ticket_id", "user_id"),
    )
    op.create_table(
        "ticket_access",
        Column("id", Uuid, primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("access_level", access_level, nullable=False),
        Column("expires_at", Instant),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        UniqueConstraint("ticket_id", "team_id"),
    )
    op.create_table(
        "attachments",
        Column("id", Uuid, primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="RESTRICT"), nullable=False, index=True),
        Column("message_id", Uuid, ForeignKey("ticket_messages.id", ondelete="RESTRICT"), index=True),
        Column("uploaded_by_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), index=True),
        Column("file_name", Text, nullable=False),
        Column("content_type", Text, nullable=False),
        Column("size_bytes", BigInteger, nullable=False),
        Column("storage_key", Text, nullable=False, unique=True),
        Column("scan_status", attachment_scan_status, nullable=False, server_default="PENDING", index=True),
        Column("scanned_at", Instant),
        Column("scan_error", Text),
        Column("scan_attempts", SmallInteger, nullable=False, server_default=text("0")),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint("size_bytes > 0", name="size_bytes"),
    )
    op.create_table(
        "custom_field_values",
        Column("id", Uuid, primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True),
        Column(
            "custom_field_id",
            Uuid,
            ForeignKey("custom_fields.id", ondelete="RESTRICT"),
            nullable=False,
            index=True,
        ),
        Column("value", Text, nullable=False),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        UniqueConstraint("ticket_id", "custom_field_id"),
    )


def _sla() -> None:
    op.create_table(
        "sla_policy_configs",
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("description", Text),
        Column("is_default", Boolean, nullable=False, server_default=text("false")),
        Column("enabled", Boolean, nullable=False, server_default=text("true")),
        Column("business_hours_only", Boolean, nullable=False, server_default=text("true")),
        Column("escalation_enabled", Boolean, nullable=False, server_default=text("true")),
        Column("escalation_after_percent", SmallInteger, nullable=False, server_default=text("80")),
        Column(
            "breach_notify_roles",
            ARRAY(sla_notify_role),
            nullable=False,
            server_default=text("'{AGENT,LEAD}'"),
        ),
        Column("created_by_id", Uuid, ForeignKey("users.id", ondelete="SET NULL"), index=True),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint("escalation_after_percent BETWEEN 1 AND 100", name="escalation_after_percent"),
        CheckConstraint("array_position(breach_notify_roles, NULL) IS NULL", name="breach_notify_roles"),
    )
    op.create_index(
        "uq_sla_policy_configs_default",
        "sla_policy_configs",
        ["is_default"],
        unique=True,
        postgresql_where=text("is_default"),
    )
    op.create_table(
        "sla_policy_config_targets",
        Column("id", Uuid, primary_key=True),
        Column("policy_config_id", Uuid, ForeignKey("sla_policy_configs.id", ondelete="CASCADE"), nullable=False),
        Column("priority", ticket_priority, nullable=False),
        Column("first_response_hours", Numeric),
        Column("resolution_hours", Numeric),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        UniqueConstraint("policy_config_id", "priority"),
        CheckConstraint("first_response_hours >= 0 AND first_response_hours < 'Infinity'", name="first_response_hours"),
        CheckConstraint("resolution_hours >= 0 AND resolution_hours < 'Infinity'", name="resolution_hours"),
    )
    op.create_table(
        "sla_policy_assignments",
        Column("id", Uuid, primary_key=True),
        Column("policy_config_id", Uuid, ForeignKey("sla_policy_configs.id", ondelete="CASCADE"), nullable=False),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), nullable=False, unique=True),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        UniqueConstraint("policy_config_id", "team_id"),
    )
    op.create_table(
        "sla_business_hours_settings",
        Column("id", Text, primary_key=True, server_default="global"),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), unique=True),
        Column("timezone", Text, nullable=False),
        Column("schedule", JSONB, nullable=False),
        Column("holidays", JSONB, nullable=False, server_default=text("'[]'")),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint("id = coalesce(team_id::text, 'global')", name="id"),
        CheckConstraint(r"timezone ~ '\S'", name="timezone"),
        CheckConstraint("jsonb_typeof(schedule) = 'object'", name="schedule"),
        CheckConstraint("jsonb_typeof(holidays) = 'array'", name="holidays"),
    )
    op.create_table(
        "sla_policies",
        Column("id", Uuid, primary_key=True),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), nullable=False),
        Column("priority", ticket_priority, nullable=False),
        Column("first_response_hours", Numeric),
        Column("resolution_hours", Numeric),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        UniqueConstraint("team_id", "priority"),
        CheckConstraint("first_response_hours >= 0 AND first_response_hours < 'Infinity'", name="first_response_hours"),
        CheckConstraint("resolution_hours >= 0 AND resolution_hours < 'Infinity'", name="resolution_hours"),
    )
    op.create_table(
        "sla_instances",
        Column("id", Uuid, primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, unique=True),
        Column("policy_id", Uuid, ForeignKey("sla_policies.id", ondelete="SET NULL"), index=True),
        Column("priority", ticket_priority, nullable=False),
        Column("first_response_due_at", Instant),
        Column("resolution_due_at", Instant),
        Column("paused_at", Instant),
        Column("next_due_at", Instant, index=True),
        Column("first_response_at_risk_notified_at", Instant),
        Column("resolution_at_risk_notified_at", Instant),
        Column("first_response_breached_at", Instant),
        Column("resolution_breached_at", Instant),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
    )


def _routing_and_desk() -> None:
    op.create_table(
        "routing_rules",
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("keywords", ARRAY(Text), nullable=False, server_default=text("'{}'")),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="RESTRICT"), nullable=False, index=True),
        Column("assignee_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), index=True),
        Column("priority", Integer, nullable=False),
        Column("is_active", Boolean, nullable=False, server_default=text("true")),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint(
            "array_position(keywords, NULL) IS NULL AND array_position(keywords, '') IS NULL", name="keywords"
        ),
        CheckConstraint("priority >= 0", name="priority"),
    )
    op.create_table(
        "saved_views",
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("filters", JSONB, nullable=False),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), index=True),
        Column("is_default", Boolean, nullable=False, server_default=text("false")),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint("jsonb_typeof(filters) = 'object'", name="filters"),
        CheckConstraint("num_nonnulls(user_id, team_id) <= 1", name="one_owner"),
    )
    op.create_index(
        "uq_saved_views_default_of_all",
        "saved_views",
        ["is_default"],
        unique=True,
        postgresql_where=text("is_default AND user_id IS NULL AND team_id IS NULL"),
    )
    op.create_index(
        "uq_saved_views_default_of_team",
        "saved_views",
        ["team_id"],
        unique=True,
        postgresql_where=text("is_default"),
    )
    op.create_index(
        "uq_saved_views_default_of_user",
        "saved_views",
        ["user_id"],
        unique=True,
        postgresql_where=text("is_default"),
    )
    op.create_table(
        "canned_responses",
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("content", Text, nullable=False),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), index=True),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint("num_nonnulls(user_id, team_id) <= 1", name="one_owner"),
    )


def _notifications() -> None:
    op.create_table(
        "notification_outbox",
        Column("id", Uuid, primary_key=True),
        Column("channel", notification_channel, nullable=False, server_default="EMAIL"),
        Column("status", outbox_status, nullable=False, server_default="PENDING"),
        Column("event_type", Text, nullable=False),
        Column("to_email", Text, nullable=False),
        Column("to_user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), index=True),
        Column("subject", Text, nullable=False),
        Column("body", Text, nullable=False),
        Column("payload", JSONB, nullable=False, server_default=text("'{}'")),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("next_attempt_at", Instant, nullable=False, server_default=NOW),
        Column("last_error", Text),
        Column("sent_at", Instant),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint("event_type <> ''", name="event_type"),
        CheckConstraint("position('@' in to_email) > 1", name="to_email"),
        CheckConstraint(r"subject !~ '[\r\n]'", name="subject"),
        CheckConstraint("jsonb_typeof(payload) = 'object'", name="payload"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(status = 'SENT') = (sent_at IS NOT NULL)", name="sent_at"),
        CheckConstraint("status <> 'FAILED' OR last_error IS NOT NULL", name="last_error"),
    )
    op.create_index(
        "ix_notification_outbox_pending_of_email",
        "notification_outbox",
        ["to_email", "created_at"],
        postgresql_where=text("status = 'PENDING'"),
    )
    op.create_index(
        "ix_notification_outbox_unsent",
        "notification_outbox",
        ["status", "next_attempt_at"],
        postgresql_where=text("status IN ('PENDING', 'PROCESSING')"),
    )
    op.create_table(
        "notifications",
        Column("id", Uuid, primary_key=True),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        Column("type", notification_type, nullable=False),
        Column("title", Text, nullable=False),
        Column("body", Text, nullable=False, server_default=""),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), index=True),
        Column("actor_id", Uuid, ForeignKey("users.id", ondelete="SET NULL"), index=True),
        Column("is_read", Boolean, nullable=False, server_default=text("false")),
        Column("read_at", Instant),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint(r"title ~ '\S'", name="title"),
        CheckConstraint("is_read = (read_at IS NOT NULL)", name="read_at"),
    )
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["user_id", "created_at", "id"],
        postgresql_where=text("NOT is_read"),
    )
    op.create_index("ix_notifications_user_id_created_at_id", "notifications", ["user_id", "created_at", "id"])


def _audit() -> None:
    op.create_table(
        "admin_audit_events",
        Column("id", Uuid, primary_key=True),
        Column("type", Text, nullable=False, index=True),
        Column("payload", JSONB, nullable=False),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="SET NULL"), index=True),
        Column("created_by_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), index=True),
        Column("created_at", Instant, nullable=False, index=True),
        CheckConstraint("type <> ''", name="type"),
        CheckConstraint("jsonb_typeof(payload) = 'object'", name="payload"),
    )


def _automation() -> None:
    op.create_table(
        "automation_rules",
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False),
        Column("description", Text),
        Column("trigger", Text, nullable=False, index=True),
        Column("conditions", JSONB, nullable=False, server_default=text("'[]'")),
        Column("actions", JSONB, nullable=False, server_default=text("'[]'")),
        Column("is_active", Boolean, nullable=False, server_default=text("true"), index=True),
        Column("priority", Integer, nullable=False),
        Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), index=True),
        Column("created_by_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), nullable=False, index=True),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        Column("updated_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint(r"name ~ '\S'", name="name"),
        CheckConstraint(
            "trigger IN ('TICKET_CREATED', 'STATUS_CHANGED', 'SLA_APPROACHING', 'SLA_BREACHED', "
            "'MESSAGE_ADDED', 'ASSIGNMENT_CHANGED', 'PRIORITY_CHANGED', 'CATEGORY_CHANGED', "
            "'CUSTOM_FIELD_CHANGED', 'TIME_IN_STATUS', 'UNASSIGNED_FOR', 'NO_ACTIVITY_FOR')",
            name="trigger",
        ),
        CheckConstraint("jsonb_typeof(conditions) = 'array'", name="conditions"),
        CheckConstraint("jsonb_typeof(actions) = 'array'", name="actions"),
        CheckConstraint("priority >= 0", name="priority"),
    )
    op.create_table(
        "automation_executions",
        Column("id", Uuid, primary_key=True),
        Column("rule_id", Uuid, ForeignKey("automation_rules.id", ondelete="CASCADE"), nullable=False),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        Column("trigger", Text, nullable=False),
        Column("success", Boolean, nullable=False),
        Column("error", Text),
        Column("executed_at", Instant, nullable=False),
        CheckConstraint("success = (error IS NULL)", name="error"),
    )
    op.create_index("ix_automation_executions_rule_id_executed_at", "automation_executions", ["rule_id", "executed_at"])
    op.create_index(
        "ix_automation_executions_ticket_id_executed_at",
        "automation_executions",
        ["ticket_id", "executed_at"],
    )
