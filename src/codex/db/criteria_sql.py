"""The other face of a condition: one SQL predicate that holds on exactly the rows on which the tree holds in memory.

NULL counts as false throughout: `AND` and `OR` keep that by themselves, and what is negated is `IS NOT TRUE`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from codex.kernel.criteria.grammar import Field, Kind, Operator
from codex.kernel.criteria.pattern import Pattern
from codex.kernel.criteria.tree import All, AnyOf, Condition, Leaf, Not


@dataclass(frozen=True, slots=True)
class Place:
    """Where the database has a field's values: an expression and its type.

    `source`: what comes after FROM, up to and with its WHERE, where the values are in other tables. `guard`: what must
    hold for there to be any value. `value` of HOURS is the instant since when; the parameter `now` tells the time.
    """

    value: str
    type: str
    source: str = ""
    guard: str = "true"

    def holding(self, test: str) -> str:
        """That one of the values passes a test, which is about `value`."""
        found = f"EXISTS (SELECT FROM {self.source} AND {test})" if self.source else test
        return found if self.guard == "true" else f"({self.guard} AND {found})"

    def reading(self) -> str:
        """All values, as an array without NULL; those of the database's own enums as text."""
        value = f"({self.value})::{'text' if self.type.startswith('ticket_') else self.type}"
        found = f"ARRAY(SELECT {value} FROM {self.source})" if self.source else f"ARRAY[{value}]"
        return f"CASE WHEN {self.guard} THEN array_remove({found}, NULL) END"


Places = Callable[[Field], Place]


def predicate(condition: Condition, places: Places, params: dict[str, object]) -> str:
    """The condition as SQL; its parameters, named c0, c1 …, are added to `params`. HOURS need the parameter `now`."""
    match condition:
        case Leaf():
            return _leaf(condition, places(condition.field), params)
        case All(parts):
            return _joined([predicate(part, places, params) for part in parts], "AND")
        case AnyOf(parts):
            return _joined([predicate(part, places, params) for part in parts], "OR")
        case Not(part):
            return f"({predicate(part, places, params)}) IS NOT TRUE"


def _joined(parts: Collection[str], word: str) -> str:
    return f"({f' {word} '.join(parts)})" if parts else "true"


def _leaf(leaf: Leaf, place: Place, params: dict[str, object]) -> str:
    held = place.holding(_test(leaf, place, params))
    return f"({held}) IS NOT TRUE" if leaf.is_negative else f"({held})"


_BOUNDS = {
    Operator.GREATER_THAN: ">", Operator.AT_LEAST: ">=", Operator.LESS_THAN: "<", Operator.AT_MOST: "<=",
}  # fmt: skip
_TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


def _test(leaf: Leaf, place: Place, params: dict[str, object]) -> str:
    operand: Any = leaf.operand

    def given(value: object, type: str) -> str:
        name = f"c{len(params)}"
        params[name] = value
        return f"%({name})s::{type}"

    match leaf.comparison:
        case Operator.IS_SET:
            return f"{place.value} IS NOT NULL"
        case Operator.IN if len(operand) == 1:
            return f"{place.value} = {given(next(iter(operand)), place.type)}"
        case Operator.IN:
            return f"{place.value} = ANY({given(sorted(operand), f'{place.type}[]')})"
        case Operator.CONTAINS:
            return f"strpos(folded({place.value}), {given(operand, 'text')}) > 0"
        case Operator.STARTS_WITH:
            return f"starts_with(folded({place.value}), {given(operand, 'text')})"
        case Operator.ENDS_WITH:
            return f"right(folded({place.value}), {len(operand)}) = {given(operand, 'text')}"
        case Operator.MATCHES if isinstance(operand, Pattern):
            return f"{place.value} ~ {given(operand.sql, 'text')}"
        case bound if leaf.field.kind is Kind.HOURS and isinstance(operand, timedelta):
            # Longer ago than a span is earlier than now less the span: so an index on the instant serves.
            return f"{place.value} {_TURNED[_BOUNDS[bound]]} %(now)s::timestamptz - {given(operand, 'interval')}"
        case bound:
            return f"{place.value} {_BOUNDS[bound]} {given(operand, place.type)}"
