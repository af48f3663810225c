"""Reading conditions: what is understood, and what is wrong with the rest, each with its path."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.kernel.criteria.grammar import MOST_LEAVES, Field, Kind, Operator, Vocabulary, operators
from codex.kernel.criteria.reading import mentioned, read
from codex.kernel.criteria.tree import explain, leaves

TEAM, VPN, ROSA = (UUID(int=n) for n in range(3))
FIELDS = {
    field.name: field
    for field in (
        Field("status", Kind.CHOICE, ("NEW", "CLOSED")), Field("team", Kind.TEAM), Field("category", Kind.CATEGORY),
        Field("requester", Kind.PERSON), Field("subject", Kind.TEXT), Field("tag", Kind.TEXT, in_small=True),
        Field("count", Kind.NUMBER), Field("hours", Kind.HOURS), Field("createdAt", Kind.INSTANT),
        Field("day", Kind.DATE), Field("hasFile", Kind.BOOLEAN),
        Field("options", Kind.CHOICE, ("Red", "Green"), is_many=True),
    )
}  # fmt: skip
WORDS = Vocabulary(
    FIELDS,
    {
        Kind.TEAM: {"it": frozenset({TEAM}), str(TEAM): frozenset({TEAM})},
        Kind.CATEGORY: {"vpn": frozenset({VPN, UUID(int=9)})},
        Kind.PERSON: {"me": frozenset({ROSA})},
    },
)


def said(field: str, operator: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, **({"value": value[0]} if value else {})}


GOOD = [
    said("status", "in", ["NEW", "CLOSED"]), said("team", "equals", "IT"), said("team", "notIn", [str(TEAM), "it"]),
    said("category", "equals", "vpn"), said("requester", "notEquals", "me"), said("subject", "contains", "Ü"),
    said("subject", "matches", "(a+)+$"), said("tag", "equals", "VPN"), said("count", "atLeast", 2.5),
    said("hours", "greaterThan", 0), said("createdAt", "before", "2026-03-02T09:00:00+01:00"),
    said("day", "after", "2026-02-28"), said("hasFile", "equals", True), said("team", "isSet"),
    said("team", "isNotSet", None), said("team", "isSet", True), said("createdAt", "after", "2026-03-02"),
    said("options", "contains", "Red"), said("options", "notContains", "Green"),
    {"all": [{"any": [{"not": said("team", "isSet")}]}]},
]  # fmt: skip
BAD: list[tuple[Any, str]] = [
    ("x", ""), ({}, ".field"), (said("colour", "equals", "red"), ".field"), (said(3, "equals", 3), ".field"),  # type: ignore[arg-type]
    (said("status", "contains", "NEW"), ".operator"), (said("status", "is", "NEW"), ".operator"),
    ({"field": "status", "operator": ["in"], "value": ["NEW"]}, ".operator"),
    (said("status", "equals", "OLD"), ".value"), (said("status", "equals", ["NEW"]), ".value"),
    (said("status", "in", "NEW"), ".value"), (said("status", "in", []), ".value"),
    (said("status", "in", ["NEW", 3, "CLOSED"]), ".value[1]"), (said("status", "equals"), ".value"),
    (said("team", "isSet", False), ".value"),
    (said("status", "contains", ["NEW"]), ".operator"), (said("options", "contains", ["Red"]), ".value"),
    (said("options", "contains", "Blue"), ".value"), (said("options", "startsWith", "Red"), ".operator"),
    (said("team", "equals", "hr"), ".value"),
    (said("team", "in", ["it", None]), ".value[1]"), (said("requester", "equals", ["me"]), ".value"),
    (said("subject", "contains", ""), ".value"), (said("subject", "contains", "\u0301"), ".value"),
    (said("subject", "equals", "a\x00"), ".value"), (said("subject", "equals", "\ud800"), ".value"),
    (said("subject", "equals", "x" * 1001), ".value"), (said("subject", "matches", "(?=x)"), ".value"),
    (said("count", "equals", "2"), ".value"), (said("count", "equals", True), ".value"),
    (said("count", "equals", 1e300), ".value"), (said("count", "equals", float("nan")), ".value"),
    (said("hours", "atMost", -1), ".value"), (said("hours", "atMost", 1e9), ".value"),
    (said("hours", "equals", 1), ".operator"), (said("createdAt", "before", "2026-03-02T09:00"), ".value"),
    (said("createdAt", "after", 3), ".value"), (said("day", "before", "2026-02-30"), ".value"),
    (said("day", "before", "20260228"), ".value"), (said("hasFile", "equals", "true"), ".value"),
    (said("count", "in", [*range(201)]), ".value"), ({**said("team", "isSet"), "note": "x"}, ".note"),
    ({"all": []}, ".all"), ({"any": said("team", "isSet")}, ".any"), ({"not": [said("team", "isSet")]}, ".not"),
    ({"all": [said("team", "isSet")], "any": []}, ".any"), ({"any": [said("team", "isSet"), 3]}, ".any[1]"),
    ({"not": {"any": [said("status", "equals", 1)]}}, ".not.any[0].value"),
]  # fmt: skip


@pytest.mark.parametrize("condition", GOOD, ids=str)
def test_what_fits_is_understood(condition: dict[str, Any]) -> None:
    tree, problems = read([condition], WORDS)
    assert problems == [] and len(list(leaves(tree))) == 1


@pytest.mark.parametrize(("condition", "path"), BAD, ids=lambda one: str(one)[:60])
def test_what_does_not_fit_is_named_with_its_path(condition: Any, path: str) -> None:
    _, problems = read([GOOD[0], condition], WORDS)
    assert [problem.path for problem in problems] == [f"conditions[1]{path}"]
    assert problems[0].message.endswith((".", "?"))


def test_every_problem_is_named_at_once() -> None:
    _, problems = read([condition for condition, _ in BAD], WORDS, path="filters.conditions")
    assert [p.path for p in problems] == [f"filters.conditions[{n}]{path}" for n, (_, path) in enumerate(BAD)]


def nested(deep: int) -> dict[str, Any]:
    return {"all": [nested(deep - 1)]} if deep else said("team", "isSet")


def test_groups_nest_five_deep_and_no_deeper() -> None:
    assert read([nested(5)], WORDS)[1] == []
    assert [p.path for p in read([nested(6)], WORDS)[1]] == ["conditions[0]" + ".all[0]" * 5]
    assert len(read([nested(900)], WORDS)[1]) == 1


def test_a_hundred_conditions_are_the_most() -> None:
    assert read([said("team", "isSet")] * MOST_LEAVES, WORDS)[1] == []
    assert [p.path for p in read([{"any": [said("team", "isSet")] * 101}], WORDS)[1]] == ["conditions"]
    assert len(read([said("x", "y")] * 100_000, WORDS)[1]) <= MOST_LEAVES + 2


def test_no_conditions_are_a_list_too() -> None:
    assert read([], WORDS)[1] == []
    for other in (None, {}, "x", 3):
        assert [p.path for p in read(other, WORDS)[1]] == ["conditions"]


def test_a_category_means_its_branch_and_a_tag_its_small_letters() -> None:
    tree, _ = read([said("category", "in", ["vpn"]), said("tag", "in", ["VPN"])], WORDS)
    assert [leaf.operand for leaf in leaves(tree)] == [{VPN, UUID(int=9)}, {"vpn"}]


def test_only_what_may_be_a_name_is_looked_up() -> None:
    written = [
        said("status", "in", ["NEW"]),
        {"any": [said("team", "in", ["it", "hr"]), said("customField:7", "is", "x")]},
    ]
    assert {"it", "hr", "customField:7", "x"} <= mentioned(written, FIELDS)
    assert "NEW" not in mentioned(written, FIELDS)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([*FIELDS, *Operator]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["field", "operator", "value", "all", "any", "not", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_JSON)
def test_whatever_is_written_is_understood_or_named(written: Any) -> None:
    tree, problems = read(written, WORDS)
    mentioned(written, FIELDS)
    assert problems or isinstance(written, list)
    assert all(leaf.operator in operators(leaf.field) for leaf in leaves(tree))


def test_a_day_alone_is_when_it_begins_in_utc() -> None:
    tree, _ = read([said("createdAt", "before", "2026-03-02"), said("createdAt", "before", "2026-03-02T00:00Z")], WORDS)
    day, instant = leaves(tree)
    assert day.operand == instant.operand


def test_to_contain_an_option_is_to_have_it_and_is_told_as_it_was_said() -> None:
    tree, problems = read([said("options", "contains", "Red"), said("options", "notContains", "Red")], WORDS)
    assert problems == []
    for found, expected in ((("Red", "Green"), [True, False]), (("Green",), [False, True]), ((), [False, True])):
        told = explain(tree, {"options": found})
        assert [each.holds for each in told] == expected
    assert [each.operator for each in told] == ["contains", "notContains"]
