"""What templates are given of custom fields: as questions of a form, as properties beside a ticket, as answers."""

from dataclasses import dataclass
from typing import Literal

from codex.web.present.views import OptionView

Control = Literal["line", "lines", "number", "choice", "choices", "day", "check", "person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """A custom field and its control. `id` is the control's own on the page, `name` what the form calls it.

    `word` is the answer in words, nothing where there is none; `value` what the control holds, `options` what it offers
    (of `choices` each that is ticked is selected). `href`: what its own small form posts to.
    """

    id: str
    name: str
    label: str
    control: Control
    word: str = ""
    value: str = ""
    options: tuple[OptionView, ...] = ()
    hint: str = ""
    error: str = ""
    is_needed: bool = False
    may_change: bool = True
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """An answer in words."""

    label: str
    word: str
    is_long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingView:
    """What has to be answered before the ticket can go to `status`."""

    status: str
    label: str
    fields: tuple[FieldView, ...]
