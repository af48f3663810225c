"""Everything that can hang on a ticket, or lie on a desk, is somewhere in the demo world."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from loaded import NOW, Demo

from codex.automation import reading as automation
from codex.classification.models import FieldType
from codex.demo.habits import HABITS
from codex.kernel.actor import system
from codex.kernel.placeholders import names_in
from codex.routing.active import active_rules
from codex.routing.choose import choose
from codex.routing.keywords import heard
from codex.tickets.hanging_models import LinkType
from world import opened


def test_categories_form_a_tree_of_three_levels(demo: Demo) -> None:
    paths = demo.column(
        """WITH RECURSIVE tree AS (
               SELECT id, name AS path FROM categories WHERE parent_id IS NULL
               UNION ALL SELECT c.id, t.path || ' › ' || c.name FROM categories c JOIN tree t ON t.id = c.parent_id)
           SELECT t.path FROM tree t WHERE EXISTS (SELECT FROM tickets k WHERE k.category_id = t.id)"""
    )
    assert "Hardware › Laptops › Repairs" in paths
    assert sum(path.count("›") == 2 for path in paths) >= 4


def test_a_branch_is_out_of_use(demo: Demo) -> None:
    (root,) = demo.rows("SELECT id, slug FROM categories WHERE NOT is_active")
    assert root[1] == "telephony"
    assert demo.column("SELECT slug FROM categories WHERE parent_id = %s ORDER BY slug", root[0]) == [
        "desk-phones", "voicemail",
    ]  # fmt: skip


def test_every_branch_has_a_team_and_one_below_has_another(demo: Demo) -> None:
    assert demo.one("SELECT count(*) FROM categories WHERE parent_id IS NULL AND default_team_id IS NULL") == 0
    assert demo.rows(
        "SELECT c.slug FROM categories c JOIN categories p ON p.id = c.parent_id "
        "WHERE c.default_team_id <> p.default_team_id"
    ) == [("company-events",)]


def test_there_is_a_custom_field_of_each_type_and_all_are_answered(demo: Demo) -> None:
    answers = dict(
        demo.rows("SELECT f.field_type, count(*) FROM custom_field_values v JOIN custom_fields f "
                  "ON f.id = v.custom_field_id GROUP BY f.field_type")
    )  # fmt: skip
    assert answers.keys() == set(FieldType)
    assert min(answers.values()) >= 2
    assert sum(answers.values()) > 100


def test_answers_are_such_as_their_fields_take(demo: Demo) -> None:
    people = set(demo.column("SELECT id FROM users"))
    for kind, options, retired, value in demo.rows(
        "SELECT f.field_type, f.options, f.retired_options, v.value FROM custom_field_values v "
        "JOIN custom_fields f ON f.id = v.custom_field_id"
    ):
        said: Any = json.loads(value)
        match kind:
            case FieldType.NUMBER:
                assert isinstance(said, int)
            case FieldType.CHECKBOX:
                assert isinstance(said, bool)
            case FieldType.DATE:
                assert date.fromisoformat(said)
            case FieldType.USER:
                assert UUID(said) in people
            case FieldType.MULTISELECT:
                assert set(said) <= set(options)
            case FieldType.DROPDOWN:
                assert said in [*options, *retired]


def test_fields_are_asked_of_teams_and_of_categories_and_some_must_be_answered(demo: Demo) -> None:
    scopes = set(demo.rows("SELECT team_id IS NOT NULL, category_id IS NOT NULL FROM custom_fields"))
    assert scopes == {(True, True), (True, False), (False, True)}
    required = demo.rows(
        "SELECT f.name, f.required_when, c.slug FROM custom_fields f JOIN categories c ON c.id = f.category_id "
        "WHERE f.is_required ORDER BY f.name"
    )
    assert required == [("Cause", "RESOLVE", "network"), ("Cost centre", "CREATE", "licences")]


def test_a_retired_option_is_in_use_and_no_longer_offered(demo: Demo) -> None:
    ((options, retired),) = demo.rows("SELECT options, retired_options FROM custom_fields WHERE name = 'Cause'")
    assert retired == ["Operating mistake"] and "Operating mistake" not in options
    assert demo.one("SELECT count(*) FROM custom_field_values WHERE value = '\"Operating mistake\"'") >= 1


def test_what_is_solved_has_the_answers_that_it_needed(demo: Demo) -> None:
    network = """WITH RECURSIVE branch AS (
        SELECT id FROM categories WHERE slug = 'network'
        UNION ALL SELECT c.id FROM categories c JOIN branch b ON c.parent_id = b.id)"""
    lacking = demo.one(
        f"""{network} SELECT count(*) FROM tickets k JOIN teams t ON t.id = k.assigned_team_id
            WHERE k.category_id IN (SELECT id FROM branch) AND t.slug = 'it' AND k.status = 'RESOLVED'
            AND NOT EXISTS (SELECT FROM custom_field_values v JOIN custom_fields f ON f.id = v.custom_field_id
                            WHERE v.ticket_id = k.id AND f.name = 'Cause')"""
    )
    assert lacking == 0


def test_tags_are_on_tickets_and_some_are_a_teams(demo: Demo) -> None:
    used = dict(demo.rows("SELECT g.name, count(*) FROM tags g JOIN ticket_tags x ON x.tag_id = g.id GROUP BY g.name"))
    assert len(used) >= 8 and max(used.values()) >= 4
    assert demo.one("SELECT count(DISTINCT team_id) FROM tags") >= 3
    assert demo.one("SELECT count(*) FROM tags WHERE team_id IS NULL") >= 1


def test_other_teams_are_let_in(demo: Demo) -> None:
    levels = set(demo.rows("SELECT access_level::text, expires_at IS NOT NULL, expires_at > %s, reason IS NOT NULL "
                           "FROM ticket_access", NOW))  # fmt: skip
    assert {("READ", True, True, True), ("READ", True, False, True), ("WRITE", False, None, True)} <= levels


def test_people_follow_tickets_by_themselves_and_by_others(demo: Demo) -> None:
    assert set(demo.column("SELECT added_by_id IS NULL FROM ticket_followers")) == {True, False}
    added_by_requester = demo.one("SELECT count(*) FROM ticket_followers w JOIN tickets k ON k.id = w.ticket_id "
                                  "WHERE w.added_by_id = k.requester_id")  # fmt: skip
    assert added_by_requester >= 1


def test_there_is_a_link_of_each_kind(demo: Demo) -> None:
    assert set(demo.column("SELECT type::text FROM ticket_links")) == set(LinkType)


def test_one_pair_is_merged_and_another_was(demo: Demo) -> None:
    assert sorted(demo.column("SELECT unmerged_at IS NULL FROM ticket_merges")) == [False, True]
    assert demo.one("SELECT count(*) FROM tickets WHERE merged_into_id IS NOT NULL") == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM message_mentions",
        "SELECT count(*) FROM tickets WHERE follow_up_at > %(now)s AND status NOT IN ('RESOLVED', 'CLOSED')",
        "SELECT count(*) FROM tickets WHERE deleted_at IS NOT NULL",
        "SELECT count(*) FROM ticket_messages WHERE redacted_at IS NOT NULL AND body = ''",
        "SELECT count(*) FROM drafts WHERE type = 'PUBLIC'",
        "SELECT count(*) FROM drafts WHERE type = 'INTERNAL'",
        "SELECT count(*) FROM saved_views WHERE user_id IS NOT NULL AND is_default",
        "SELECT count(*) FROM saved_views WHERE team_id IS NOT NULL",
        "SELECT count(*) FROM saved_views WHERE team_id IS NULL AND user_id IS NULL",
        "SELECT count(*) FROM canned_responses WHERE user_id IS NOT NULL",
        "SELECT count(*) FROM canned_responses WHERE team_id IS NOT NULL",
        "SELECT count(*) FROM canned_responses WHERE team_id IS NULL AND user_id IS NULL",
    ],
)
def test_there_is_at_least_one(demo: Demo, sql: str) -> None:
    assert demo.connection.execute(sql.encode(), {"now": NOW}).fetchall()[0][0] >= 1


def test_texts_name_what_is_put_in(demo: Demo) -> None:
    named = {name for text in demo.column("SELECT content FROM canned_responses") for name in names_in(text)}
    assert {"requester.firstName", "ticket.displayId", "agent.firstName", "customField.Asset tag"} <= named


def test_views_are_written_in_the_grammar_with_groups_and_custom_fields(demo: Demo) -> None:
    written = json.dumps(demo.column("SELECT filters FROM saved_views"))
    assert all(part in written for part in ('"any"', '"all"', '"not"', "customField:", '"me"'))


def test_agents_have_read_some_tickets_and_not_others(demo: Demo) -> None:
    amir = demo.one("SELECT id FROM users WHERE email = 'amir@acme.example'")
    read = demo.column(
        "SELECT k.version <= r.version FROM tickets k "
        "LEFT JOIN ticket_reads r ON r.ticket_id = k.id AND r.user_id = %s "
        "WHERE k.assignee_id = %s AND k.status NOT IN ('RESOLVED', 'CLOSED')", amir, amir
    )  # fmt: skip
    assert True in read and {False, None} & set(read)


def test_rules_say_where_new_requests_go_and_none_is_broken(demo: Demo) -> None:
    rows = demo.rows(
        "SELECT t.slug, r.is_active, r.conditions <> '[]', r.assignee_id IS NOT NULL FROM routing_rules r "
        "JOIN teams t ON t.id = r.team_id"
    )
    assert {team for team, *_ in rows} == {"it", "hr", "facilities", "finance"}
    assert {active for _, active, *_ in rows} == {True, False}
    assert any(narrow for _, _, narrow, _ in rows) and any(person for *_, person in rows)


@pytest.mark.anyio
async def test_a_new_request_at_the_demo_desk_goes_by_what_it_says(demo: Demo) -> None:
    said = {
        "VPN broken since the update": "it", "My payslip of October": "hr", "Wrong amount on an invoice": "finance",
        "Lost my badge": "facilities", "Whole floor: no network": "it",
    }  # fmt: skip
    async with opened(demo.database.app) as database, database.reading(system()) as reader:
        rules = await active_rules(reader)
        assert [rule.broken for rule in rules] == [None] * len(rules)
        for subject, slug in said.items():
            p1 = {"priority": ("P1",), "anyText": (subject,), "requesterLocation": ("Berlin",)}
            winner = choose(rules, heard(subject), p1).winner
            assert winner is not None and demo.one("SELECT slug FROM teams WHERE id = %s", winner.rule.team_id) == slug


async def test_the_desk_has_habits_and_none_is_broken(demo: Demo) -> None:
    async with opened(demo.database.app) as database, database.reading(system()) as reader:
        found = (await automation.rules(reader, system())).items
    assert {habit.name for habit in HABITS} == {rule.name for rule in found}
    assert [rule.broken for rule in found] == [[]] * len(found)
    assert {rule.is_active for rule in found} == {rule.team_id is None for rule in found} == {True, False}
