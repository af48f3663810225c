"""What conditions can ask about a ticket (rules.md, "Conditions"), and where the database has it."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from codex.classification.models import FieldType
from codex.db.criteria_sql import Place, predicate
from codex.kernel.criteria.grammar import CUSTOM, NEGATIVE, Field, Kind
from codex.kernel.criteria.tree import All, Condition, Leaf
from codex.tickets.lifecycle import DONE
from codex.tickets.models import SlaState, TicketChannel, TicketPriority, TicketStatus
from codex.tickets.policy import INTERNAL_SQL

SLA_STATE_SQL = "CASE WHEN tickets.sla_breaches_at < %(now)s THEN 'BREACHED' ELSE tickets.sla_state::text END"
"""How a ticket stands with what is promised of it, to the second, whether the sweep has come by or not."""
_REQUESTER = "users u WHERE u.id = tickets.requester_id"
_OF_REQUESTER = f"({INTERNAL_SQL} OR tickets.requester_id = %(me)s)"
_MESSAGES = "ticket_messages m WHERE m.ticket_id = tickets.id AND m.type = 'PUBLIC'"
_TEXTS = f"""(
    SELECT tickets.subject UNION ALL SELECT NULLIF(tickets.description, '') UNION ALL
    SELECT NULLIF(m.body, '') FROM {_MESSAGES}) texts(words) WHERE true"""
_ATTACHED = """EXISTS (
    SELECT FROM attachments f LEFT JOIN ticket_messages m ON m.id = f.message_id
    WHERE f.ticket_id = tickets.id AND (f.message_id IS NULL OR m.type = 'PUBLIC'))"""


def _last(types: str) -> str:
    return f"""(
    SELECT max(e.created_at) FROM ticket_events e WHERE e.ticket_id = tickets.id AND e.type IN ({types}))"""


def _count(source: str) -> str:
    return f"(SELECT count(*) FROM {source})"


def _percent(clock: str) -> Place:
    """How many percent of its target a clock has come to, cut to six decimals: 100 is never early.

    While it runs, the open time since it was last counted is added: that before now less that before then. Absent where
    the calendar is not written out so far (`sla.openings`).
    """

    def open_before(instant: str) -> str:
        return f"""(
        SELECT o.open_before + (least({instant}, o.closes_at) - o.opens_at) FROM sla_calendar_openings o
        WHERE o.calendar_version_id = i.calendar_version_id AND o.opens_at <= {instant}
        ORDER BY o.opens_at DESC LIMIT 1)"""

    now, then = "%(now)s::timestamptz", f"i.{clock}_counted_at"
    since = f"""CASE
        WHEN {then} IS NULL THEN interval '0' WHEN i.calendar_version_id IS NULL THEN {now} - {then}
        ELSE {open_before(now)} - {open_before(then)} END"""
    counted, target = f"extract(epoch FROM i.{clock}_counted + {since})", f"extract(epoch FROM i.{clock}_target)"
    percent = f"div(100000000 * {counted}, {target}) * 0.000001"
    return Place(percent, "numeric", "sla_instances i WHERE i.ticket_id = tickets.id", INTERNAL_SQL)


_AGENTS = "m.author_id <> tickets.requester_id AND m.author_id IN (SELECT a.id FROM users a WHERE a.role <> 'EMPLOYEE')"
_REOPENED = """ticket_events e WHERE e.ticket_id = tickets.id AND e.type = 'STATUS_CHANGED'
    AND e.payload->>'to' = 'REOPENED'"""
_UNASSIGNED = f"""CASE WHEN tickets.assignee_id IS NULL THEN {_last("'TICKET_CREATED', 'ASSIGNED'")} END"""

_ASKED: tuple[tuple[Field, Place], ...] = (
    (Field("status", Kind.CHOICE, tuple(TicketStatus)), Place("tickets.status", "ticket_status")),
    (Field("priority", Kind.CHOICE, tuple(TicketPriority)), Place("tickets.priority", "ticket_priority")),
    (Field("channel", Kind.CHOICE, tuple(TicketChannel)), Place("tickets.channel", "ticket_channel")),
    (Field("team", Kind.TEAM), Place("tickets.assigned_team_id", "uuid")),
    (Field("assignee", Kind.PERSON), Place("tickets.assignee_id", "uuid")),
    (Field("requester", Kind.PERSON), Place("tickets.requester_id", "uuid")),
    (Field("category", Kind.CATEGORY), Place("tickets.category_id", "uuid")),
    (Field("subject", Kind.TEXT), Place("tickets.subject", "text")),
    (Field("description", Kind.TEXT), Place("NULLIF(tickets.description, '')", "text")),
    (Field("anyText", Kind.TEXT, is_many=True), Place("texts.words", "text", _TEXTS)),
    (Field("requesterEmail", Kind.TEXT, in_small=True), Place("u.email", "text", _REQUESTER, _OF_REQUESTER)),
    (
        Field("requesterDomain", Kind.TEXT, in_small=True),
        Place("substr(u.email, position('@' IN u.email) + 1)", "text", _REQUESTER, _OF_REQUESTER),
    ),
    (Field("requesterDepartment", Kind.TEXT), Place("u.department", "text", _REQUESTER, _OF_REQUESTER)),
    (Field("requesterLocation", Kind.TEXT), Place("u.location", "text", _REQUESTER, _OF_REQUESTER)),
    (
        Field("tag", Kind.TEXT, is_many=True, in_small=True),
        Place(
            "g.name", "text", "ticket_tags x JOIN tags g ON g.id = x.tag_id WHERE x.ticket_id = tickets.id",
            INTERNAL_SQL,
        ),
    ),
    (Field("createdAt", Kind.INSTANT), Place("tickets.created_at", "timestamptz")),
    (Field("updatedAt", Kind.INSTANT), Place("tickets.updated_at", "timestamptz")),
    (Field("hoursSinceCreated", Kind.HOURS), Place("tickets.created_at", "timestamptz")),
    (Field("hoursSinceUpdated", Kind.HOURS), Place("tickets.updated_at", "timestamptz")),
    (Field("hoursInStatus", Kind.HOURS), Place(_last("'TICKET_CREATED', 'STATUS_CHANGED'"), "timestamptz")),
    (Field("hoursUnassigned", Kind.HOURS), Place(_UNASSIGNED, "timestamptz")),
    (
        Field("hoursSinceRequesterMessage", Kind.HOURS),
        Place(f"(SELECT max(m.created_at) FROM {_MESSAGES} AND m.author_id = tickets.requester_id)", "timestamptz"),
    ),
    (
        Field("hoursSinceAgentMessage", Kind.HOURS),
        Place(f"(SELECT max(m.created_at) FROM {_MESSAGES} AND {_AGENTS})", "timestamptz"),
    ),
    (Field("reopenCount", Kind.NUMBER), Place(_count(_REOPENED), "numeric")),
    (Field("messageCount", Kind.NUMBER), Place(_count(_MESSAGES), "numeric")),
    (Field("hasAttachment", Kind.BOOLEAN), Place(_ATTACHED, "boolean")),
    (
        Field("followerCount", Kind.NUMBER),
        Place(_count("ticket_followers w WHERE w.ticket_id = tickets.id"), "numeric"),
    ),
    (Field("slaFirstResponsePercent", Kind.NUMBER), _percent("first_response")),
    (Field("slaResolutionPercent", Kind.NUMBER), _percent("resolution")),
    (Field("slaState", Kind.CHOICE, tuple(SlaState)), Place(SLA_STATE_SQL, "text", guard=INTERNAL_SQL)),
)  # fmt: skip

FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field, _ in _ASKED})
"""What can be asked about any ticket. What not everybody may know of it is absent for who may not: tags, the
requester's contact. Messages are those that everybody on the ticket reads."""
CHANGE_FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "fromStatus": Field("fromStatus", Kind.CHOICE, tuple(TicketStatus)),
        "toStatus": Field("toStatus", Kind.CHOICE, tuple(TicketStatus)),
        "changedField": Field("changedField", Kind.TEXT),
    }
)
"""What can besides be asked about a change, by rules that run on one; a list knows no change."""
_PLACES = {field.name: place for field, place in _ASKED} | dict.fromkeys(CHANGE_FIELDS, Place("NULL::text", "text"))


