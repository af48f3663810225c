"""What answers a custom field: accepted is what an oracle of its own accepts, it comes back, and it sorts."""

import json
import math
import re
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.classification import values
from codex.classification.models import FieldType as F
from codex.classification.values import Question, Unfit, answer, is_same, read, sort_value

OPTIONS = ("Berlin", "Lyon", "São Paulo", "a,b")
PERSON = "01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11"
QUESTIONS = {kind: Question(kind, OPTIONS if kind in values.CHOICES else ()) for kind in F}

numbers = st.one_of(
    st.integers(-(10**15), 10**15), st.floats(-(10.0**15), 10.0**15), st.integers(), st.floats(),
    st.sampled_from([0, -0.0, 10**15, 10**15 + 1, -(10**15), 1e-320, 0.1, 1e308]),
)  # fmt: skip
words = st.one_of(st.text(max_size=30), st.sampled_from(["", " ", "\x00", "x" * 501, "x" * 10_001, "\ud800"]))
dates = st.one_of(
    st.dates().map(date.isoformat),
    st.sampled_from(
        ["2026-02-30", "20260302", "2026-W10-1", "2026-3-2", "２０２６-03-02", "2026-03-02T09:00Z", "0000-01-01"]
    ),
)
options = st.sampled_from([*OPTIONS, "Paris", "berlin", ""])
anything: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), numbers, words, dates, options, st.lists(options, max_size=4), st.uuids().map(str),
    st.sampled_from([PERSON, PERSON.upper(), PERSON[:-1], f"{{{PERSON}}}"]), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
)  # fmt: skip


def is_answer(kind: F, value: Any) -> bool:
    """By the words of the specification, said in another way than the code says it."""
    kept = re.sub(r"[\x00\ud800-\udfff]", "", value) if isinstance(value, str) else None
    if value is None:
        return True
    match kind:
        case F.TEXT:
            return kept is not None and len(" ".join(kept.split())) <= 500
        case F.TEXTAREA:
            return kept is not None and len(kept.replace("\r\n", "\n").strip("\n")) <= 10_000
        case F.NUMBER:
            return type(value) in (int, float) and math.isfinite(value) and abs(value) <= 10**15
        case F.DROPDOWN:
            return type(value) is str and value in (*OPTIONS, "")
        case F.MULTISELECT:
            return type(value) is list and all(v in OPTIONS for v in value) and len(value) == len(set(value))
        case F.DATE:
            return value == "" or (kept is not None and re.fullmatch(r"[0-9-]{10}", value) is not None and _day(value))
        case F.CHECKBOX:
            return value is True or value is False
        case F.USER:
            return kept is not None and (value == "" or re.sub(r"[{}-]|urn:|uuid:", "", value).lower() in _hex(value))


def _day(text: str) -> bool:
    year, _, rest = text.partition("-")
    try:
        date(int(year), int(rest[:2]), int(rest[3:]))
    except ValueError:
        return False
    return text[4] == text[7] == "-"


def _hex(text: str) -> set[str]:
    try:
        return {UUID(text).hex}
    except ValueError:
        return set()


@pytest.mark.parametrize("kind", F)
@given(value=anything)
def test_an_answer_is_what_the_oracle_says(kind: F, value: Any) -> None:
    try:
        answer(QUESTIONS[kind], value)
        accepted = True
    except Unfit as unfit:
        accepted = False
        assert str(unfit)
    assert accepted is is_answer(kind, value)


@pytest.mark.parametrize("kind", F)
@given(value=anything)
def test_an_answer_comes_back_from_the_database_and_is_itself_an_answer(kind: F, value: Any) -> None:
    try:
        found = answer(QUESTIONS[kind], value)
    except Unfit:
        return
    if found is None:
        return
    assert (again := msgspec.json.decode(msgspec.json.encode(found))) == found
    assert json.loads(json.dumps(found)) == found, "the same in the payload of its event"
    assert is_same(answer(QUESTIONS[kind], again), found)
    assert len(sort_value(kind, found).encode()) <= 4 * values.SORTED_BY
    assert "\x00" not in sort_value(kind, found)


