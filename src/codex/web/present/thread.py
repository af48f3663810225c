"""Puts what happened on a ticket in the order of reading: days between, runs of small changes folded."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from codex.web.present import words
from codex.web.present.language import ngettext
from codex.web.present.views import DayView, EventLineView, EventRunView, MessageView, ThreadItem

FOLD_FROM = 3

Entry = tuple[datetime, MessageView | EventLineView]


def arrange(entries: Iterable[Entry], *, now: datetime, zone: ZoneInfo) -> tuple[ThreadItem, ...]:
    """The thread, oldest first, from entries in any order. A single day needs no line; the first never has one."""
    days = groupby(sorted(entries, key=lambda entry: entry[0]), key=lambda entry: entry[0].astimezone(zone).date())
    thread: list[ThreadItem] = []
    for _date, of_day in days:
        entries_of_day = list(of_day)
        if thread:
            thread.append(DayView(words=words.day(entries_of_day[0][0], now=now, zone=zone)))
        for is_event, run in groupby(entries_of_day, key=lambda entry: isinstance(entry[1], EventLineView)):
            items = [item for _at, item in run]
            thread.extend(_fold([item for item in items if isinstance(item, EventLineView)]) if is_event else items)
    return tuple(thread)


def _fold(events: list[EventLineView]) -> list[ThreadItem]:
    if len(events) < FOLD_FROM:
        return list(events)
    summary = ngettext("{count} change", "{count} changes", len(events)).format(count=len(events))
    return [EventRunView(summary=summary, events=tuple(events), at=events[-1].at)]
