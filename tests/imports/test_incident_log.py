import lzma
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from incident_samples import FIRST_LINE, FIRST_ROW, HEADER, line

from codex.imports.incident_log import LONGEST_LINE, BadLine, LogError, LogRow, read_log


@pytest.fixture
def log(tmp_path):
    def write(*lines: str | bytes, header: str = HEADER, name: str = "log.csv", end: bytes = b"\n") -> Path:
        path = tmp_path / name
        data = b"".join((each.encode() if isinstance(each, str) else each) + end for each in (header, *lines))
        path.write_bytes(lzma.compress(data) if name.endswith(".xz") else data)
        return path

    return write


def test_a_line_becomes_a_row_of_what_it_says(log):
    assert list(read_log(log(FIRST_LINE))) == [FIRST_ROW]


def test_an_xz_of_the_log_reads_the_same(log):
    assert list(read_log(log(FIRST_LINE, name="log.csv.xz"))) == [FIRST_ROW]


def test_xz_data_under_another_name_is_known_by_its_first_bytes(log):
    path = log(FIRST_LINE, name="log.csv.xz").rename(log("").with_suffix(".txt"))
    assert list(read_log(path)) == [FIRST_ROW]


def test_windows_line_ends_a_byte_order_mark_and_empty_lines_do_not_matter(log):
    assert list(read_log(log(FIRST_LINE, "", header="\ufeff" + HEADER, end=b"\r\n"))) == [FIRST_ROW]


def test_the_last_line_needs_no_line_end(log):
    path = log(FIRST_LINE)
    path.write_bytes(path.read_bytes().rstrip())
    assert list(read_log(path)) == [FIRST_ROW]


def test_columns_may_stand_in_any_order_and_unused_ones_may_be_missing(log):
    names = [name for name in HEADER.split(",") if name not in {"active", "closed_at"}][::-1]
    values = dict(zip(HEADER.split(","), FIRST_LINE.split(","), strict=True))
    path = log(",".join(values[name] for name in names), header=",".join(names))
    assert list(read_log(path)) == [FIRST_ROW]


def test_quoted_fields_may_hold_commas_and_quotes(log):
    (read,) = read_log(log(line(u_symptom='"No ""mail"", since noon"')))
    assert read.symptom == 'No "mail", since noon'


def test_a_question_mark_and_nothing_both_mean_unknown(log):
    rows = list(read_log(log(line(priority="?", assigned_to="?"), line(priority="", assigned_to=" "))))
    assert [(row.priority, row.agent) for row in rows] == [(None, None)] * 2


@pytest.mark.parametrize("n", "1234")
def test_a_priority_is_its_number(log, n):
    (read,) = read_log(log(line(priority=f"{n} - Whatever")))
    assert read.priority == f"P{n}"


def test_equal_words_and_times_are_one_object(log):
    first, second = read_log(log(FIRST_LINE, FIRST_LINE))
    assert first.caller is second.caller
    assert first.updated_at is second.updated_at


def test_rows_come_before_the_file_is_read_to_its_end(log):
    rows = read_log(log(*[FIRST_LINE] * 10_000, name="log.csv.xz"))
    assert next(rows) == FIRST_ROW


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("INC1,New", "it has 2 columns, not 36"),
        (FIRST_LINE + ",more", "it has 37 columns, not 36"),
        (line(number="?"), "it has no number"),
        (line(number=""), "it has no number"),
        (line(opened_at="?"), "opened_at is '?', not D/M/YYYY HH:MM"),
        (line(sys_updated_at="2016-02-29 01:23"), "sys_updated_at is '2016-02-29 01:23', not D/M/YYYY HH:MM"),
        (line(opened_at="30/2/2016 01:23"), "opened_at is '30/2/2016 01:23', which no calendar has"),
        (line(opened_at="1/1/0000 00:00"), "opened_at is '1/1/0000 00:00', which no calendar has"),
        (line(sys_mod_count="one"), "sys_mod_count is 'one', not a number from 0 to 999999"),
        (line(reopen_count="-1"), "reopen_count is '-1', not a number from 0 to 999999"),
        (line(reopen_count="9" * 5000), f"reopen_count is '{'9' * 20}', not a number from 0 to 999999"),
        (line(priority="7 - Whenever"), "priority is '7 - Whenever', not 1 to 4"),
        (line(caller_id="x" * 101), f"'{'x' * 20}'… is longer than 100 characters"),
        (line(caller_id="Caller\0"), "it holds a NUL byte"),
        (line(caller_id='"Caller'), "it is not CSV: unexpected end of data"),
        (line(caller_id="§").encode("latin-1"), "it is not UTF-8 at byte 32"),
        (b"x" * 3 * LONGEST_LINE, "it is longer than 65,536 bytes"),
    ],
)  # fmt: skip
def test_a_bad_line_says_where_and_why_and_the_next_one_is_read(log, bad, reason):
    before, wrong, after = read_log(log(FIRST_LINE, bad, FIRST_LINE))
    assert wrong == BadLine(3, reason)
    assert (before.line, after.line) == (2, 4)


