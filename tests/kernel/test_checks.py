"""Checks of plain input: what is taken as meant, what is refused, and that everything wrong is named at once."""

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.kernel.checks import Checks
from codex.kernel.errors import Invalid


def problems_of(check: Checks) -> list[tuple[str, str]]:
    return [(problem.path, problem.message) for problem in check.problems]


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused, Checks() as check:
        check.line("name", " ")
        check.slug("slug", "Not a slug")
        check.email("email", "nobody")

    assert [problem.path for problem in refused.value.problems] == ["name", "slug", "email"]
    assert str(refused.value).startswith("This must not be empty. Use lower-case letters")


def test_another_error_is_not_hidden_behind_problems() -> None:
    with pytest.raises(KeyError), Checks() as check:
        check.fail("name", "This is wrong.")
        raise KeyError("bug")


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("  Rosa   Diaz ", "Rosa Diaz"),
        ("Rosa\r\nDiaz\tthe\u2028first", "Rosa Diaz the first"),
        ("Ro\x00sa", "Rosa"),
        ("Ro\udcffsa\ud800", "Rosa"),
        ("小林 結衣", "小林 結衣"),
    ],
)
def test_a_line_is_one_line(given_: str, kept: str) -> None:
    check = Checks()

    assert check.line("name", given_) == kept
    assert check.problems == []


@pytest.mark.parametrize("empty", ["", "   ", "\n\t", "\x00", "\ud800", " \x00 \udfff "])
def test_a_line_of_nothing_is_refused_and_a_note_of_nothing_is_none(empty: str) -> None:
    required, optional = Checks(), Checks()
    required.line("name", empty)

    assert problems_of(required) == [("name", "This must not be empty.")]
    assert optional.note("place", empty) is None
    assert optional.note("place", None) is None
    assert optional.problems == []


def test_length_is_told_in_characters() -> None:
    check = Checks()
    check.line("name", "é" * 200)
    check.line("name", "é" * 201)
    check.text("body", "x" * 6, most=5)

    assert problems_of(check) == [
        ("name", "This may have at most 200 characters; it has 201."),
        ("body", "This may have at most 5 characters; it has 6."),
    ]


@pytest.mark.parametrize(
    ("given_", "kept"), [("\n\na\r\nb\n", "a\nb"), ("  indented", "  indented"), ("a\x00\udc80b", "ab"), ("", "")]
)
def test_text_keeps_its_lines_and_its_indent(given_: str, kept: str) -> None:
    assert Checks().text("body", given_, most=100) == kept


@pytest.mark.parametrize("empty", ["", "\n \n", "\x00"])
def test_required_text_is_not_empty(empty: str) -> None:
    check = Checks()
    check.text("body", empty, most=100, required=True)

    assert problems_of(check) == [("body", "This must not be empty.")]


@given(st.text(st.characters(), max_size=60))
def test_what_is_taken_can_be_kept(written: str) -> None:
    check = Checks()

    for taken in (check.line("a", written), check.text("b", written, most=100), check.note("c", written) or ""):
        taken.encode()
        assert "\x00" not in taken
    if not check.problems:
        assert check.line("a", check.line("a", written)) == check.line("a", written)


@pytest.mark.parametrize(
    "address", ["rosa@acme.example", "  Rosa@ACME.example ", "o'hara+it@a-b.example", "é@a.example"]
)
def test_a_mail_address_is_kept_in_lower_case(address: str) -> None:
    check = Checks()

    assert check.email("email", address) == address.strip().lower()
    assert check.problems == []


@pytest.mark.parametrize(
    "address",
    [
        "", "rosa", "@acme.example", "rosa@", "rosa@@acme.example", "rosa@acme..example", "rosa@-acme.example",
        "a b@c.d", "rosa@acme.example,otto@acme.example", "Rosa <rosa@acme.example>", "rosa@acme.example\nBcc: x@y.z",
        "ro\x00sa@a.b", "ro\udcffsa@a.b", f"{'a' * 251}@a.b", "rosa@acme_x.example",
    ],
)  # fmt: skip
def test_what_is_no_mail_address_is_refused(address: str) -> None:
    check = Checks()
    check.email("email", address)

    assert [path for path, _ in problems_of(check)] == ["email"]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("slug", ["it", "it-support", "3rd"], ["", "IT", "-it", "it-", "it--x", "it support", "ü", "a" * 81, "it\nx"]),
        ("prefix", ["IT", "A1", "ABCDEFGHIJ"], ["", "it", "1A", "ABCDEFGHIJK", "I T", "ÄB", "IT-"]),
    ],
)
def test_names_for_addresses_and_display_ids(kind: str, good: list[str], bad: list[str]) -> None:
    check = Checks()
    for text in good:
        assert getattr(check, kind)(kind, text) == text
    assert check.problems == []
    for text in bad:
        getattr(check, kind)(kind, text)
    assert len(check.problems) == len(bad)


@given(st.sampled_from(sorted(available_timezones())))
def test_every_zone_of_the_database_is_one(name: str) -> None:
    check = Checks()

    assert check.zone("timeZone", name) == name
    assert check.problems == []


@pytest.mark.parametrize(
    "name", ["", "Berlin", "Europe", "../../etc/passwd", "/etc/passwd", "Europe/\x00", "\ud800", "x" * 999]
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    check = Checks()
    check.zone("timeZone", name)

    assert [path for path, _ in problems_of(check)] == ["timeZone"]
