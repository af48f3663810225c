"""What stands between double braces in prepared texts."""

from hypothesis import given
from hypothesis import strategies as st

from codex.kernel.placeholders import KNOWN, fields_in, fill, first_name, names_in, unknown_in


def test_names_are_found_once_and_whatever_blanks_are_around_them() -> None:
    text = (
        "{{ticket.displayId}} {{ ticket.displayId }} {{\nagent.firstName}} {{customField.Asset  tag}} {{}} {x} {{open"
    )
    assert names_in(text) == ["ticket.displayId", "agent.firstName", "customField.Asset tag", ""]
    assert fields_in(text) == ["Asset tag"]
    assert unknown_in(text) == [""]


def test_only_known_names_stand_for_something() -> None:
    assert unknown_in("".join(f"{{{{{name}}}}}" for name in KNOWN)) == []
    assert unknown_in("{{ticket.secret}} {{Ticket.subject}} {{7*7}}") == ["ticket.secret", "Ticket.subject", "7*7"]


def test_values_take_the_place_of_their_names_and_are_not_read_again() -> None:
    values = {"ticket.subject": "{{agent.firstName}}", "agent.firstName": "Amir"}
    assert (
        fill("{{ ticket.subject }}, {{agent.firstName}}{{customField.Floor}}!", values) == "{{agent.firstName}}, Amir!"
    )


def test_a_first_name_is_the_first_word() -> None:
    assert [first_name(name) for name in ("Rosa Diaz", "Rosa", " ")] == ["Rosa", "Rosa", ""]


@given(st.text())
def test_any_text_without_names_stays_as_it_is(text: str) -> None:
    if not names_in(text):
        assert fill(text, {}) == text
    assert unknown_in(fill(text, {})) == [] or "{{" in text
