"""What the requesters' templates are given: their list of requests, and one request."""

from dataclasses import dataclass
from typing import Literal

from codex.web.present.field_views import AnswerView, FieldView
from codex.web.present.views import (
    DayView,
    MessageView,
    NavItemView,
    OptionView,
    PersonView,
    StatusView,
    TimeView,
    Tone,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalView:
    """What stands around every page of a requester. `new_href` shows "New request"."""

    me: PersonView
    nav: tuple[NavItemView, ...]
    new_href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRowView:
    """One request in a list: `turn` is the few words that need the reader ("Your turn."), `say` how it stands."""

    id: str
    href: str
    subject: str
    status: StatusView
    say: str
    meta: str
    turn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSectionView:
    """Some of one's requests: open, solved."""

    title: str
    rows: tuple[RequestRowView, ...]
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsView:
    """One's own requests."""

    sections: tuple[RequestSectionView, ...]
    next_href: str | None = None
    first_href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step of the track: Received, In progress, Your turn, Solved."""

    word: str
    state: Literal["done", "current", "todo"]
    glyph: str
    tone: Tone = "accent"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """A status the requester may set, as a button: "It's solved"."""

    status: str
    label: str
    icon: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request as its requester sees it: never internal notes, never service targets.

    `moves` stand under `question` ("Is it solved?"); `cancel` stands apart. `thread` holds messages and days only.
    `reply_error` with `reply_body` brings a refused reply back; `problem` is about a refused move.
    `earlier_href` leads to what a long conversation holds before the thread. `answers`: to custom fields.
    """

    id: str
    href: str
    subject: str
    say: str
    status: StatusView
    steps: tuple[StepView, ...]
    thread: tuple[MessageView | DayView, ...]
    opened: TimeView
    team: str = ""
    helper: PersonView | None = None
    turn: str = ""
    question: str = ""
    question_hint: str = ""
    moves: tuple[MoveView, ...] = ()
    cancel: MoveView | None = None
    may_reply: bool = False
    reply_hint: str = ""
    reply_body: str = ""
    reply_error: str = ""
    problem: str = ""
    earlier_href: str | None = None
    answers: tuple[AnswerView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryGroupView:
    """A branch of the categories to choose from."""

    label: str
    options: tuple[OptionView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactView:
    """A card that says how bad it is. `promise`: when somebody replies then, "" where none is made; `hours`: when
    we are there."""

    value: str
    label: str
    hint: str
    is_selected: bool
    promise: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongView:
    """Something wrong with a form: in words, and the control that it is about."""

    id: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequestView:
    """The form of a new request. `fields` are those of the chosen category; `team` is who gets it, if that is known.

    `wrong` names everything that is to be mended, at the top; beside their controls stand the `*_error`s.
    """

    groups: tuple[CategoryGroupView, ...]
    impacts: tuple[ImpactView, ...]
    fields: tuple[FieldView, ...] = ()
    people: tuple[str, ...] = ()
    team: str = ""
    subject: str = ""
    description: str = ""
    subject_error: str = ""
    description_error: str = ""
    category_error: str = ""
    wrong: tuple[WrongView, ...] = ()
