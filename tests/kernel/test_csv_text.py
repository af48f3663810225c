"""CSV that any reader takes apart again, and no spreadsheet runs."""

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.kernel.csv_text import line


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (-7, "-7"),
        (-0.5, "-0.5"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00Z"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("VPN drops", "VPN drops"),
        ('He said "no"', '"He said ""no"""'),
        ("a,b", '"a,b"'),
        ("a;=1", '"a;=1"'),
        ("two\nlines", '"two\nlines"'),
        ('=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'),
        ("+49 30", "'+49 30"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", '"\'\tx"'),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
    ],
)
def test_a_cell_says_what_it_holds_and_nothing_runs(value: object, cell: str) -> None:
    assert line([value]) == f"{cell}\r\n"


@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=1))
def test_whoever_reads_it_finds_the_same_cells_and_no_formula(cells: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(line([*cells, "end"]), newline=""))
    assert not any(cell.lstrip().startswith(tuple("=+-@")) for cell in row)
    assert [cell.removeprefix("'") for cell in row[:-1]] == [cell.removeprefix("'") for cell in cells]