MEANING = {
    F.TEXT: (words, str.lower),
    F.TEXTAREA: (words, str.lower),
    F.NUMBER: (numbers, float),
    F.DROPDOWN: (options, str.lower),
    F.DATE: (st.dates().map(date.isoformat), date.fromisoformat),
    F.CHECKBOX: (st.booleans(), bool),
    F.USER: (st.uuids().map(str), UUID),
}


@pytest.mark.parametrize("kind", MEANING)
@given(data=st.data())
def test_answers_sort_as_what_they_mean(kind: F, data: st.DataObject) -> None:
    strategy, meaning = MEANING[kind]
    one, other = (_accepted(kind, data.draw(strategy)) for _ in range(2))
    if one is None or other is None:
        return
    by_text = sort_value(kind, one).encode(), sort_value(kind, other).encode()
    by_meaning = meaning(one), meaning(other)  # type: ignore[operator]
    if max(map(len, (str(one), str(other)))) < values.SORTED_BY:
        assert (by_text[0] < by_text[1]) == (by_meaning[0] < by_meaning[1])
        assert (by_text[0] == by_text[1]) == (by_meaning[0] == by_meaning[1])


def _accepted(kind: F, value: Any) -> Any:
    try:
        return answer(QUESTIONS[kind], value)
    except Unfit:
        return None


def test_several_options_sort_by_the_first() -> None:
    assert sort_value(F.MULTISELECT, ["Lyon", "Berlin"]) == "lyon"


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        (F.TEXT, " LT-88 ", "LT-88"), (F.TEXT, "a,b", "a,b"), (F.NUMBER, "-1.50", -1.5), (F.DROPDOWN, "Lyon", "Lyon"),
        (F.MULTISELECT, "a,b", "a,b"), (F.DATE, "2026-03-02", "2026-03-02"), (F.CHECKBOX, "false", False),
        (F.USER, PERSON.upper(), PERSON),
    ],
)  # fmt: skip
def test_what_is_looked_for_is_read_from_text(kind: F, text: str, found: object) -> None:
    assert read(QUESTIONS[kind], text) == found


@pytest.mark.parametrize(
    ("kind", "text"),
    [(F.TEXT, " "), (F.NUMBER, "many"), (F.NUMBER, "nan"), (F.NUMBER, "inf"), (F.DROPDOWN, "Paris"), (F.DROPDOWN, ""),
     (F.MULTISELECT, "Paris"), (F.DATE, "today"), (F.DATE, ""), (F.CHECKBOX, "yes"), (F.USER, "me"), (F.USER, "")],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_not_looked_for(kind: F, text: str) -> None:
    with pytest.raises(Unfit):
        read(QUESTIONS[kind], text)


def test_an_option_that_retired_stays_where_it_was_chosen() -> None:
    assert answer(QUESTIONS[F.DROPDOWN], "Paris", kept=["Paris"]) == "Paris"
    assert answer(QUESTIONS[F.MULTISELECT], ["Lyon", "Paris"], kept=["Paris"]) == ["Lyon", "Paris"]
    with pytest.raises(Unfit, match="one of the field's options"):
        answer(QUESTIONS[F.MULTISELECT], ["Rome", "Paris"], kept=["Paris"])


def test_the_order_of_options_says_nothing() -> None:
    assert is_same(["Lyon", "Berlin"], ["Berlin", "Lyon"])
    assert not is_same(["Lyon"], ["Berlin", "Lyon"])
    assert not is_same(None, [])


@given(st.lists(st.floats(-1e15, 1e15), min_size=2, max_size=20))
def test_numbers_sort_as_text(found: list[float]) -> None:
    kept = [values.answer(QUESTIONS[F.NUMBER], number) for number in found]
    by_text = sorted(kept, key=lambda n: sort_value(F.NUMBER, n) if n is not None else "")
    assert by_text == sorted(found)
