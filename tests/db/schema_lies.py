"""Rows that are not true: each is the good one of `schema_rows` with one change."""

from dataclasses import dataclass, field

from psycopg.types.json import Jsonb
from schema_rows import (
    AT,
    EVENT,
    LATER,
    OTHER_POLICY,
    OTHER_TEAM,
    OTHER_TICKET,
    OTHER_USER,
    ROW,
    TEAM,
    TICKET,
    USER,
    Row,
)


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that must be refused by a check: `where` is table.name of it."""

    sentence: str
    where: str
    change: Row

    @property
    def table(self) -> str:
        return self.where.partition(".")[0]

    @property
    def constraint(self) -> str:
        return f"ck_{self.where.replace('.', '_')}"


@dataclass(frozen=True, slots=True)
class Twice:
    """A second row that a unique constraint or index must refuse. `after`: what the first row is like."""

    sentence: str
    table: str
    constraint: str
    after: Row = field(default_factory=dict)
    change: Row = field(default_factory=dict)


def _names(table: str, *columns: str) -> tuple[Bad, ...]:
    return tuple(
        Bad(f"a {column} of {table} is more than blanks", f"{table}.{column}", {column: " \t\n"}) for column in columns
    )


def _hours(table: str) -> tuple[Bad, ...]:
    return tuple(
        Bad(f"{hours} {column} is no promise in {table}", f"{table}.{column}", {column: hours})
        for column in ("first_response_hours", "resolution_hours")
        for hours in ("-0.5", "NaN", "Infinity")
    )


CHECKS: tuple[Bad, ...] = (
    Bad("an address is kept in lower case", "users.email", {"email": "Otto@acme.example"}),
    Bad("an address has an @ with something before it", "users.email", {"email": "@acme"}),
    Bad("there are two themes", "users.theme", {"theme": "pink"}),
    Bad("a team's slug fits into an address", "teams.slug", {"slug": "IT Support"}),
    Bad("a team's prefix is in capitals", "teams.prefix", {"prefix": "it"}),
    Bad("there are three ways to try", "signin_attempts.way", {"way": "luck"}),
    Bad("a category's slug fits into an address", "categories.slug", {"slug": "a--b"}),
    Bad("a category is not its own parent", "categories.not_own_parent", {"parent_id": ROW}),
    Bad("a field has a known type", "custom_fields.field_type", {"field_type": "COLOUR"}),
    Bad("a choice has options", "custom_fields.options", {"field_type": "DROPDOWN"}),
    Bad("only a choice has options", "custom_fields.options", {"options": Jsonb([])}),
    Bad(
        "options are a list",
        "custom_fields.options",
        {"field_type": "DROPDOWN", "options": Jsonb(None)},
    ),
    Bad("a closed ticket says when", "tickets.closed_at", {"status": "CLOSED"}),
    Bad("an open ticket was not closed", "tickets.closed_at", {"closed_at": AT, "completed_at": AT}),
    Bad("a resolved ticket says when", "tickets.resolved_at", {"status": "RESOLVED"}),
    Bad(
        "a reopened ticket is not resolved",
        "tickets.resolved_at",
        {"status": "REOPENED", "resolved_at": AT, "completed_at": AT},
    ),
    Bad(
        "a ticket is completed by the first of resolving and closing",
        "tickets.completed_at",
        {"status": "CLOSED", "resolved_at": AT, "closed_at": LATER, "completed_at": LATER},
    ),
    Bad("an assignee has a team", "tickets.assignee_has_team", {"assignee_id": USER}),
    Bad("a ticket in progress has an assignee", "tickets.worked_on", {"status": "IN_PROGRESS"}),
    Bad("a subject is not empty", "tickets.subject", {"subject": ""}),
    Bad("a ticket has a first event", "tickets.version", {"version": 0}),
    Bad("a ticket is not changed before it exists", "tickets.updated_at", {"created_at": LATER}),
    Bad("a ticket is not merged into itself", "tickets.not_merged_into_itself", {"merged_into_id": ROW}),
    Bad("only a note is for the team alone", "ticket_messages.team_only", {"is_team_only": True}),
    Bad("what was redacted has no words", "ticket_messages.redacted", {"redacted_at": AT}),
    *(Bad(f"a tag is not {tag!r}", "tags.name", {"name": tag}) for tag in ("", " vpn", "VPN", "a/b", "x" * 51)),
    Bad("a link joins two tickets", "ticket_links.two_tickets", {"type": "PARENT", "other_id": TICKET}),
    Bad(
        "what is related is so once",
        "ticket_links.related_once",
        {"ticket_id": OTHER_TICKET, "other_id": TICKET},
    ),
    Bad("a merge joins two tickets", "ticket_merges.two_tickets", {"into_id": TICKET}),
    Bad("a field is asked for at a known time", "custom_fields.required_when", {"required_when": "NEVER"}),
    Bad("a request has a name", "idempotency_keys.key", {"key": ""}),
    Bad("what a text does is a list", "canned_responses.actions", {"actions": Jsonb({})}),
    Bad("a file is not empty", "attachments.size_bytes", {"size_bytes": 0}),
    *_names("sla_policy_configs", "name"),
    *(
        Bad(
            f"a clock is not at risk after {percent} %",
            "sla_policy_configs.escalation_after_percent",
            {"escalation_after_percent": percent},
        )
        for percent in (0, 101)
    ),
    Bad(
        "a breach is not told to nobody in particular",
        "sla_policy_configs.breach_notify_roles",
        {"breach_notify_roles": ["LEAD", None]},
    ),
    Bad("a clock pauses only while it waits", "sla_policy_configs.pause_on", {"pause_on": ["IN_PROGRESS"]}),
    Bad("the default is everybody's", "sla_policy_configs.default_is_global", {"is_default": True, "team_id": TEAM}),
    *(
        Bad(f"versions of {table} count from 1", f"{table}.version", {"version": 0})
        for table in (
            "sla_policy_configs",
            "sla_policies",
            "sla_business_hours_settings",
            "sla_policy_versions",
            "sla_calendar_versions",
        )
    ),
    Bad("terms have names", "sla_policy_versions.terms", {"terms": Jsonb([])}),
    Bad("a team's version is for a priority", "sla_policy_versions.of", {"policy_config_id": None, "team_id": TEAM}),
    Bad("a version is of one policy", "sla_policy_versions.of", {"team_id": TEAM, "priority": "P1"}),
    Bad("a version is of a calendar", "sla_calendar_versions.setting_id", {"setting_id": "berlin"}),
    Bad("clocks have names", "sla_instances.clocks", {"clocks": Jsonb([])}),
    *_hours("sla_policy_config_targets"),
    *_hours("sla_policies"),
    *_names("sla_business_hours_settings", "timezone"),
    Bad(
        "a calendar is the global one or a team's",
        "sla_business_hours_settings.id",
        {"id": "berlin"},
    ),
    Bad(
        "a team's calendar is called by the team",
        "sla_business_hours_settings.id",
        {"team_id": TEAM},
    ),
    Bad(
        "opening hours go by weekday",
        "sla_business_hours_settings.schedule",
        {"schedule": Jsonb([])},
    ),
    Bad(
        "holidays are a list",
        "sla_business_hours_settings.holidays",
        {"holidays": Jsonb({})},
    ),
    *_names("routing_rules", "name"),
    Bad("a keyword is not empty", "routing_rules.keywords", {"keywords": ["VPN", ""]}),
    Bad("a keyword is a word", "routing_rules.keywords", {"keywords": [None]}),
    Bad("rules are ordered from 0", "routing_rules.priority", {"priority": -1}),
    Bad("a rule's conditions are a list", "routing_rules.conditions", {"conditions": Jsonb({})}),
    Bad("saves of a rule count from 1", "routing_rules.version", {"version": 0}),
    Bad("versions of a rule count from 1", "routing_rule_versions.version", {"version": 0}),
    Bad("what a rule says has names", "routing_rule_versions.terms", {"terms": Jsonb([])}),
    Bad("a rule took a ticket in some version", "routing_decisions.version_id", {"version_id": None}),
    Bad("no rule, no keyword", "routing_decisions.keyword", {"rule_id": None, "version_id": None}),
    *_names("saved_views", "name"),
    Bad("a view's filters have names", "saved_views.filters", {"filters": Jsonb([])}),
    Bad("a view has one owner at most", "saved_views.one_owner", {"team_id": TEAM}),
    *_names("canned_responses", "name"),
    Bad("a text has one owner at most", "canned_responses.one_owner", {"user_id": USER}),
    Bad("mail is about something", "notification_outbox.event_type", {"event_type": ""}),
    Bad("mail has an address", "notification_outbox.to_email", {"to_email": "rosa"}),
    *(
        Bad(
            f"a subject holds no {name}",
            "notification_outbox.subject",
            {"subject": f"x{end}Bcc: otto@acme.example"},
        )
        for name, end in (("carriage return", "\r"), ("line feed", "\n"))
    ),
    Bad(
        "a mail's payload has names",
        "notification_outbox.payload",
        {"payload": Jsonb("x")},
    ),
    Bad("attempts count up", "notification_outbox.attempts", {"attempts": -1}),
    Bad("a sent mail says when", "notification_outbox.sent_at", {"status": "SENT"}),
    Bad("a waiting mail was not sent", "notification_outbox.sent_at", {"sent_at": AT}),
    Bad("a failed mail says why", "notification_outbox.last_error", {"status": "FAILED"}),
    *_names("notifications", "title"),
    Bad("what was read says when", "notifications.read_at", {"is_read": True}),
    Bad("what is unread was not read", "notifications.read_at", {"read_at": AT}),
    Bad("an act has a name", "admin_audit_events.type", {"type": ""}),
    Bad("an act's payload has names", "admin_audit_events.payload", {"payload": Jsonb([])}),
    *_names("automation_rules", "name"),
    Bad("a rule wakes up to something known", "automation_rules.trigger", {"trigger": "MOON"}),
    Bad("conditions are a list", "automation_rules.conditions", {"conditions": Jsonb({})}),
    Bad("actions are a list", "automation_rules.actions", {"actions": Jsonb({})}),
    Bad("automations are ordered from 0", "automation_rules.priority", {"priority": -1}),
    Bad("a rule that is gone is nobody's", "automation_rules.deleted_at", {"deleted_at": AT}),
    Bad("a failed run says why", "automation_executions.error", {"success": False}),
    Bad("a run that went well has no error", "automation_executions.error", {"error": "x"}),
    Bad("what did not match did nothing", "automation_executions.matched", {"matched": False}),
    Bad("what a run saw is a list", "automation_executions.conditions", {"conditions": Jsonb({})}),
    Bad("what a run did is a list", "automation_executions.actions", {"actions": Jsonb({})}),
    Bad("what a timed rule waits for has names", "automation_rules.trigger_config", {"trigger_config": Jsonb([])}),
    Bad("what an automation says has names", "automation_rule_versions.terms", {"terms": Jsonb([])}),
    *(
        Bad(f"versions count from 1 in {table}", f"{table}.{column}", {column: 0})
        for table, column in (
            ("automation_rules", "version"),
            ("automation_rule_versions", "version"),
            ("automation_rule_sets", "rule_version"),
            ("automation_executions", "rule_version"),
        )
    ),
    Bad("what rules saw has names", "automation_evaluations.seen", {"seen": Jsonb([])}),
    Bad("a call's payload has names", "webhook_deliveries.payload", {"payload": Jsonb([])}),
    Bad("attempts at a call count up", "webhook_deliveries.attempts", {"attempts": -1}),
    Bad("a call that was made says when", "webhook_deliveries.sent_at", {"status": "SENT"}),
    Bad("a call that waits was not made", "webhook_deliveries.sent_at", {"sent_at": AT}),
    Bad("a call that failed says why", "webhook_deliveries.last_error", {"status": "FAILED"}),
)

_DEFAULT: Row = {"is_default": True}
_TEAM_DEFAULT: Row = {"is_default": True, "user_id": None, "team_id": TEAM}
_GLOBAL_DEFAULT: Row = {"is_default": True, "user_id": None}

ONCE: tuple[Twice, ...] = (
    Twice("an address is one person's", "users", "uq_users_email"),
    Twice("a slug is one team's", "teams", "uq_teams_slug"),
    Twice("a person is in a team once", "team_members", "uq_team_members_team_id_user_id"),
    Twice("a place in a day is one act's", "admin_audit_events", "uq_admin_audit_events_chain_day_chain_position"),
    Twice("a slug is one category's", "categories", "uq_categories_slug"),
    Twice(
        "a display id is one ticket's",
        "tickets",
        "uq_tickets_display_id",
        {"display_id": "IT-1"},
        {"display_id": "IT-1"},
    ),
    Twice(
        "a ticket answers a field once",
        "custom_field_values",
        "uq_custom_field_values_ticket_id_custom_field_id",
    ),
    Twice("a version is one event's", "ticket_events", "uq_ticket_events_ticket_id_version"),
    Twice("a team has one grant on a ticket", "ticket_access", "uq_ticket_access_ticket_id_team_id"),
    Twice("a ticket is merged once at a time", "ticket_merges", "uq_ticket_merges_ticket_id"),
    Twice("a person follows once", "ticket_followers", "uq_ticket_followers_ticket_id_user_id"),
    Twice(
        "there is one default policy",
        "sla_policy_configs",
        "uq_sla_policy_configs_default",
        _DEFAULT,
        _DEFAULT,
    ),
    Twice(
        "a policy has one target for a priority",
        "sla_policy_config_targets",
        "uq_sla_policy_config_targets_policy_config_id_priority",
    ),
    Twice(
        "a team is under one policy",
        "sla_policy_assignments",
        "uq_sla_policy_assignments_team_id",
        change={"policy_config_id": OTHER_POLICY},
    ),
    Twice("there is one global calendar", "sla_business_hours_settings", "pk_sla_business_hours_settings"),
    Twice("a team has one policy for a priority", "sla_policies", "uq_sla_policies_team_id_priority"),
    Twice(
        "a version of a policy is there once", "sla_policy_versions", "uq_sla_policy_versions_policy_config_id_version"
    ),
    Twice(
        "a version of a team's hours is there once",
        "sla_policy_versions",
        "uq_sla_policy_versions_team_id_priority_version",
        {"policy_config_id": None, "team_id": TEAM, "priority": "P1"},
        {"policy_config_id": None, "team_id": TEAM, "priority": "P1"},
    ),
    Twice(
        "a version of a calendar is there once", "sla_calendar_versions", "uq_sla_calendar_versions_setting_id_version"
    ),
    Twice("a ticket has its clocks once", "sla_instances", "uq_sla_instances_ticket_id"),
    Twice(
        "a version of an automation is there once",
        "automation_rule_versions",
        "uq_automation_rule_versions_rule_id_version",
    ),
    Twice(
        "a timed rule runs once in a stay",
        "automation_executions",
        "uq_automation_executions_rule_id_ticket_id_stay_event_id",
        {"stay_event_id": EVENT},
        {"stay_event_id": EVENT},
    ),
    Twice("a person has one default view", "saved_views", "uq_saved_views_default_of_user", _DEFAULT, _DEFAULT),
    Twice(
        "a team has one default view",
        "saved_views",
        "uq_saved_views_default_of_team",
        _TEAM_DEFAULT,
        _TEAM_DEFAULT,
    ),
    Twice(
        "everybody has one default view",
        "saved_views",
        "uq_saved_views_default_of_all",
        _GLOBAL_DEFAULT,
        _GLOBAL_DEFAULT,
    ),
)

ALSO_GOOD: tuple[tuple[str, str, Row, Row], ...] = (
    ("zero hours mean no clock", "sla_policies", {}, {"team_id": OTHER_TEAM, "first_response_hours": 0}),
    ("hours may be left out", "sla_policies", {}, {"team_id": OTHER_TEAM, "resolution_hours": None}),
    ("many policies are not the default", "sla_policy_configs", {}, {}),
    ("a person has many views", "saved_views", _DEFAULT, {}),
    ("people have a default view each", "saved_views", _DEFAULT, {**_DEFAULT, "user_id": OTHER_USER}),
    ("a team has a calendar", "sla_business_hours_settings", {}, {"id": str(TEAM), "team_id": TEAM}),
    ("a rule may do without keywords", "routing_rules", {}, {"keywords": []}),
    ("a policy may never pause", "sla_policy_configs", {}, {"pause_on": []}),
    (
        "a team has versions for each priority",
        "sla_policy_versions",
        {"policy_config_id": None, "team_id": TEAM, "priority": "P1"},
        {"policy_config_id": None, "team_id": TEAM, "priority": "P2"},
    ),
    ("a policy may tell nobody", "sla_policy_configs", {}, {"breach_notify_roles": []}),
)
