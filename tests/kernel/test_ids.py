"""Identifiers ascend, within a process strictly, and are version 7 by the letter of RFC 9562."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.kernel import ids
from codex.kernel.ids import new_id


def test_ids_are_version_7() -> None:
    for made in (new_id() for _ in range(100)):
        assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_ids_ascend_strictly_within_a_millisecond_and_past_the_end_of_the_counter() -> None:
    made = [new_id() for _ in range(10_000)]

    assert all(earlier < later for earlier, later in pairwise(made))
    assert [str(each) for each in made] == sorted(str(each) for each in made)


def test_the_first_48_bits_are_milliseconds_since_1970() -> None:
    before = time.time_ns() // 1_000_000
    made = max(new_id() for _ in range(10))

    assert before <= made.int >> 80
    assert (made.int >> 80) - before < 60_000


@given(st.lists(st.integers(0, 2**48 - 2), min_size=2, max_size=20))
def test_ids_ascend_whatever_the_clock_of_the_machine_does(instants: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ids, "_last_ms", 0)
        patched.setattr(ids, "_counter", 0)
        made = []
        for ms in instants:
            patched.setattr(ids.time, "time_ns", lambda ms=ms: ms * 1_000_000)
            made.append(new_id())

    assert all(earlier < later for earlier, later in pairwise(made))
    assert {each.version for each in made} == {7}


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: new_id(), range(4000)))

    assert len(set(made)) == 4000
