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


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with values in the place of their names; what a value itself holds is text, never a placeholder.

    A name without a value (a field that was not answered, or is gone) leaves nothing.
    """
    return _PLACEHOLDER.sub(lambda found: values.get(_name(found.group(1)), ""), text)


def first_name(display_name: str) -> str:
    """The first word of a name."""
    return display_name.split(maxsplit=1)[0] if display_name.strip() else ""


def _name(between: str) -> str:
    return " ".join(between.split())
