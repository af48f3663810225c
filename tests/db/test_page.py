"""Keyset pages: walked one after the other they are the whole order, and a cursor that is not ours is refused."""

import base64
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.db.page import Page, Place, cut, decode
from codex.db.sql import clause
from codex.kernel.errors import Invalid

ROWS = st.lists(st.tuples(st.integers(0, 3), st.uuids()), unique_by=lambda row: row[1], max_size=30)


def page(rows: list[tuple[int, UUID]], *, limit: int, cursor: str | None) -> Page[tuple[int, UUID]]:
    """What a query does: order, seek behind the place, read one more than wanted."""
    ordered = sorted(rows)
    if cursor is not None:
        place = decode(cursor, sort="value")
        ordered = [row for row in ordered if row > (place.value, place.id)]
    return cut(ordered[: limit + 1], limit=limit, place=lambda row: Place("value", *row))


@given(ROWS, st.integers(1, 8))
def test_walking_the_pages_gives_the_whole_order_once_also_among_equals(
    rows: list[tuple[int, UUID]], limit: int
) -> None:
    found, cursor, pages = [], None, 0
    while True:
        one = page(rows, limit=limit, cursor=cursor)
        found += one.items
        pages += 1
        assert len(one.items) <= limit
        if one.next_cursor is None:
            break
        cursor = one.next_cursor

    assert found == sorted(rows)
    assert pages == max(1, -(-len(rows) // limit))


@given(ROWS, st.integers(1, 8), st.data())
def test_a_row_that_appears_or_goes_moves_no_other_to_another_page(
    rows: list[tuple[int, UUID]], limit: int, data: st.DataObject
) -> None:
    first = page(rows, limit=limit, cursor=None)
    if first.next_cursor is None:
        return
    gone = data.draw(st.sampled_from(sorted(rows)[:limit]))
    after = page([row for row in rows if row != gone], limit=limit, cursor=first.next_cursor)

    assert after == page(rows, limit=limit, cursor=first.next_cursor)


@given(
    st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.text(st.characters(exclude_categories=["Cs"]))),
    st.uuids(),
)
def test_a_cursor_names_its_place_and_fits_into_an_address(value: int | str | None, key: UUID) -> None:
    cursor = Place("name", value, key).encode()

    assert cursor.replace("-", "").replace("_", "").isalnum()
    if "\x00" not in str(value):
        assert decode(cursor, sort="name") == Place("name", value, key)


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_refused(cursor: str) -> None:
    try:
        decode(cursor, sort="name")
    except Invalid as refused:
        assert [problem.path for problem in refused.problems] == ["cursor"]


def forged(*parts: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode()


KEY = UUID(int=7)


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "é", "====", "bnVsbA", "\ud800", "W10", forged(), forged("name"), forged("name", "a", "no id"),
        forged("name", "a\x00", KEY), forged("name", [1], KEY), forged("name", {"a": 1}, KEY), forged("name", 1.5, KEY),
        forged("name", True, KEY), forged(1, "a", KEY), "a" * 10_000,
    ],
)  # fmt: skip
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid, match="not one of ours"):
        decode(cursor, sort="name")


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(Invalid, match="belongs to the sort order created"):
        decode(Place("created", 1, KEY).encode(), sort="name")


def test_a_page_that_is_just_full_is_the_last() -> None:
    assert cut([1, 2], limit=2, place=lambda _: Place("n", 1, KEY)) == Page([1, 2], None)
    assert cut([1, 2, 3], limit=2, place=lambda n: Place("n", n, KEY)) == Page([1, 2], Place("n", 2, KEY).encode())


def test_one_text_of_sql_serves_both_roads() -> None:
    assert str(clause("a = %(a)s AND b = %(b)s OR a IS NULL").compile()) == "a = :a AND b = :b OR a IS NULL"
