"""One good row of every table that has a truth to hold, and what these rows refer to."""

from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

AT = "2026-03-02T09:00Z"
LATER = "2026-03-02T10:00Z"


def _id(number: int) -> UUID:
    return UUID(int=number)


USER, OTHER_USER, TEAM, OTHER_TEAM, TICKET, FIELD, POLICY, OTHER_POLICY, RULE, OTHER_TICKET = map(_id, range(1, 11))
EVENT = _id(11)
ROW, OTHER_ROW = _id(98), _id(99)

Row = dict[str, Any]

SEED: tuple[tuple[str, Row], ...] = (
    ("users", {"id": USER, "email": "rosa@acme.example", "display_name": "Rosa"}),
    ("users", {"id": OTHER_USER, "email": "amir@acme.example", "display_name": "Amir"}),
    ("teams", {"id": TEAM, "name": "IT", "slug": "it"}),
    ("teams", {"id": OTHER_TEAM, "name": "HR", "slug": "hr"}),
    ("sla_policy_configs", {"id": POLICY, "name": "Gold"}),
    ("sla_policy_configs", {"id": OTHER_POLICY, "name": "Bronze"}),
    ("custom_fields", {"id": FIELD, "name": "Asset", "field_type": "TEXT"}),
    ("routing_rule_versions", {"id": 6, "rule_id": TEAM, "version": 6, "terms": Jsonb({})}),
    (
        "automation_rules",
        {
            "id": RULE,
            "name": "Greet",
            "trigger": "TICKET_CREATED",
            "priority": 1,
            "created_by_id": USER,
        },
    ),
    (
        "tickets",
        {
            "id": TICKET,
            "subject": "x",
            "requester_id": USER,
            "version": 1,
            "created_at": AT,
            "updated_at": AT,
        },
    ),
    (
        "tickets",
        {"id": OTHER_TICKET, "subject": "y", "requester_id": USER, "version": 1, "created_at": AT, "updated_at": AT},
    ),
    (
        "ticket_events",
        {
            "id": EVENT,
            "ticket_id": OTHER_TICKET,
            "version": 1,
            "type": "TICKET_CREATED",
            "payload": Jsonb({}),
            "actor_kind": "person",
            "actor_name": "Rosa",
            "created_at": AT,
        },
    ),
)

GOOD: dict[str, Row] = {
    "users": {"email": "otto@acme.example", "display_name": "Otto"},
    "teams": {"name": "Facilities", "slug": "facilities"},
    "signin_attempts": {"way": "code", "account": b"x", "address": "::1", "succeeded": False, "created_at": AT},
    "team_members": {"team_id": TEAM, "user_id": USER},
    "categories": {"name": "Mail", "slug": "mail"},
    "custom_fields": {"name": "Floor", "field_type": "NUMBER"},
    "custom_field_values": {"ticket_id": TICKET, "custom_field_id": FIELD, "value": "LT-88"},
    "tickets": {
        "subject": "No network",
        "requester_id": USER,
        "version": 1,
        "created_at": AT,
        "updated_at": AT,
    },
    "ticket_events": {
        "ticket_id": TICKET,
        "version": 1,
        "type": "TICKET_CREATED",
        "payload": Jsonb({}),
        "actor_kind": "person",
        "actor_name": "Rosa",
        "created_at": AT,
    },
    "ticket_messages": {"ticket_id": TICKET, "author_id": USER, "type": "PUBLIC", "body": "x", "created_at": AT},
    "tags": {"name": "vpn"},
    "ticket_links": {"ticket_id": TICKET, "other_id": OTHER_TICKET, "type": "RELATED"},
    "ticket_merges": {"ticket_id": TICKET, "into_id": OTHER_TICKET, "merged_at": AT, "before": Jsonb({})},
    "idempotency_keys": {"user_id": USER, "key": "k", "request_hash": b"x", "created_at": AT},
    "ticket_access": {"ticket_id": TICKET, "team_id": TEAM, "access_level": "READ"},
    "ticket_followers": {"ticket_id": TICKET, "user_id": USER},
    "attachments": {
        "ticket_id": TICKET,
        "file_name": "a.png",
        "content_type": "image/png",
        "size_bytes": 1,
        "storage_key": "a",
    },
    "sla_policy_configs": {"name": "Silver"},
    "sla_policy_config_targets": {
        "policy_config_id": POLICY,
        "priority": "P1",
        "first_response_hours": "0.5",
    },
    "sla_policy_assignments": {"policy_config_id": POLICY, "team_id": TEAM},
    "sla_business_hours_settings": {"id": "global", "timezone": "Europe/Berlin", "schedule": Jsonb({})},
    "sla_policies": {"team_id": TEAM, "priority": "P1", "resolution_hours": 8},
    "sla_policy_versions": {"policy_config_id": POLICY, "version": 1, "terms": Jsonb({})},
    "sla_calendar_versions": {
        "setting_id": "global",
        "version": 1,
        "timezone": "Europe/Berlin",
        "schedule": Jsonb({}),
        "holidays": Jsonb([]),
    },
    "sla_instances": {"ticket_id": TICKET, "priority": "P1"},
    "routing_rules": {"name": "Networks", "keywords": ["VPN", "Wi-Fi"], "team_id": TEAM, "priority": 1},
    "routing_rule_versions": {"id": 7, "rule_id": TEAM, "version": 1, "terms": Jsonb({})},
    "routing_decisions": {"ticket_id": TICKET, "rule_id": TEAM, "version_id": 6, "keyword": "VPN", "decided_at": AT},
    "saved_views": {"name": "Mine", "filters": Jsonb({}), "user_id": USER},
    "canned_responses": {"name": "Hello", "content": "Hello", "team_id": TEAM},
    "notification_outbox": {
        "event_type": "MESSAGE_ADDED",
        "to_email": "rosa@acme.example",
        "subject": "x",
        "body": "x",
    },
    "notifications": {"user_id": USER, "type": "NEW_MESSAGE", "title": "Amir answered", "created_at": AT},
    "admin_audit_events": {
        "type": "TEAM_CREATED",
        "payload": Jsonb({}),
        "chain_day": AT[:10],
        "chain_position": 1,
        "hash": b"x",
        "created_at": AT,
    },
    "automation_rules": {"name": "Hurry", "trigger": "SLA_APPROACHING", "priority": 1, "created_by_id": USER},
    "automation_executions": {
        "rule_id": RULE,
        "ticket_id": TICKET,
        "trigger": "TICKET_CREATED",
        "success": True,
        "executed_at": AT,
    },
    "automation_rule_versions": {"rule_id": RULE, "version": 1, "terms": Jsonb({})},
    "automation_rule_sets": {"rule_set": TICKET, "rule_id": RULE, "rule_version": 1},
    "automation_evaluations": {
        "event": TICKET,
        "ticket_id": TICKET,
        "rule_set": TICKET,
        "trigger": "TICKET_CREATED",
        "created_at": AT,
    },
    "webhook_deliveries": {
        "ticket_id": TICKET,
        "url": "https://hooks.acme.example/codex",
        "payload": Jsonb({}),
        "next_attempt_at": AT,
    },
}


_KEYED_BY_TICKET = ("routing_decisions",)
"""Tables of one row a ticket, which have no `id`."""


def insert(connection: psycopg.Connection, table: str, row: Row) -> None:
    row = {name: value for name, value in row.items() if name != "id" or table not in _KEYED_BY_TICKET}
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        ),
        list(row.values()),
    )
