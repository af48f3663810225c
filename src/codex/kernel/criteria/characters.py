"""Sets of characters, as ranges of code points: what the classes of a regular expression are made of."""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

Ranges = tuple[tuple[int, int], ...]
"""First and last code point of each, ascending, apart."""

LAST = 0x10FFFF
NEWLINE: Ranges = ((10, 10),)
DIGITS: Ranges = ((48, 57),)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACES: Ranges = ((9, 10), (12, 13), (32, 32))
BY_NAME: Mapping[str, Ranges] = MappingProxyType(
    {
        "alnum": ((48, 57), (65, 90), (97, 122)), "alpha": ((65, 90), (97, 122)), "ascii": ((1, 127),),
        "blank": ((9, 9), (32, 32)), "cntrl": ((1, 31), (127, 127)), "digit": DIGITS, "graph": ((33, 126),),
        "lower": ((97, 122),), "print": ((32, 126),), "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
        "space": ((9, 13), (32, 32)), "upper": ((65, 90),), "word": WORD, "xdigit": ((48, 57), (65, 70), (97, 102)),
    }
)  # fmt: skip
"""The classes of RE2 in `[[:…:]]`, all of them ASCII."""
_CASED_UP_TO = 0x1E944
"""No script beyond has capitals and small letters."""


def union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges in any order, put together."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def complement(ranges: Ranges) -> Ranges:
    """Every other character but NUL, which no text has."""
    found, start = [], 1
    for first, last in ranges:
        if first > start:
            found.append((start, first - 1))
        start = max(start, last + 1)
    return (*found, (start, LAST)) if start <= LAST else tuple(found)


def in_any_case(ranges: Ranges) -> Ranges:
    """With each letter its capital or small form, one character each: `k` brings K and the Kelvin sign."""
    more = [
        (other, other)
        for code, others in _alike().items()
        if any(first <= code <= last for first, last in ranges)
        for other in others
    ]
    return union([*ranges, *more])


@cache
def _alike() -> dict[int, list[int]]:
    forms: dict[str, list[int]] = {}
    for code in range(1, _CASED_UP_TO):
        letter = chr(code)
        small = next((s for s in (letter.casefold(), letter.lower()) if len(s) == 1), letter)
        forms.setdefault(small, []).append(code)
    return {code: codes for codes in forms.values() if len(codes) > 1 for code in codes}