def test_a_strict_reading_stops_at_the_first_bad_line(log):
    entries = read_log(log(FIRST_LINE, "INC1,New", FIRST_LINE), strict=True)
    assert next(entries) == FIRST_ROW
    with pytest.raises(LogError, match=r"^log.csv, line 3: it has 2 columns, not 36\.$"):
        next(entries)


def test_times_are_read_in_the_given_zone_and_kept_in_utc(log):
    (read,) = read_log(log(line(opened_at="29/2/2016 01:16")), zone=ZoneInfo("America/Sao_Paulo"))
    assert read.opened_at == datetime(2016, 2, 29, 4, 16, tzinfo=UTC)
    assert read.opened_at.tzinfo is UTC


def test_a_time_that_the_zone_skips_moves_forward_by_what_is_skipped(log):
    (read,) = read_log(log(line(opened_at="27/3/2016 02:30")), zone=ZoneInfo("Europe/Berlin"))
    assert read.opened_at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == "03:30"


def test_a_time_that_the_zone_lives_twice_is_the_first_of_the_two(log):
    (read,) = read_log(log(line(opened_at="30/10/2016 02:30")), zone=ZoneInfo("Europe/Berlin"))
    assert read.opened_at == datetime(2016, 10, 30, 0, 30, tzinfo=UTC)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(LogError, match=r"none\.csv cannot be opened: No such file or directory\.$"):
        next(read_log(tmp_path / "none.csv"))


def test_a_folder_is_no_log(tmp_path):
    with pytest.raises(LogError, match=r"cannot be opened: Is a directory\.$"):
        next(read_log(tmp_path))


def test_a_header_without_a_needed_column_names_what_is_missing(log):
    header = HEADER.replace("opened_at", "when").replace("priority", "how_bad")
    with pytest.raises(LogError, match=r"^log.csv is no incident log: its header lacks opened_at, priority\.$"):
        next(read_log(log(FIRST_LINE, header=header)))


def test_an_empty_file_is_no_log(tmp_path):
    path = tmp_path / "empty.csv"
    path.touch()
    with pytest.raises(LogError, match=r"^empty.csv is no incident log: its header lacks number, "):
        next(read_log(path))


def test_a_file_called_xz_that_is_none_says_so(tmp_path):
    path = tmp_path / "log.csv.xz"
    path.write_text(HEADER)
    with pytest.raises(LogError, match=r"^log.csv.xz is called .xz but holds no xz data\.$"):
        next(read_log(path))


def test_a_truncated_xz_gives_its_rows_and_then_names_the_line_of_the_break(log):
    lines = [line(number=f"INC{n:07}", caller_id=f"Caller {n * 7919 % 104729}") for n in range(20_000)]
    path = log(*lines, name="log.csv.xz")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    rows: list[LogRow | BadLine] = []
    with pytest.raises(LogError) as broken:
        rows.extend(read_log(path))
    assert len(rows) > 1_000
    assert all(isinstance(row, LogRow) for row in rows)
    assert str(broken.value) == f"log.csv.xz breaks off at line {len(rows) + 2}: its xz data is cut short."


def test_damaged_xz_data_names_the_line_from_which_on_it_is(log):
    path = log(*[line(number=f"INC{n * 7919 % 104729:07}") for n in range(20_000)], name="log.csv.xz")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)
    path.write_bytes(data)
    with pytest.raises(LogError, match=r"^log.csv.xz cannot be read from line \d+ on: "):
        list(read_log(path))


_line = st.one_of(
    st.binary(max_size=60),
    st.builds(
        lambda column, text: line(**{column: text}).encode(),
        st.sampled_from(HEADER.split(",")),
        st.text(max_size=12),
    ),
)


@settings(deadline=None)
@given(lines=st.lists(_line, max_size=6))
@example(lines=[b'"', b'"'])
def test_no_line_whatever_it_holds_stops_the_reading(lines):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        path.write_bytes(b"\n".join([HEADER.encode(), *lines]))
        entries = list(read_log(path))
    assert all(isinstance(entry, LogRow | BadLine) for entry in entries)


@settings(deadline=None)
@given(data=st.binary(max_size=300), name=st.sampled_from(["log.csv", "log.csv.xz"]), is_xz=st.booleans())
def test_no_file_whatever_it_holds_fails_other_than_by_a_log_error(data, name, is_xz):
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(b"\xfd7zXZ\x00" * is_xz + data)
        with pytest.raises(LogError):
            list(read_log(path))
