"""Public holidays of countries become the entries of a calendar."""

import pytest
from simulations import A

from codex.kernel.errors import Invalid
from codex.sla.calendar_reading import read
from codex.sla.holiday_sets import countries, entries


def test_the_holidays_of_a_country_are_dates_with_names_in_order() -> None:
    found = entries("de", 2026, 2027)

    assert {"date": "2026-12-25", "name": "Christmas Day"} in found
    assert {"date": "2027-03-26", "name": "Good Friday"} in found
    assert [day["date"] for day in found] == sorted({day["date"] for day in found})


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    epiphany = {"date": "2026-01-06", "name": "Epiphany"}

    assert epiphany in entries("DE", 2026, 2026, subdivision="by")
    assert epiphany not in entries("DE", 2026, 2026, subdivision="HH")
    peace = [day for day in entries("DE", 2026, 2026, subdivision="augsburg") if day["date"] == "2026-08-08"]
    assert len(peace) == 1


@pytest.mark.parametrize("country", sorted(countries()))
def test_the_holidays_of_every_country_can_be_entered(country: str) -> None:
    found = entries(country, 2026, 2027)

    calendar = read({**A, "holidays": found})

    assert len(calendar.dates) == len(found)


@pytest.mark.parametrize(
    ("country", "years", "part", "path"),
    [
        ("XX", (2026, 2026), None, "country"),
        ("", (2026, 2026), None, "country"),
        ("DE", (2026, 2026), "XX", "subdivision"),
        ("FI", (2026, 2026), "XX", "subdivision"),
        ("DE", (1800, 1801), None, "years"),
        ("DE", (2027, 2026), None, "years"),
        ("DE", (2000, 2099), None, "years"),
    ],
)
def test_what_there_is_not_is_refused_by_name(
    country: str, years: tuple[int, int], part: str | None, path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        entries(country, *years, subdivision=part)

    assert [problem.path for problem in refused.value.problems] == [path]
