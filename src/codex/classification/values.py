"""What answers a custom field, and the text by which answers are sorted and looked up. Pure: no database."""

import re
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from codex.classification.models import FieldType
from codex.kernel.checks import Checks

TEXT_MOST = 500
TEXTAREA_MOST = 10_000
NUMBER_MOST = 10**15
"""Up to here a JSON number is one number exactly, whoever reads it."""
SORTED_BY = 200
"""How many characters of a text lists are sorted by; longer ones would not fit into an index."""
CHOICES = (FieldType.DROPDOWN, FieldType.MULTISELECT)

Answer = str | int | float | bool | list[str]
"""JSON: text, an option, an ISO date or a person's id; a number; a truth; options, each once."""


class Unfit(Exception):
    """The value is no answer to this field; the text says what would be."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a field takes. `options`: those that may be chosen, of a DROPDOWN or MULTISELECT."""

    type: FieldType
    options: Sequence[str] = ()


def answer(question: Question, given: Any, *, kept: Collection[str] = ()) -> Answer | None:
    """The answer that a JSON value is; None when it is none: null, a blank text, no option.

    `kept`: options of the answer so far, which may stay though they are retired. Raises Unfit. Whether a USER is
    somebody, the caller finds out.
    """
    if given is None:
        return None
    match question.type:
        case FieldType.TEXT | FieldType.TEXTAREA:
            return _text(question.type, given)
        case FieldType.NUMBER:
            return _number(given)
        case FieldType.DROPDOWN:
            return _option(question, given, kept) if given != "" else None
        case FieldType.MULTISELECT:
            return _options(question, given, kept)
        case FieldType.DATE:
            return _date(given)
        case FieldType.CHECKBOX:
            return _truth(given)
        case FieldType.USER:
            return _person(given)


def read(question: Question, text: str) -> Answer:
    """The answer, or one of its options, that somebody means who looks for `text`. Raises Unfit."""
    match question.type:
        case FieldType.NUMBER:
            try:
                return _number(float(text))
            except ValueError as bad:
                raise Unfit("This is not a number.") from bad
        case FieldType.CHECKBOX:
            return _truth({"true": True, "false": False}.get(text, text))
        case FieldType.MULTISELECT:
            return _option(question, text, ())
        case _:
            found = answer(question, text)
            if found is None or isinstance(found, list):
                raise Unfit("This must not be empty.")
            return found


def sort_value(kind: FieldType, found: Answer) -> str:
    """A text that stands among others, compared byte by byte, as the answer does among answers of the same field."""
    match found:
        case bool():
            return "true" if found else "false"
        case int() | float():
            return _ordered(float(found))
        case list():
            return _folded(found[0])
        case _:
            return found if kind in (FieldType.DATE, FieldType.USER) else _folded(found)


def is_same(one: Answer | None, other: Answer | None) -> bool:
    """Whether two answers of a field say the same: the order of chosen options says nothing."""
    if isinstance(one, list) and isinstance(other, list):
        return set(one) == set(other)
    return one == other


def _text(kind: FieldType, given: Any) -> str | None:
    if not isinstance(given, str):
        raise Unfit("This must be a text.")
    check = Checks()
    if kind is FieldType.TEXTAREA:
        text = check.text("", given, most=TEXTAREA_MOST)
        text = text if text.strip() else ""
    else:
        text = check.note("", given, most=TEXT_MOST) or ""
    if check.problems:
        raise Unfit(check.problems[0].message)
    return text or None


def _number(given: Any) -> int | float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Unfit("This must be a number.")
    if not -NUMBER_MOST <= given <= NUMBER_MOST:
        raise Unfit(f"This must be a number from -{NUMBER_MOST} to {NUMBER_MOST}.")
    return given + 0  # a zero has no sign


def _option(question: Question, given: Any, kept: Collection[str]) -> str:
    if not isinstance(given, str) or not (given in question.options or given in kept):
        raise Unfit("This must be one of the field's options.")
    return given


def _options(question: Question, given: Any, kept: Collection[str]) -> list[str] | None:
    if not isinstance(given, list):
        raise Unfit("This must be a list of the field's options.")
    chosen = [_option(question, each, kept) for each in given]
    if len(set(chosen)) < len(chosen):
        raise Unfit("Each option may be chosen once.")
    return chosen or None


_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _date(given: Any) -> str | None:
    if given == "":
        return None
    try:
        if isinstance(given, str) and _DATE.fullmatch(given):
            return date.fromisoformat(given).isoformat()
    except ValueError:
        pass
    raise Unfit("This must be a date such as 2026-03-02.")


def _truth(given: Any) -> bool:
    if not isinstance(given, bool):
        raise Unfit("This must be true or false.")
    return given


def _person(given: Any) -> str | None:
    if given == "":
        return None
    try:
        if isinstance(given, str):
            return str(UUID(given))
    except ValueError:
        pass
    raise Unfit("This must be the id of a person.")


def _folded(text: str) -> str:
    return text.lower()[:SORTED_BY]


def _ordered(number: float) -> str:
    """The 64 bits of an IEEE 754 number so turned that they ascend with it: all of a negative one, else the sign."""
    bits: int = struct.unpack(">Q", struct.pack(">d", number))[0]
    turned = bits ^ (2**64 - 1 if bits >> 63 else 1 << 63)
    return f"{turned:016x}"
