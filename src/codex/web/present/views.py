"""What the templates are given. Pure data, already in words, in the reader's language and zone.

Nothing here knows the domain or the database. A `may_*` flag says whether a control is shown; the command behind the
control asks the same policy again. Absent means None or an empty tuple, and then the template shows nothing.
"""

from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

Tone = Literal["violet", "accent", "amber", "green", "red", "plain", "quiet"]
SlaState = Literal["on-track", "at-risk", "overdue", "paused", "met", "missed", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeView:
    """An instant: in words, for machines (ISO 8601, UTC), and exactly, for the tooltip."""

    words: str
    iso: str
    exact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """`hue` is 1…8, always the same for the same person."""

    name: str
    initials: str
    hue: int
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """`glyph` is a symbol of the sprite."""

    value: str
    word: str
    glyph: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityView:
    """`is_loud`: lists show only these."""

    value: str
    word: str
    glyph: str
    tone: Tone
    is_loud: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaView:
    """The most urgent service target, in open time. `left` is the percentage of its time that is left, 0…100."""

    state: SlaState
    what: str
    text: str
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A link that may be the current one: a filter, a sort order."""

    label: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItemView:
    """`key` is a chord such as "g m". `hue` 1…8: a square of this colour stands for `icon`. `is_more`: there are more
    than `count`."""

    label: str
    href: str
    icon: str
    count: int | None = None
    is_current: bool = False
    key: str = ""
    hue: int = 0
    is_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """`href` is None as long as the file may not be opened (not scanned yet, or not clean): `state` says so."""

    name: str
    size: str
    icon: str = "paperclip"
    href: str | None = None
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """`html` is sanitised. `via` is how it came ("via email"); `is_mine` is whether the reader wrote it."""

    id: str
    kind: Literal["requester", "agent", "note"]
    author: PersonView
    html: Markup
    at: TimeView
    via: str = ""
    is_mine: bool = False
    files: tuple[FileView, ...] = ()
    shape: Literal["message"] = field(default="message", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A piece of a sentence."""

    text: str
    is_bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLineView:
    """One fact in the history, as a sentence in pieces: plain text, never HTML."""

    icon: str
    parts: tuple[TextPart, ...]
    at: TimeView
    shape: Literal["event"] = field(default="event", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRunView:
    """Three or more events in a row, folded: "4 changes"."""

    summary: str
    events: tuple[EventLineView, ...]
    at: TimeView
    shape: Literal["run"] = field(default="run", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """A line between two days."""

    words: str
    shape: Literal["day"] = field(default="day", init=False)


ThreadItem = MessageView | EventLineView | EventRunView | DayView


@dataclass(frozen=True, slots=True, kw_only=True)
class SigninView:
    """The sign-in form; with an error, what was typed comes back, but the password. `email_error` is about the address,
    `error` about all of it. `has_provider`: one may sign in through the organisation's identity provider."""

    email: str = ""
    email_error: str = ""
    error: str = ""
    has_provider: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeView:
    """The form for a code of the second factor."""

    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    """The ways in which somebody who is signed in can prove anew that it is them; `onward` is where they go then."""

    person: PersonView
    onward: str
    has_password: bool
    has_factor: bool
    has_provider: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigninConfirmView:
    """The page a sign-in link opens: `href` is the link itself, which the button posts to."""

    href: str
    person: PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """Asks an owner why they read a confidential ticket; what they say is sent to `href`."""

    sentence: str
    href: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorView:
    """One sentence and one thing to do. `status` is the HTTP status, shown small."""

    status: int
    sentence: str
    action: LinkView
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionView:
    """A choice of a select."""

    value: str
    label: str
    is_selected: bool = False
