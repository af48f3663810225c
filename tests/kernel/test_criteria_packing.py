"""Values of every kind are packed to JSON and back, and nothing is lost."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from codex.kernel.criteria.grammar import Field, Kind
from codex.kernel.criteria.packing import pack, unpack
from codex.kernel.criteria.tree import Scalar

EVERY: dict[Kind, tuple[Scalar, ...]] = {
    Kind.CHOICE: ("P1",),
    Kind.TEAM: (UUID(int=1),),
    Kind.PERSON: (UUID(int=2),),
    Kind.CATEGORY: (UUID(int=3),),
    Kind.TEXT: ("Straße \u0301", "", "true", "1"),
    Kind.NUMBER: (Decimal("0.1"), Decimal("1E+22"), Decimal("-2.50"), Decimal(0)),
    Kind.HOURS: (timedelta(microseconds=1), timedelta(days=40_000, microseconds=999_999), timedelta(0)),
    Kind.INSTANT: (datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)),
    Kind.DATE: (date(1, 1, 1), date(2026, 2, 28)),
    Kind.BOOLEAN: (True, False),
}
FIELDS = {kind.value: Field(kind.value, kind, is_many=True) for kind in Kind}


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_lost(kind: Kind) -> None:
    values = {kind.value: EVERY[kind]}
    back = unpack(json.loads(json.dumps(pack(values))), FIELDS)
    assert back == values
    assert [type(value) for value in back[kind.value]] == [type(value) for value in EVERY[kind]]
    assert [str(value) for value in back[kind.value]] == [str(value) for value in EVERY[kind]]


def test_what_is_absent_stays_absent_and_what_is_no_field_any_more_is_left_out() -> None:
    packed = pack({"text": (), "number": (Decimal(1),), "gone": ("x",)})
    assert "text" not in packed and unpack(packed, FIELDS) == {"number": (Decimal(1),)}


def test_what_was_never_packed_so_is_refused() -> None:
    with pytest.raises(ValueError, match="badly formed"):
        unpack({"team": ["it"]}, FIELDS)
