"""Ids that follow from a number, the same in Python, in SQL and in a script of pgbench.

They have the form of UUID version 7, milliseconds first, so that they fall into an index as real ones do.
"""

from uuid import UUID

TICKET, MESSAGE, EVENT, USER, TEAM, CATEGORY, OTHER, CLOCK = range(1, 9)
"""Kinds of rows: two of one number and instant differ in it."""
EVERY = 16
"""Tickets whose number it divides are the biggest team's from the start and forever, so that a script can name them."""


def uuid_of(kind: int, version: int, millis: int, number: int) -> UUID:
    """The id of the `version`th row of `kind` that belongs to `number` (below 2^60)."""
    return UUID(f"{millis:012x}7{kind * 256 + version:03x}8{number:015x}")


def uuid_sql(kind: int, version: str, millis: str, number: str) -> str:
    """The same in SQL: the last three are expressions, the last two of type bigint."""
    return (
        f"(lpad(to_hex({millis}), 12, '0') || '7' || lpad(to_hex({kind * 256} + {version}), 3, '0')"
        f" || '8' || lpad(to_hex({number}), 15, '0'))::uuid"
    )
