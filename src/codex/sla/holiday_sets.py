"""Public holidays of countries, ready to be entered into a calendar. Pure: the dates come with the program."""

from functools import cache

import holidays

from codex.kernel.checks import Checks

YEARS = range(1970, 2100)
MOST_YEARS = 30


@cache
def countries() -> dict[str, tuple[str, ...]]:
    """The countries there are holidays of, by code (ISO 3166-1, such as DE), each with the codes of its parts that have
    holidays of their own (mostly ISO 3166-2, such as BY)."""
    supported = holidays.list_supported_countries(include_aliases=False)
    return {code: tuple(supported[code]) for code in sorted(supported)}


def entries(country: str, first_year: int, last_year: int, *, subdivision: str | None = None) -> list[dict[str, str]]:
    """The public holidays of a country, or of a part of it, in these years and those between: `holidays` of a calendar,
    `[{"date": "2026-12-25", "name": "Christmas Day"}]` in the order of dates, in English where it is known.

    Each closes its whole date; of two on one date both are named. Raises Invalid for what there is not.
    """
    code, part = country.strip().upper(), None
    with Checks() as check:
        parts = countries().get(code)
        if parts is None:
            check.fail("country", f"There are no holidays of {country[:20]!r}; use a code such as DE.")
        elif subdivision is not None:
            part = next((each for each in parts if each.upper() == subdivision.strip().upper()), None)
            if part is None:
                known = f"it has those of {', '.join(parts)}" if parts else "it has no parts with holidays of their own"
                check.fail("subdivision", f"There are no holidays of {subdivision[:20]!r} in {code}; {known}.")
        if first_year not in YEARS or last_year not in YEARS:
            check.fail("years", f"Holidays are known of {YEARS[0]} to {YEARS[-1]}.")
        elif not 0 <= last_year - first_year < MOST_YEARS:
            check.fail("years", f"Give a first and a last year, {MOST_YEARS} years at most.")
    years = range(first_year, last_year + 1)
    found = holidays.country_holidays(code, subdiv=part, years=years, language="en_US")
    return [{"date": day.isoformat(), "name": name[:200]} for day, name in sorted(found.items())]
