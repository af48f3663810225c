"""The conversation in the order of reading."""

from datetime import timedelta

from page_samples import AMIR, NOW, ROSA, ZONE, event, message

from codex.web.present.thread import Entry, arrange
from codex.web.present.views import DayView, EventRunView

DAY = timedelta(days=1)


def shapes(*entries: Entry) -> list[str]:
    return [item.shape for item in arrange(entries, now=NOW, zone=ZONE)]


def changes(count: int, *, at: timedelta = timedelta()) -> list[Entry]:
    return [event("tag", NOW - DAY + at + timedelta(minutes=n), "*Amir", f" change {n}") for n in range(count)]


def test_the_oldest_comes_first() -> None:
    late, early = message("2", "agent", AMIR, NOW, ""), message("1", "requester", ROSA, NOW - timedelta(hours=1), "")

    assert arrange([late, early], now=NOW, zone=ZONE) == (early[1], late[1])


def test_a_line_stands_between_two_days_but_not_before_the_first() -> None:
    items = arrange([*changes(1), message("1", "requester", ROSA, NOW, "")], now=NOW, zone=ZONE)

    assert [item.words if isinstance(item, DayView) else item.shape for item in items] == ["event", "Today", "message"]


def test_three_changes_in_a_row_fold_and_two_do_not() -> None:
    assert shapes(*changes(2)) == ["event", "event"]
    assert shapes(*changes(3)) == ["run"]


def test_a_fold_says_how_many_and_keeps_them_all() -> None:
    (run,) = arrange(changes(4), now=NOW, zone=ZONE)

    assert isinstance(run, EventRunView)
    assert (run.summary, len(run.events), run.at) == ("4 changes", 4, run.events[-1].at)


def test_a_message_and_a_midnight_part_a_run() -> None:
    middle = message("1", "agent", AMIR, NOW - DAY + timedelta(minutes=30), "")

    assert shapes(*changes(2), middle, *changes(2, at=timedelta(hours=1))) == [
        "event",
        "event",
        "message",
        "event",
        "event",
    ]
    assert shapes(*changes(2), *changes(2, at=DAY)) == ["event", "event", "day", "event", "event"]
