"""Conditions as a tree, and whether it holds for values at hand.

Nothing is unknown: on an absent value a comparison does not hold, and so its negation does (rules.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any
from uuid import UUID

from msgspec import Struct

from codex.kernel import clock
from codex.kernel.criteria.grammar import NEGATIVE, Field, Kind, Operator, comparison
from codex.kernel.criteria.pattern import Pattern
from codex.kernel.folding import fold

Scalar = str | UUID | Decimal | timedelta | datetime | date | bool
Operand = frozenset[Any] | Scalar | Pattern | None
"""What values are compared with: a set for equality, folded text, a pattern, a bound; None for presence."""
Values = Mapping[str, tuple[Scalar, ...]]
"""What a ticket has, by field; a field that is missing, or has an empty tuple, is absent."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition. `said`: its value as it was written."""

    field: Field
    operator: Operator
    operand: Operand
    said: object

    @property
    def comparison(self) -> Operator:
        """The comparison that is made, before a negative operator denies it."""
        return comparison(self.field, self.operator)

    @property
    def is_negative(self) -> bool:
        """Whether the condition holds where its comparison does not."""
        return self.operator in NEGATIVE


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; none: it holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition = Leaf | All | AnyOf | Not


class Finding(Struct, frozen=True):
    """A condition on a ticket: what it asks, the value seen, and whether it holds (rules.md, "Automation rules")."""

    field: str
    operator: str
    value: Any
    seen: Any
    holds: bool


def holds(condition: Condition, values: Values) -> bool:
    """Whether the condition holds for these values."""
    match condition:
        case Leaf():
            return _compares(condition, values) is not condition.is_negative
        case All(parts):
            return all(holds(part, values) for part in parts)
        case AnyOf(parts):
            return any(holds(part, values) for part in parts)
        case Not(part):
            return not holds(part, values)


def explain(condition: Condition, values: Values) -> list[Finding]:
    """Every single condition of the tree, in the order they were written, with what it saw."""
    return [
        Finding(leaf.field.name, leaf.operator.value, leaf.said, _seen(leaf, values), holds(leaf, values))
        for leaf in leaves(condition)
    ]


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The single conditions of a tree, in the order they were written."""
    match condition:
        case Leaf():
            yield condition
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)


_BOUNDS = {Operator.GREATER_THAN: gt, Operator.AT_LEAST: ge, Operator.LESS_THAN: lt, Operator.AT_MOST: le}


def _compares(leaf: Leaf, values: Values) -> bool:
    return any(_fits(leaf, value) for value in values.get(leaf.field.name, ()))


def _fits(leaf: Leaf, value: Any) -> bool:
    operand: Any = leaf.operand
    match leaf.comparison:
        case Operator.IS_SET:
            return True
        case Operator.IN:
            return value in operand
        case Operator.CONTAINS:
            return operand in fold(value)
        case Operator.STARTS_WITH:
            return fold(value).startswith(operand)
        case Operator.ENDS_WITH:
            return fold(value).endswith(operand)
        case Operator.MATCHES:
            return bool(operand.found_in(value))
        case bound:
            return bool(_BOUNDS[bound](value, operand))


_MUCH = 200
"""Characters of a text, or values of a field, that are told as seen."""


def _seen(leaf: Leaf, values: Values) -> object:
    found = [_plain(value) for value in values.get(leaf.field.name, ())[:_MUCH]]
    return found if leaf.field.is_many else found[0] if found else None


def _plain(value: Scalar) -> object:
    """A value as JSON has it; spans in hours."""
    match value:
        case bool():
            return value
        case str():
            return value if len(value) <= _MUCH else f"{value[:_MUCH]}…"
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case timedelta():
            return round(value / timedelta(hours=1), 4)
        case datetime():
            return clock.iso(value)
        case _:
            return str(value)


__all__ = ["All", "AnyOf", "Condition", "Finding", "Kind", "Leaf", "Not", "Values", "explain", "holds", "leaves"]
