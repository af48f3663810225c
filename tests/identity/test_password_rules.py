"""Which passwords are taken."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex.identity.password_rules import LEAST, MOST, normal, weakness

ROSA = ("rosa.diaz@acme.example", "Rosa Diaz")


@pytest.mark.parametrize(
    "password",
    ["correct horse battery staple", "tangerine-bicycle", "h8sT!kq29x", "fünf kühle Kürbisse", "пять зелёных чайников"],
)
def test_what_is_hard_to_guess_is_taken(password: str) -> None:
    assert weakness(password, about=ROSA) == ""


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "at least 10"),
        ("h8sT!kq29", "at least 10"),
        ("x" * (MOST + 1), "at most 256"),
        ("password123", "easy to guess"),
        ("Password12345!", "easy to guess"),
        ("P@ssw0rd2024", "easy to guess"),
        ("1234567890", "easy to guess"),
        ("qwertyuiop", "easy to guess"),
        ("zaq12wsxcde3", "easy to guess"),
        ("iloveyou12", "easy to guess"),
        ("aaaaaaaaaaaaaaaaaaaa", "easy to guess"),
        ("abcabcabcabc", "easy to guess"),
        ("01.02.1990", "easy to guess"),
        ("rosa-diaz-2026", "your own name"),
        ("RosaDiazAcme1", "your own name"),
        ("acme.example", "easy to guess"),
    ],
)
def test_what_is_short_common_or_ones_own_is_not(password: str, words: str) -> None:
    assert words in weakness(password, about=ROSA)


def test_a_long_one_is_judged_by_its_beginning() -> None:
    assert weakness("seven brown kettles on a lamp " * 8) == ""
    assert weakness("a" * MOST)


def test_different_keyboards_write_the_same_password() -> None:
    assert normal("Zu\u0308rich ﬁnds") == normal("Zürich finds")
    assert normal("a\ud800b") == "a?b"


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_anything_is_judged_in_a_sentence_or_taken(password: str) -> None:
    judged = weakness(normal(password), about=ROSA)

    assert judged == "" or judged.endswith((".", "better."))
    assert judged or len(normal(password)) >= LEAST
