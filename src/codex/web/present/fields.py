"""Custom fields in words and as controls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from uuid import UUID

from codex.classification.models import FieldType, RequiredWhen
from codex.tickets.questionnaire import Asked
from codex.web.present import words
from codex.web.present.field_views import AnswerView, Control, FieldView
from codex.web.present.language import gettext as _
from codex.web.present.views import OptionView

PREFIX = "field-"
"""What begins the name of a field's control in a form; its id follows."""
_CONTROLS: Mapping[FieldType, Control] = MappingProxyType(
    {
        FieldType.TEXT: "line",
        FieldType.TEXTAREA: "lines",
        FieldType.NUMBER: "number",
        FieldType.DROPDOWN: "choice",
        FieldType.MULTISELECT: "choices",
        FieldType.DATE: "day",
        FieldType.CHECKBOX: "choice",
        FieldType.USER: "person",
    }
)
_NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form held that was refused: its texts by the names of their controls, and what is wrong, by field."""

    texts: Mapping[str, Sequence[str]] = field(default_factory=lambda: _NOTHING)
    errors: Mapping[UUID, str] = field(default_factory=lambda: MappingProxyType({}))


def questions(asked: Collection[Asked], typed: Typed) -> tuple[FieldView, ...]:
    """The fields of a form that a requester fills in: what can be true or not is a box to tick."""
    return tuple(_view(one, typed, id=f"{PREFIX}{one.id}", is_form=True) for one in asked)


def properties(asked: Collection[Asked], typed: Typed, *, href: str, may_change: bool) -> tuple[FieldView, ...]:
    """The fields beside a ticket, each with a form of its own below `href`; what is not asked any more just stands
    there."""
    return tuple(
        _view(one, typed, id=f"{PREFIX}{one.id}", href=f"{href}/fields/{one.id}", may_change=may_change and one.is_open)
        for one in asked
    )


def missing(asked: Collection[Asked], typed: Typed) -> tuple[FieldView, ...]:
    """The fields that a move was refused for, and those that came along with it: nothing typed is lost."""
    wanted = (one for one in asked if one.id in typed.errors or f"{PREFIX}{one.id}" in typed.texts)
    return tuple(_view(one, typed, id=f"missing-{one.id}") for one in wanted) if typed.errors else ()


def unanswered(asked: Collection[Asked], typed: Typed) -> dict[UUID, str]:
    """What a form leaves out that opening needs, told as the domain does, for where that had to refuse earlier."""
    return {
        one.id: _("{field} must be answered.").format(field=one.name)
        for one in asked
        if one.needed is RequiredWhen.CREATE and not "".join(typed.texts.get(f"{PREFIX}{one.id}", ())).strip()
    }


def answers(asked: Collection[Asked]) -> tuple[AnswerView, ...]:
    """What was answered, in words."""
    return tuple(
        AnswerView(label=one.name, word=word(one), is_long=one.type is FieldType.TEXTAREA)
        for one in asked
        if one.answer is not None
    )


def word(asked: Asked) -> str:
    """The answer as people say it; nothing where there is none."""
    match asked.answer:
        case None:
            return ""
        case bool():
            return _("Yes") if asked.answer else _("No")
        case list():
            return ", ".join(asked.answer)
        case str() if asked.type is FieldType.DATE:
            return words.date_in_full(date.fromisoformat(asked.answer))
        case str() if asked.type is FieldType.USER:
            return asked.person or _("Somebody who is gone")
        case _:
            return str(asked.answer)


def _view(
    asked: Asked, typed: Typed, *, id: str, href: str = "", may_change: bool = True, is_form: bool = False
) -> FieldView:
    name = f"{PREFIX}{asked.id}"
    texts = typed.texts.get(name)
    held = list(texts) if texts is not None else _held(asked)
    is_box = is_form and asked.type is FieldType.CHECKBOX
    return FieldView(
        id=id, name=name, label=asked.name, control="check" if is_box else _CONTROLS[asked.type], word=word(asked),
        value=held[0] if held else "", options=_options(asked, held), hint=asked.description,
        error=typed.errors.get(asked.id, ""), is_needed=_is_needed(asked, is_form=is_form), may_change=may_change,
        href=href,
    )  # fmt: skip


def _held(asked: Asked) -> list[str]:
    match asked.answer:
        case None:
            return []
        case bool():
            return ["true" if asked.answer else "false"]
        case list():
            return asked.answer
        case _ if asked.type is FieldType.USER:
            return [asked.person]
        case _:
            return [str(asked.answer)]


def _options(asked: Asked, held: Sequence[str]) -> tuple[OptionView, ...]:
    if asked.type is FieldType.CHECKBOX:
        pairs = [("true", _("Yes")), ("false", _("No"))]
    else:
        pairs = [(option, option) for option in asked.options]
        former = [option for option in _held(asked) if option not in asked.options]
        if asked.type in (FieldType.DROPDOWN, FieldType.MULTISELECT):
            pairs += [(option, _("{option} (no longer offered)").format(option=option)) for option in former]
    offered = (OptionView(value=value, label=label, is_selected=value in held) for value, label in pairs)
    if asked.type is FieldType.MULTISELECT:
        return tuple(offered)
    return (OptionView(value="", label="–", is_selected=not held), *offered)


def _is_needed(asked: Asked, *, is_form: bool) -> bool:
    """In a form what opening needs; beside a ticket what its being done needs."""
    return asked.needed is RequiredWhen.CREATE if is_form else asked.needed is not None and asked.is_open
