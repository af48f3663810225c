"""Checks of plain input that collect every problem before refusing, so that a form is corrected in one go."""

import re
from datetime import datetime
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from codex.kernel import clock
from codex.kernel.errors import Invalid, Problem

_EMAIL = re.compile(
    r"[^\s\x00-\x1f\x7f\ud800-\udfff@<>(),;:\"\[\]\\]+"
    r"@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,9}")
_NOT_KEPT = re.compile(r"[\x00\ud800-\udfff]")
"""What PostgreSQL cannot keep: NUL, and halves of characters (bytes of a shell that are no UTF-8 become such)."""


class Checks:
    """`with Checks() as check: name = check.line("name", text)`; leaving raises Invalid naming all that was wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self.problems:
            raise Invalid(*self.problems)

    def fail(self, path: str, message: str) -> None:
        """Note one problem."""
        self.problems.append(Problem(path, message))

    def line(self, path: str, value: str, *, most: int = 200) -> str:
        """One line of text that is not empty: outer space removed, inner line breaks folded to spaces."""
        text = " ".join(_NOT_KEPT.sub("", value).split())
        if not text:
            self.fail(path, "This must not be empty.")
        elif len(text) > most:
            self.fail(path, f"This may have at most {most} characters; it has {len(text)}.")
        return text

    def note(self, path: str, value: str | None, *, most: int = 200) -> str | None:
        """One line of text that need not be there."""
        return self.line(path, value, most=most) if value and _NOT_KEPT.sub("", value).strip() else None

    def text(self, path: str, value: str, *, most: int, required: bool = False) -> str:
        """Text of several lines; what PostgreSQL cannot keep is removed."""
        text = _NOT_KEPT.sub("", value).replace("\r\n", "\n").strip("\n")
        if required and not text.strip():
            self.fail(path, "This must not be empty.")
        elif len(text) > most:
            self.fail(path, f"This may have at most {most} characters; it has {len(text)}.")
        return text

    def email(self, path: str, value: str) -> str:
        """A mail address, in lower case (RFC 5321 leaves the local part's case to the host; no host of today cares)."""
        text = value.strip().lower()
        if len(text) > 254 or not _EMAIL.fullmatch(text):
            self.fail(path, f"{value.strip()!r} is not a mail address.")
        return text

    def slug(self, path: str, value: str) -> str:
        """A name for addresses: lower-case letters, digits, single hyphens."""
        text = value.strip()
        if len(text) > 80 or not _SLUG.fullmatch(text):
            self.fail(path, "Use lower-case letters, digits and single hyphens, such as it-support.")
        return text

    def prefix(self, path: str, value: str) -> str:
        """What starts display ids: up to ten capital letters and digits."""
        text = value.strip()
        if not _PREFIX.fullmatch(text):
            self.fail(path, "Use up to ten capital letters and digits, starting with a letter, such as IT.")
        return text

    def place(self, path: str, value: int) -> int:
        """A place in an order: any number that PostgreSQL's integer holds."""
        if not -(2**31) <= value < 2**31:
            self.fail(path, "This number is too large.")
        return value

    def instant(self, path: str, value: datetime) -> datetime:
        """An instant, in UTC."""
        try:
            return clock.in_utc(value)
        except ValueError:
            self.fail(path, "This is not an instant such as 2026-03-02T09:00:00Z.")
            return value

    def zone(self, path: str, value: str) -> str:
        """An IANA time zone."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail(path, f"{value!r} is not a time zone; use a name such as Europe/Berlin.")
        return value
