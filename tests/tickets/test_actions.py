"""The grammar of actions: what is read is written again, and whatever is wrong is told, never raised."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.tickets.action_reading import MOST_ACTIONS, read_actions
from codex.tickets.actions import ACTIONS, BY_TYPE, shown, type_of, written

ID = "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"
ONE_OF_EACH: list[dict[str, Any]] = [
    {"type": "assign_team", "teamId": ID},
    {"type": "assign_user", "userId": ID},
    {"type": "assign_round_robin"},
    {"type": "unassign"},
    {"type": "set_priority", "priority": "P1"},
    {"type": "set_status", "status": "CLOSED"},
    {"type": "set_category", "categoryId": None},
    {"type": "set_custom_field", "fieldId": ID, "value": ["a", "b"]},
    {"type": "add_tag", "tag": "vpn"},
    {"type": "remove_tag", "tag": "vpn"},
    {"type": "add_follower", "userId": ID},
    {"type": "remove_follower", "userId": ID},
    {"type": "grant_access", "teamId": ID, "accessLevel": "READ", "expiresInDays": 7},
    {"type": "add_internal_note", "body": "{{ticket.displayId}}"},
    {"type": "send_public_reply", "body": "{{customField.Asset tag}}"},
    {"type": "notify", "userIds": [ID], "roles": ["OWNER", "TEAM"], "text": "Look"},
    {"type": "send_email", "to": "a@acme.example", "subject": "S", "body": "B"},
    {"type": "apply_macro", "cannedResponseId": ID},
    {"type": "call_webhook", "url": "https://hooks.example/x", "secret": "tiger"},
    {"type": "stop"},
]


def test_there_are_the_twenty_actions_and_each_is_written_as_it_was_read() -> None:
    actions, problems = read_actions(ONE_OF_EACH)

    assert problems == []
    assert [type_of(action) for action in actions] == list(BY_TYPE)
    assert len(ACTIONS) == 20
    assert written(actions) == ONE_OF_EACH


def test_a_secret_is_shown_to_nobody() -> None:
    kept = [{"type": "call_webhook", "url": "https://a.example", "sealedSecret": "abc"}]
    assert shown([*ONE_OF_EACH, *kept])[-3:] == [
        {"type": "call_webhook", "url": "https://hooks.example/x", "hasSecret": True},
        {"type": "stop"},
        {"type": "call_webhook", "url": "https://a.example", "hasSecret": True},
    ]
    assert read_actions(kept)[1] != [] and read_actions(kept, is_kept=True)[1] == []


def test_a_macro_applies_no_other() -> None:
    _, problems = read_actions([ONE_OF_EACH[17]], may_nest=False)
    assert [problem.path for problem in problems] == ["actions[0].type"]


def test_there_is_a_most() -> None:
    assert read_actions([{"type": "stop"}] * (MOST_ACTIONS + 1))[1][0].path == "actions"


@pytest.mark.parametrize("url", [
    "ftp://a.example", "https://", "https://u:p@a.example", "https://a.example/#x", "javascript:alert(1)",
    "https://a.example/\u00e4", "http://a.example:99999", "https://[::1", " https://a.example",
    "https://a.example/\n"])  # fmt: skip
def test_what_is_no_address_to_call(url: str) -> None:
    assert [p.path for p in read_actions([{"type": "call_webhook", "url": url}])[1]] == ["actions[0].url"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["type", "teamId", "userIds", "roles", "tag", "body", "value", "url", "to", "subject", "status"])
TYPES = st.sampled_from(list(BY_TYPE)) | JSON


@given(st.lists(st.dictionaries(KEYS, JSON | st.sampled_from([ID, "P1", "vpn"])).flatmap(
    lambda said: TYPES.map(lambda kind: {**said, "type": kind})) | JSON, max_size=4) | JSON)  # fmt: skip
def test_anything_is_read_or_told_what_is_wrong_with_it(said: Any) -> None:
    actions, problems = read_actions(said)

    assert problems or isinstance(said, list)
    if not problems:
        assert read_actions(written(actions), is_kept=True) == (actions, [])
    assert all(problem.path.startswith("actions") and problem.message for problem in problems)
