"""What can be asked, and how: kinds of values, operators, fields, and the names that conditions may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

DEEPEST, MOST_LEAVES, MOST_VALUES, LONGEST_TEXT = 5, 100, 200, 1_000
"""How deep groups nest, how many conditions there are in all, how many values one has, how long a text is."""


class Kind(StrEnum):
    """What values of a field are. HOURS are a span of time; TEAM, PERSON and CATEGORY are ids."""

    CHOICE = "choice"
    TEAM = "team"
    PERSON = "person"
    CATEGORY = "category"
    TEXT = "text"
    NUMBER = "number"
    HOURS = "hours"
    INSTANT = "instant"
    DATE = "date"
    BOOLEAN = "boolean"


NAMED = (Kind.TEAM, Kind.PERSON, Kind.CATEGORY)
"""Values that are names of something, to be looked up."""


class Operator(StrEnum):
    """How a value is compared (rules.md, "Conditions")."""

    EQUALS = "equals"
    NOT_EQUALS = "notEquals"
    IN = "in"
    NOT_IN = "notIn"
    IS_SET = "isSet"
    IS_NOT_SET = "isNotSet"
    CONTAINS = "contains"
    NOT_CONTAINS = "notContains"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    MATCHES = "matches"
    GREATER_THAN = "greaterThan"
    AT_LEAST = "atLeast"
    LESS_THAN = "lessThan"
    AT_MOST = "atMost"
    BEFORE = "before"
    AFTER = "after"


_O = Operator
POSITIVE: Mapping[Operator, Operator] = MappingProxyType(
    {
        **{operator: operator for operator in Operator},
        _O.NOT_EQUALS: _O.IN, _O.EQUALS: _O.IN, _O.NOT_IN: _O.IN, _O.IS_NOT_SET: _O.IS_SET,
        _O.NOT_CONTAINS: _O.CONTAINS, _O.BEFORE: _O.LESS_THAN, _O.AFTER: _O.GREATER_THAN,
    }
)  # fmt: skip
"""The comparison that an operator makes, or that it denies: equality is being one of some values."""
NEGATIVE = frozenset({_O.NOT_EQUALS, _O.NOT_IN, _O.IS_NOT_SET, _O.NOT_CONTAINS})
"""Operators that hold where their comparison does not, and therefore on what is absent."""
LISTED = frozenset({_O.IN, _O.NOT_IN})
"""Operators whose value is a list."""

_PRESENCE = (_O.IS_SET, _O.IS_NOT_SET)
_EQUALITY = (_O.EQUALS, _O.NOT_EQUALS, _O.IN, _O.NOT_IN)
_ORDER = (_O.GREATER_THAN, _O.AT_LEAST, _O.LESS_THAN, _O.AT_MOST)
_HAS = (_O.CONTAINS, _O.NOT_CONTAINS)
_WORDS = (_O.CONTAINS, _O.NOT_CONTAINS, _O.STARTS_WITH, _O.ENDS_WITH, _O.MATCHES)
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = MappingProxyType(
    {
        Kind.CHOICE: (*_EQUALITY, *_PRESENCE),
        Kind.TEAM: (*_EQUALITY, *_PRESENCE),
        Kind.PERSON: (*_EQUALITY, *_PRESENCE),
        Kind.CATEGORY: (*_EQUALITY, *_PRESENCE),
        Kind.TEXT: (*_EQUALITY, *_PRESENCE, *_WORDS),
        Kind.NUMBER: (*_EQUALITY, *_PRESENCE, *_ORDER),
        Kind.HOURS: (*_ORDER, *_PRESENCE),
        Kind.INSTANT: (_O.BEFORE, _O.AFTER, *_PRESENCE),
        Kind.DATE: (*_EQUALITY, *_PRESENCE, _O.BEFORE, _O.AFTER),
        Kind.BOOLEAN: (_O.EQUALS, _O.NOT_EQUALS, *_PRESENCE),
    }
)
"""Which operators fit which values."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that can be asked about. `choices`: all values there are, for a CHOICE. `is_many`: it has any number
    of values at once, and a comparison holds when it holds for one. `in_small`: its texts are kept in lower case."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    is_many: bool = False
    in_small: bool = False


def operators(field: Field) -> tuple[Operator, ...]:
    """Which operators fit a field. To contain a choice, for one that has several, is to have it."""
    return (*OPERATORS[field.kind], *_HAS) if field.kind is Kind.CHOICE and field.is_many else OPERATORS[field.kind]


def comparison(field: Field, operator: Operator) -> Operator:
    """The comparison that an operator makes, or denies, on a field."""
    return Operator.IN if field.kind is Kind.CHOICE and operator in _HAS else POSITIVE[operator]


CUSTOM = "customField:"
"""What the name of a custom field's condition begins with; its id follows."""
Names = Mapping[Kind, Mapping[str, frozenset[UUID]]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields by name, and what teams, people and categories are called: each name stands for one id, that of a
    category for its whole branch. `unfit`: fields that cannot be asked about here, and why not."""

    fields: Mapping[str, Field]
    names: Names
    unfit: Mapping[str, str] = field(default_factory=dict)
