"""`database-overview.md` as data: every entity, field, enum, unique constraint and index that it names."""

FIELDS: dict[str, str] = {
    "users": "id email display_name department location role primary_team_id",
    "teams": "id name slug description assignment_strategy last_assigned_user_id is_active",
    "team_members": "id team_id user_id role",
    "categories": "id name slug description is_active parent_id",
    "tickets": "id number display_id subject description status priority channel requester_id "
    "assigned_team_id assignee_id category_id due_at first_response_due_at first_response_at "
    "sla_paused_at resolved_at closed_at completed_at created_at updated_at",
    "custom_fields": "id name field_type options is_required team_id category_id sort_order",
    "custom_field_values": "id ticket_id custom_field_id value created_at updated_at",
    "ticket_messages": "id ticket_id author_id type body created_at",
    "ticket_events": "id ticket_id type payload created_at created_by_id",
    "admin_audit_events": "id type payload team_id created_by_id created_at",
    "ticket_access": "id ticket_id team_id access_level created_at",
    "routing_rules": "id name keywords team_id assignee_id priority is_active",
    "sla_policy_configs": "id name description is_default enabled business_hours_only escalation_enabled "
    "escalation_after_percent breach_notify_roles created_by_id created_at updated_at",
    "sla_policy_config_targets": "id policy_config_id priority first_response_hours resolution_hours",
    "sla_policy_assignments": "id policy_config_id team_id created_at updated_at",
    "sla_business_hours_settings": "id timezone schedule holidays",
    "sla_policies": "id team_id priority first_response_hours resolution_hours",
    "sla_instances": "id ticket_id policy_id priority first_response_due_at resolution_due_at paused_at "
    "next_due_at first_response_at_risk_notified_at resolution_at_risk_notified_at "
    "first_response_breached_at resolution_breached_at",
    "ticket_followers": "id ticket_id user_id",
    "attachments": "id ticket_id uploaded_by_id file_name content_type size_bytes storage_key scan_status "
    "scanned_at scan_error",
    "notification_outbox": "id channel status event_type to_email to_user_id ticket_id subject body "
    "payload attempts last_error created_at updated_at",
    "notifications": "id user_id type title body ticket_id actor_id is_read read_at",
    "saved_views": "id name filters user_id team_id is_default",
    "canned_responses": "id name content user_id team_id",
    "automation_rules": "id name description trigger conditions actions is_active priority team_id "
    "created_by_id created_at updated_at",
    "automation_executions": "id rule_id ticket_id trigger success error executed_at",
}

ENUMS: dict[str, str] = {
    "ticket_status": "NEW TRIAGED ASSIGNED IN_PROGRESS WAITING_ON_REQUESTER WAITING_ON_VENDOR RESOLVED CLOSED REOPENED",
    "ticket_priority": "P1 P2 P3 P4",
    "ticket_channel": "PORTAL EMAIL",
    "message_type": "PUBLIC INTERNAL",
    "team_role": "AGENT LEAD ADMIN",
    "team_assignment_strategy": "QUEUE_ONLY ROUND_ROBIN",
    "user_role": "EMPLOYEE AGENT LEAD ADMIN TEAM_ADMIN OWNER",
    "access_level": "READ WRITE",
    "notification_channel": "EMAIL",
    "outbox_status": "PENDING PROCESSING SENT FAILED",
    "attachment_scan_status": "PENDING CLEAN INFECTED FAILED",
    "notification_type": "TICKET_ASSIGNED TICKET_UPDATED NEW_MESSAGE TICKET_MENTIONED SLA_AT_RISK "
    "SLA_BREACHED TICKET_RESOLVED TICKET_TRANSFERRED",
    "sla_notify_role": "AGENT LEAD MANAGER OWNER",
}