def custom_field(key: UUID, type: FieldType, choices: tuple[str, ...]) -> Field:
    """A custom field as conditions ask about it."""
    kind = {
        FieldType.NUMBER: Kind.NUMBER, FieldType.DATE: Kind.DATE, FieldType.CHECKBOX: Kind.BOOLEAN,
        FieldType.USER: Kind.PERSON, FieldType.DROPDOWN: Kind.CHOICE, FieldType.MULTISELECT: Kind.CHOICE,
    }.get(type, Kind.TEXT)  # fmt: skip
    return Field(f"{CUSTOM}{key}", kind, choices, is_many=type is FieldType.MULTISELECT)


def condition_sql(condition: Condition, params: dict[str, object]) -> str:
    """A condition as SQL over the table `tickets`, for statements with the parameters of `policy.sight`; its own are
    added to `params`."""
    sql = predicate(condition, place, params)
    # What follows from the statuses is said once more so that the partial indexes are seen to fit.
    return f"{sql} AND tickets.completed_at IS NULL" if _is_undone(condition) else sql


def _is_undone(condition: Condition) -> bool:
    """Whether the condition by itself lets no finished ticket through."""
    match condition:
        case Leaf(Field("status"), operator, frozenset() as statuses):
            return operator not in NEGATIVE and not statuses & set(DONE)
        case All(parts):
            return any(_is_undone(part) for part in parts)
        case _:
            return False


def place(field: Field) -> Place:
    """Where the database has a field's values, for a statement over the table `tickets` with the parameters of
    `policy.sight`."""
    return _PLACES.get(field.name) or _answers(field)


_JSON = "v.value::jsonb"
_ANSWERS: Mapping[Kind, tuple[str, str, str]] = MappingProxyType(
    {
        Kind.TEXT: ("string", f"{_JSON} #>> '{{}}'", "text"),
        Kind.CHOICE: ("string", f"{_JSON} #>> '{{}}'", "text"),
        Kind.NUMBER: ("number", f"({_JSON})::numeric", "numeric"),
        Kind.BOOLEAN: ("boolean", f"({_JSON})::boolean", "boolean"),
        Kind.DATE: ("string", f"({_JSON} #>> '{{}}')::date", "date"),
        Kind.PERSON: ("string", f"({_JSON} #>> '{{}}')::uuid", "uuid"),
    }
)
"""What JSON an answer is, how to read it, and as what."""


def _answers(field: Field) -> Place:
    """The answers to a custom field; one of another kind than the field's is none."""
    key = UUID(field.name.removeprefix(CUSTOM))
    its = f"v.ticket_id = tickets.id AND v.custom_field_id = '{key}'"
    if field.is_many:
        options = f"CASE jsonb_typeof({_JSON}) WHEN 'array' THEN {_JSON} ELSE '[]' END"
        return Place(
            "o.option", "text",
            f"custom_field_values v CROSS JOIN jsonb_array_elements_text({options}) o(option) WHERE {its}",
        )  # fmt: skip
    json, value, type = _ANSWERS[field.kind]
    read = f"CASE jsonb_typeof({_JSON}) WHEN '{json}' THEN {value} END"
    return Place(read, type, f"custom_field_values v WHERE {its}")
