"""Comma-separated values (RFC 4180) that a spreadsheet shows and never runs."""

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from codex.kernel import clock

MEDIA_TYPE = "text/csv; charset=utf-8"
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""How a cell begins that spreadsheets take for a formula (OWASP, "CSV Injection")."""
_QUOTED = re.compile(r'[",;\r\n\t]')
_PLAIN = re.compile(r"[^\s=+\-@＝＋－＠\",;][^\",;\r\n\t]*")
"""What most cells are: nothing to guard, nothing to quote."""


def line(cells: Iterable[object]) -> str:
    """One row, its end (CRLF) included. None is an empty cell, an instant ISO 8601 with `Z`; texts that would be run
    as formulas begin with an apostrophe, numbers are left as they are."""
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else _guarded(value)
    if isinstance(value, datetime):
        return clock.iso(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float | UUID) else _guarded(str(value))


def _guarded(text: str) -> str:
    if _FORMULA.match(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
