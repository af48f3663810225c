"""The hours that a target gives each clock. Pure: no database."""

from decimal import Decimal

from msgspec import Struct

from codex.kernel.checks import Checks

MOST = 87_600
"""Ten years."""
_DECIMALS = 20
_LEAST = Decimal("0.000000001")
"""Less would be no microsecond, and so no clock, without being 0."""


class Hours(Struct, frozen=True, rename="camel"):
    """What a target promises, in hours or fractions of them; 0 or None: no such clock."""

    first_response_hours: Decimal | None = None
    resolution_hours: Decimal | None = None


def written(first_response: float | None, resolution: float | None) -> Hours:
    """The hours as they were written: 0.1 is a tenth, not the double next to it."""
    return Hours(
        None if first_response is None else Decimal(repr(first_response)),
        None if resolution is None else Decimal(repr(resolution)),
    )


def checked(check: Checks, hours: Hours, *, path: str = "") -> Hours:
    """The hours as they are kept; notes what no target can be. Whoever wants no clock says 0: both left out is none."""
    at = f"{path}." if path else ""
    if hours.first_response_hours is None and hours.resolution_hours is None:
        check.fail(f"{at}resolutionHours", "Give the hours of at least one clock; 0 says that there is none.")
    return Hours(
        _checked(check, f"{at}firstResponseHours", hours.first_response_hours),
        _checked(check, f"{at}resolutionHours", hours.resolution_hours),
    )


def microseconds(hours: Decimal | None) -> int | None:
    """The target in microseconds, rounded to the nearest; None when there is no such clock."""
    return round(hours * 3_600_000_000) if hours else None


def number(hours: Decimal | None) -> float | None:
    """As JSON has it: 4, 0.5."""
    if hours is None:
        return None
    return int(hours) if hours == hours.to_integral_value() else float(hours)


def _checked(check: Checks, path: str, hours: Decimal | None) -> Decimal | None:
    if hours is None:
        return None
    if not hours.is_finite() or not 0 <= hours <= MOST:
        check.fail(path, f"Hours are a number from 0 to {MOST}.")
        return None
    exponent = hours.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_DECIMALS:
        check.fail(path, f"Hours have at most {_DECIMALS} decimals.")
    elif 0 < hours < _LEAST:
        check.fail(path, f"Hours are 0, which means no clock, or at least {_LEAST:f}.")
    return Decimal(f"{hours:f}") if hours else Decimal(0)
