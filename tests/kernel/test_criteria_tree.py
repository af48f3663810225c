"""Conditions on values at hand: what holds, what absence means, and what is told of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from codex.kernel.criteria.grammar import NEGATIVE, OPERATORS, Field, Kind, Operator, Vocabulary
from codex.kernel.criteria.reading import read
from codex.kernel.criteria.tree import Condition, Finding, Values, explain, holds
from codex.kernel.folding import fold

TEAM = UUID(int=1)
FIELDS = {kind.value: Field(kind.value, kind, ("NEW", "CLOSED")) for kind in Kind} | {
    "tags": Field("tags", Kind.TEXT, is_many=True)
}
WORDS = Vocabulary(FIELDS, {kind: {"it": frozenset({TEAM})} for kind in (Kind.TEAM, Kind.PERSON, Kind.CATEGORY)})
EXAMPLES: dict[Kind, Any] = {
    Kind.CHOICE: "NEW", Kind.TEAM: "it", Kind.PERSON: "it", Kind.CATEGORY: "it", Kind.TEXT: "vpn", Kind.NUMBER: 3,
    Kind.HOURS: 3, Kind.INSTANT: "2026-03-02T09:00Z", Kind.DATE: "2026-03-02", Kind.BOOLEAN: True,
}  # fmt: skip


def understood(*conditions: Any) -> Condition:
    tree, problems = read(list(conditions), WORDS)
    assert problems == []
    return tree


def said(field: str, operator: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, **({"value": value[0]} if value else {})}


@pytest.mark.parametrize(("kind", "operator"), [(kind, o) for kind in Kind for o in OPERATORS[kind]])
def test_on_what_is_absent_only_denials_hold(kind: Kind, operator: Operator) -> None:
    presence = operator in (Operator.IS_SET, Operator.IS_NOT_SET)
    value = [EXAMPLES[kind]] if operator in (Operator.IN, Operator.NOT_IN) else EXAMPLES[kind]
    tree = understood(said(kind.value, operator.value, *([] if presence else [value])))
    for absent in ({}, {kind.value: ()}):
        assert holds(tree, absent) is (operator in NEGATIVE)
        assert explain(tree, absent)[0].seen is None


VALUES: Values = {
    "choice": ("NEW",), "team": (TEAM,), "text": ("Die Straße nach Zürich",), "number": (Decimal("0.1"),),
    "hours": (timedelta(hours=4),), "instant": (datetime(2026, 3, 2, 9, tzinfo=UTC),), "date": (date(2026, 3, 2),),
    "boolean": (False,), "tags": ("vpn", "Wi-Fi"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (said("choice", "equals", "NEW"), True), (said("choice", "notIn", ["NEW"]), False),
        (said("team", "equals", "it"), True), (said("text", "contains", "strasse NACH zurich"), True),
        (said("text", "notContains", "Zürich"), False), (said("text", "startsWith", "die "), True),
        (said("text", "endsWith", "ZÜRICH"), True), (said("text", "equals", "die straße nach zürich"), False),
        (said("text", "matches", "z"), False), (said("text", "matches", "(?i)STRAßE"), True),
        (said("number", "equals", 0.1), True), (said("number", "lessThan", 0.1), False),
        (said("number", "atMost", 0.1), True), (said("number", "in", [1, 0.10]), True),
        (said("hours", "greaterThan", 4), False), (said("hours", "atLeast", 4), True),
        (said("hours", "lessThan", 4.001), True), (said("instant", "before", "2026-03-02T10:00+01:00"), False),
        (said("instant", "after", "2026-03-02T08:59:59.999999Z"), True), (said("date", "before", "2026-03-03"), True),
        (said("date", "equals", "2026-03-02"), True), (said("boolean", "notEquals", True), True),
        (said("tags", "equals", "vpn"), True), (said("tags", "notEquals", "vpn"), False),
        (said("tags", "contains", "wi-fi"), True), (said("tags", "notIn", ["lan"]), True),
        ({"all": [said("choice", "isSet"), said("person", "isNotSet")]}, True),
        ({"any": [said("choice", "isNotSet"), said("tags", "isSet")]}, True),
        ({"not": {"any": [said("person", "equals", "it")]}}, True),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_there_is_compared(condition: dict[str, Any], expected: bool) -> None:
    assert holds(understood(condition), VALUES) is expected
    assert holds(understood({"not": condition}), VALUES) is not expected


def test_every_condition_is_explained_with_what_it_saw() -> None:
    tree = understood(
        said("choice", "in", ["CLOSED"]), {"any": [said("hours", "atLeast", 4), {"not": said("tags", "isSet")}]},
        said("instant", "before", "2030-01-01T00:00Z"), said("number", "isSet"), said("person", "equals", "it"),
    )  # fmt: skip
    assert explain(tree, {**VALUES, "number": (Decimal(7),)}) == [
        Finding("choice", "in", ["CLOSED"], "NEW", False),
        Finding("hours", "atLeast", 4, 4.0, True),
        Finding("tags", "isSet", None, ["vpn", "Wi-Fi"], True),
        Finding("instant", "before", "2030-01-01T00:00Z", "2026-03-02T09:00:00Z", True),
        Finding("number", "isSet", None, 7, True),
        Finding("person", "equals", "it", None, False),
    ]
    assert explain(understood(said("text", "isSet")), {"text": ("x" * 5_000,)})[0].seen == "x" * 200 + "…"


@pytest.mark.parametrize(
    ("text", "folded"),
    [("VPN", "vpn"), ("Ｚürich", "zurich"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("Łódź", "lodz"),
     ("Москва", "москва"), ("ΕΛΛΆΣ", "ελλασ"), ("ἑλλάς", "ελλασ"), ("ﬁ", "fi"), ("각", "각"), ("が", "が"), ("İ", "i")],
)  # fmt: skip
def test_case_accents_and_shapes_make_no_difference(text: str, folded: str) -> None:
    assert fold(text) == folded == fold(fold(text))