TYPES: dict[str, str] = {
    "users.role": "user_role",
    "teams.assignment_strategy": "team_assignment_strategy",
    "team_members.role": "team_role",
    "tickets.status": "ticket_status",
    "tickets.priority": "ticket_priority",
    "tickets.channel": "ticket_channel",
    "custom_fields.options": "jsonb",
    "custom_field_values.value": "text",
    "ticket_messages.type": "message_type",
    "ticket_events.type": "text",
    "ticket_events.payload": "jsonb",
    "admin_audit_events.type": "text",
    "admin_audit_events.payload": "jsonb",
    "ticket_access.access_level": "access_level",
    "routing_rules.keywords": "text[]",
    "sla_policy_configs.breach_notify_roles": "sla_notify_role[]",
    "sla_policy_config_targets.priority": "ticket_priority",
    "sla_policy_config_targets.first_response_hours": "numeric",
    "sla_policy_config_targets.resolution_hours": "numeric",
    "sla_business_hours_settings.id": "text",
    "sla_business_hours_settings.schedule": "jsonb",
    "sla_business_hours_settings.holidays": "jsonb",
    "sla_policies.priority": "ticket_priority",
    "sla_policies.first_response_hours": "numeric",
    "sla_policies.resolution_hours": "numeric",
    "sla_instances.priority": "ticket_priority",
    "attachments.scan_status": "attachment_scan_status",
    "notification_outbox.channel": "notification_channel",
    "notification_outbox.status": "outbox_status",
    "notification_outbox.payload": "jsonb",
    "notifications.type": "notification_type",
    "saved_views.filters": "jsonb",
    "automation_rules.conditions": "jsonb",
    "automation_rules.actions": "jsonb",
}

UNIQUE: tuple[tuple[str, str], ...] = (
    ("users", "email"),
    ("teams", "slug"),
    ("team_members", "team_id user_id"),
    ("categories", "slug"),
    ("tickets", "number"),
    ("tickets", "display_id"),
    ("custom_field_values", "ticket_id custom_field_id"),
    ("ticket_access", "ticket_id team_id"),
    ("sla_policy_config_targets", "policy_config_id priority"),
    ("sla_policy_assignments", "team_id"),
    ("sla_policy_assignments", "policy_config_id team_id"),
    ("sla_policies", "team_id priority"),
    ("sla_instances", "ticket_id"),
    ("ticket_followers", "ticket_id user_id"),
)

INDEXES: tuple[tuple[str, str], ...] = (
    ("tickets", "status updated_at"),
    ("tickets", "assigned_team_id status updated_at"),
    ("tickets", "assignee_id status updated_at"),
    ("tickets", "requester_id created_at"),
    ("tickets", "due_at"),
    ("tickets", "completed_at"),
    ("custom_field_values", "ticket_id"),
    ("custom_field_values", "custom_field_id"),
    ("ticket_messages", "ticket_id created_at"),
    ("ticket_events", "ticket_id created_at"),
    ("admin_audit_events", "created_at"),
    ("admin_audit_events", "type"),
    ("admin_audit_events", "team_id"),
    ("admin_audit_events", "created_by_id"),
    ("routing_rules", "assignee_id"),
    ("sla_instances", "next_due_at"),
    ("attachments", "ticket_id"),
    ("attachments", "uploaded_by_id"),
    ("attachments", "scan_status"),
    ("notifications", "user_id created_at id"),
    ("saved_views", "user_id"),
    ("saved_views", "team_id"),
    ("canned_responses", "user_id"),
    ("canned_responses", "team_id"),
    ("automation_rules", "trigger"),
    ("automation_rules", "team_id"),
    ("automation_rules", "is_active"),
    ("automation_executions", "rule_id executed_at"),
    ("automation_executions", "ticket_id executed_at"),
)

PARTIAL_INDEXES: tuple[tuple[str, str, str], ...] = (
    ("notification_outbox", "status next_attempt_at", "(status = ANY (ARRAY['PENDING'::outbox_status, 'PROCESSING'::outbox_status]))"),  # noqa: E501
    ("notification_outbox", "to_email created_at", "(status = 'PENDING'::outbox_status)"),
    ("notifications", "user_id created_at id", "(NOT is_read)"),
    ("sla_policy_configs", "is_default", "is_default"),
)  # fmt: skip
