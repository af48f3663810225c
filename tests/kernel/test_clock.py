"""Time as data: what is an instant, what is not, and how one is written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.kernel import clock

ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.builds(
    lambda seconds, zone: (datetime(2, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone),
    st.floats(0, 9996 * 365.2425 * 86400, allow_nan=False),
    ZONES,
)


@given(INSTANTS)
def test_what_is_written_is_read_back_as_the_same_instant(at: datetime) -> None:
    written = clock.iso(at)

    assert written.endswith("Z")
    assert clock.parse(written) == at
    assert clock.parse(written).tzinfo is UTC


@given(INSTANTS)
def test_the_zone_of_what_is_read_does_not_matter(at: datetime) -> None:
    assert clock.parse(at.isoformat()) == at


@given(st.one_of(st.text(), st.datetimes().map(str), INSTANTS.map(str)))
def test_text_is_an_instant_or_a_value_error_and_nothing_else(text: str) -> None:
    try:
        at = clock.parse(text)
    except ValueError:
        return
    assert at.tzinfo is UTC


@pytest.mark.parametrize("text", ["2026-03-02T09:00", "2026-03-02", "2026-03-02 09:00:00.5"])
def test_a_local_time_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match="names no time zone"):
        clock.parse(text)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01T00:00Z", "0001-01-01T00:00+14:00", "9999-12-31T23:00-14:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        clock.parse(text)


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00Z"),
        (datetime(2026, 3, 2, 9, 0, 0, 500_000, tzinfo=UTC), "2026-03-02T09:00:00.500000Z"),
        (datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=2))), "2026-03-02T07:00:00Z"),
    ],
)
def test_an_instant_is_written_in_utc(at: datetime, written: str) -> None:
    assert clock.iso(at) == written


def test_the_present_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
