"""A condition's value, as it was written, to what a field's values are compared with."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from codex.kernel import clock
from codex.kernel.criteria.grammar import LONGEST_TEXT, MOST_VALUES, Field, Kind, Names, Operator, comparison
from codex.kernel.criteria.pattern import Unreadable, pattern
from codex.kernel.criteria.tree import Operand, Scalar
from codex.kernel.folding import fold

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NOT_KEPT = re.compile(r"[\x00\ud800-\udfff]")
_MOST_HOURS = 1_000_000


class Unfit(ValueError):
    """A value that does not fit. `place`: `[2]` where it is one of several."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


def operand(field: Field, operator: Operator, said: object, names: Names) -> Operand:
    """What values of the field are compared with. Raises Unfit."""
    match comparison(field, operator):
        case Operator.IN:
            return _set(field, said if isinstance(said, list) else [said], names, is_list=isinstance(said, list))
        case Operator.CONTAINS | Operator.STARTS_WITH | Operator.ENDS_WITH:
            folded = fold(_text(said))
            if not folded:
                raise Unfit("This consists of accents alone.")
            return folded
        case Operator.MATCHES:
            try:
                return pattern(_text(said))
            except Unreadable as bad:
                raise Unfit(str(bad)) from bad
        case _:
            return _scalar(field, said)


def _set(field: Field, said: list[object], names: Names, *, is_list: bool) -> frozenset[Scalar]:
    if not said:
        raise Unfit("Give at least one value.")
    if len(said) > MOST_VALUES:
        raise Unfit(f"There are {len(said)} values; {MOST_VALUES} is the most.")
    found: set[Scalar] = set()
    for place, value in enumerate(said):
        try:
            found |= _named(field, value, names[field.kind]) if field.kind in names else {_scalar(field, value)}
        except Unfit as unfit:
            raise Unfit(unfit.reason, f"[{place}]" if is_list else "") from unfit
    return frozenset(found)


def _named(field: Field, said: object, names: Mapping[str, frozenset[UUID]]) -> frozenset[UUID]:
    found = names.get(said.lower()) if isinstance(said, str) else None
    if found is None:
        raise Unfit(f"There is no {field.kind} {quoted(said)}.")
    return found


def quoted(said: object) -> str:
    """What somebody wrote, for a message about it: not at any length."""
    text = repr(said)
    return text if len(text) <= 80 else f"{text[:80]}…"


def _scalar(field: Field, said: object) -> Scalar:
    """One value of a field that names nothing else."""
    match field.kind:
        case Kind.CHOICE:
            if said not in field.choices:
                raise Unfit(f"This is one of {', '.join(field.choices)}.")
            return str(said)
        case Kind.NUMBER:
            return _number(said)
        case Kind.HOURS:
            hours = _number(said)
            if not 0 <= hours <= _MOST_HOURS:
                raise Unfit(f"Hours go from 0 to {_MOST_HOURS}.")
            return timedelta(microseconds=int(hours * 3_600_000_000))
        case Kind.INSTANT:
            return _instant(said)
        case Kind.DATE:
            return _day(said)
        case Kind.BOOLEAN:
            if not isinstance(said, bool):
                raise Unfit("This is true or false.")
            return said
        case _:
            text = _text(said)
            return text.lower() if field.in_small else text


def _text(said: object) -> str:
    if not isinstance(said, str) or not said:
        raise Unfit("This is a text that is not empty.")
    if len(said) > LONGEST_TEXT:
        raise Unfit(f"This may have at most {LONGEST_TEXT} characters; it has {len(said)}.")
    if _NOT_KEPT.search(said):
        raise Unfit("This holds characters that no text can have.")
    return said


def _number(said: object) -> Decimal:
    """As its JSON reads, so that 0.1 is a tenth; the exponent is kept small, or a sum with it would fill memory."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise Unfit("This is a number.")
    if not abs(said) < 1e30:
        raise Unfit("This number is too large.")
    return Decimal(str(said))


def _instant(said: object) -> datetime:
    """A day alone is when it begins, in UTC."""
    if isinstance(said, str) and _DAY.fullmatch(said):
        said = f"{said}T00:00Z"
    try:
        return clock.parse(said if isinstance(said, str) else "")
    except ValueError as bad:
        raise Unfit("This is an instant such as 2026-03-02T09:00:00Z.") from bad


def _day(said: object) -> date:
    try:
        return date.fromisoformat(said if isinstance(said, str) and _DAY.fullmatch(said) else "")
    except ValueError as bad:
        raise Unfit("This is a day such as 2026-03-02.") from bad
