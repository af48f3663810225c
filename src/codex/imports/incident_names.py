"""What the people, groups and categories of an incident log are called in Codex.

The log's ids are anonymised in separate spaces: Resolver 17 and Updated by 17 are two people. A name
not built like the log's own ("Group 56") gets a digest at the end, so that two never share an address.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from unicodedata import normalize

EMAIL_DOMAIN = "incidents.example"

UNKNOWN_CALLER = "Caller unknown"
UNKNOWN_UPDATER = "Updated by unknown"
UNNAMED_GROUP = "Unnamed group"

_SPACES = {"Caller": "Caller", "Opened by": "Opener", "Resolver": "Resolver", "Updated by": "Updater"}
_LOG_PERSON = re.compile(rf"({'|'.join(_SPACES)}) (unknown|0|[1-9][0-9]*)")
_LOG_THING = re.compile(r"(?:Group|Category|Subcategory) (?:0|[1-9][0-9]*)")
_LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the log: who they are in Codex."""

    email: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Group:
    """An assignment group of the log: the Codex team."""

    slug: str
    name: str
    prefix: str


@dataclass(frozen=True, slots=True)
class CategoryKey:
    """A category of the log, or a subcategory within it.

    They make a tree by path, not by name: 48 of the real log's 254 subcategories stand under several
    categories, since the choices under one ServiceNow category may be called like those under another.
    """

    category: str
    subcategory: str | None = None

    @property
    def name(self) -> str:
        return self.subcategory or self.category

    @property
    def slug(self) -> str:
        return "-".join(_slug(word) for word in (self.category, self.subcategory) if word)

    @property
    def parent(self) -> "CategoryKey | None":
        return CategoryKey(self.category) if self.subcategory else None


def person(key: str) -> Person:
    """The person behind a log key: "Opened by 8" is Opener 8, opener-8@incidents.example."""
    match = _LOG_PERSON.fullmatch(key)
    name = f"{_SPACES[match[1]]} {match[2]}" if match else key
    local = name.lower().replace(" ", "-") if match else _with_digest(key)
    return Person(f"{local}@{EMAIL_DOMAIN}", name)


def group(key: str) -> Group:
    """The team behind a log key: "Group 56" is group-56, prefix G56; `UNNAMED_GROUP` is group-unnamed, G0."""
    if key == UNNAMED_GROUP:
        return Group("group-unnamed", UNNAMED_GROUP, "G0")
    number = key.removeprefix("Group ")
    if _LOG_THING.fullmatch(key) and number.isdecimal() and len(number) < 10 and number != "0":
        return Group(_slug(key), key, f"G{number}")
    return Group(_slug(key), key, f"X{_digest(key).upper()}")


def _slug(key: str) -> str:
    return key.lower().replace(" ", "-") if _LOG_THING.fullmatch(key) else _with_digest(key)


def _with_digest(key: str) -> str:
    ascii_only = normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only)[:_LONGEST_SLUG].strip("-")
    return f"{words}-{_digest(key)}" if words else f"x-{_digest(key)}"


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:8]
