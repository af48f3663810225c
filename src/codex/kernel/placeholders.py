"""`{{…}}` in texts that people prepare: names of values that are put in when the text is used. There is no logic."""

import re
from collections.abc import Mapping
from types import MappingProxyType

KNOWN: Mapping[str, str] = MappingProxyType(
    {
        "ticket.displayId": "what people call the ticket, such as IT-1042",
        "ticket.subject": "its subject",
        "ticket.url": "the address of its page",
        "requester.firstName": "the first name of who asked",
        "requester.displayName": "their whole name",
        "agent.firstName": "the first name of who uses the text",
        "agent.displayName": "their whole name",
        "agent.name": "the same",
        "team.name": "the team that the ticket is with; nothing where there is none",
    }
)
FIELD = "customField."
"""What begins the name of a custom field's answer: `customField.Asset tag`. Without an answer it is nothing."""
OPEN = "Double braces stand around the name of a value, as in {{ticket.subject}}; here some have no other end."
"""What refuses a text that `is_open_in` finds."""
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def names_in(text: str) -> list[str]:
    """The names that a text asks for, each once, in the order in which they occur first."""
    return list(dict.fromkeys(_name(found) for found in _PLACEHOLDER.findall(text)))


def fields_in(text: str) -> list[str]:
    """The names of the custom fields among them."""
    return [name.removeprefix(FIELD) for name in names_in(text) if name.startswith(FIELD)]


def unknown_in(text: str) -> list[str]:
    """The names that stand for nothing; of custom fields only who knows them can tell."""
    return [name for name in names_in(text) if name not in KNOWN and not name.startswith(FIELD)]


def is_open_in(text: str) -> bool:
    """Whether braces are opened and not closed again, or closed that nobody opened."""
    rest = _PLACEHOLDER.sub("", text)
    return "{{" in rest or "}}" in rest


def fill(text: str, values: Mapping[str, str]) -> str:
    """The plain text with values in the place of their names, each on one line; what a value itself holds is text,
    never a placeholder. In Markdown it would be markup: there it is `quoting.fill_markdown`.

    A name without a value (a field that was not answered, or is gone) leaves nothing.
    """
    return _PLACEHOLDER.sub(lambda found: on_one_line(values.get(_name(found.group(1)), "")), text)


def parts_of(text: str) -> list[str]:
    """What is said as it stands, and in between the names that values are put in for: said, name, said, …, said."""
    return [_name(part) if place % 2 else part for place, part in enumerate(_PLACEHOLDER.split(text))]


def on_one_line(value: str) -> str:
    """A value without line breaks, and without more space than there is between words."""
    return " ".join(value.split())


def first_name(display_name: str) -> str:
    """The first word of a name."""
    return display_name.split(maxsplit=1)[0] if display_name.strip() else ""


def _name(between: str) -> str:
    return " ".join(between.split())
