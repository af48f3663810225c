"""Regular expressions in linear time: what is read, what is refused, and what it holds on."""

import re

import pytest
import re2  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from codex.kernel.criteria import characters
from codex.kernel.criteria.pattern import Unreadable, pattern


@pytest.mark.parametrize(
    ("text", "holds_on", "not_on"),
    [
        ("vpn", "my vpn drops", "my VPN drops"),
        ("(?i)vpn", "my VPN drops", "my wifi"),
        ("^IT-\\d{2,4}$", "IT-042", "IT-1\n"),
        ("(?m)^b$", "a\nb\nc", "ab"),
        (r"\bvpn\b", "(vpn)", "vpnish"),
        ("[^a-c]", "ad", "abc"),
        ("[]x-]", "a]", "abc"),
        (r"\x41\x{1F600}", "A😀", "A"),
        (".", "a", "\n"),
        ("(?s).", "\n", ""),
        ("a{3", "a{3", "aaa"),
        ("(?:ab){2}c?$", "xabab", "xab"),
        ("(?i)straße", "STRAßE", "STRASSE"),
        ("(?i)k", "\u212a", "x"),
        (r"[\w.]+@[\w.]+", "rosa@acme.example", "rosa at acme"),
        ("a||b", "", None),
        (r"\.\*", "x.*y", "xxy"),
        ("[[:alpha:][:digit:]_]+$", "a_1", "a-"),
        ("^[[:^space:]]+$", "ab", "a b"),
        ("(?i)[[:upper:]]", "a", "1"),
        (r"(?P<host>[a-z]+)\.(?<tld>de|at)$", "acme.de", "acme.com"),
    ],
)  # fmt: skip
def test_a_pattern_holds_on_what_re2_would_find(text: str, holds_on: str, not_on: str | None) -> None:
    assert pattern(text).found_in(holds_on)
    assert not_on is None or not pattern(text).found_in(not_on)


@pytest.mark.parametrize(
    "text",
    ["(", ")", "a)", "[a", "[z-a]", "[a-\\d]", "*", "a**", "a{2}{3}", "a{3,2}", "a{300}", "(?=a)",
     "(?<=a)b", "(?<1>a)", "(?P=n)", r"\1",
     r"\p{L}", r"\B", "\\", "[[:letter:]]", "[[:alpha:]", "[[:alpha]]",
     "(a{200}){200}", "a" * 501, "(" * 21 + ")" * 21, r"\x{110000}", r"\x00",
     "[^\\x{1}-\\x{10ffff}]"],
)  # fmt: skip
def test_what_the_engines_do_not_read_alike_or_not_in_linear_time_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        pattern(text)
    assert str(refused.value).endswith((".", ")"))


def test_a_pattern_that_explodes_elsewhere_is_answered_at_once() -> None:
    assert not pattern("^(a+)+$").found_in("a" * 50_000 + "!")  # an engine that tries would take for ever
    assert not pattern("(a?){100}a{100}$").found_in("a" * 99)


_PIECES = st.sampled_from(
    ["a", "b", "é", "K", ".", "[a-c]", "[^ab]", r"\d", r"\s", "(?:a|b)", "(b)", "a*", "b+?", "é?"]
)


@given(st.lists(_PIECES, min_size=1, max_size=6), st.text("abcéK1 \n", max_size=12))
def test_what_python_reads_alike_holds_on_the_same_texts(pieces: list[str], text: str) -> None:
    assert pattern("".join(pieces)).found_in(text) == bool(re.search("".join(pieces), text, re.ASCII))


@pytest.mark.parametrize("name", characters.BY_NAME)
def test_a_class_by_name_has_the_characters_that_re2_gives_it(name: str) -> None:
    for written in (f"[[:{name}:]]", f"[[:^{name}:]x]"):
        its = re2.compile(written)
        assert [pattern(written).found_in(chr(code)) for code in range(1, 400)] == [
            its.search(chr(code)) is not None for code in range(1, 400)
        ]


@given(st.lists(st.tuples(st.integers(1, 90), st.integers(0, 9)), max_size=6))
def test_a_set_and_its_complement_part_all_characters(spans: list[tuple[int, int]]) -> None:
    found = characters.union((first, first + more) for first, more in spans)
    rest = characters.complement(found)
    assert characters.union([*found, *rest]) == ((1, characters.LAST),)
    assert all(first <= code <= last for first, last in found for code in (first, last))
    assert characters.complement(rest) == found
