"""Answers to custom fields as forms send them: texts, from which the JSON is made that the domain judges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from codex.classification.models import FieldType
from codex.db.database import Reader
from codex.httpkit.asked import Asked, Req
from codex.kernel.errors import CodexError, Invalid, Unprocessable
from codex.tickets import questionnaire
from codex.web.present.fields import PREFIX, Typed
from codex.web.present.language import gettext as _

_PATH = "customFields."


@dataclass(frozen=True, slots=True)
class Answered:
    """What a form holds: its texts by the names of their controls, what they come to by field, and who is nobody."""

    texts: Mapping[str, Sequence[str]]
    given: Mapping[str, object]
    strangers: Mapping[UUID, str]

    def refused(self, error: CodexError) -> Typed:
        """The form again, with what the refusal says about each field."""
        problems = error.problems if isinstance(error, Invalid | Unprocessable) else ()
        about = {key: p.message for p in problems if (key := _id(p.path.removeprefix(_PATH), of=p.path))}
        return Typed(self.texts, {key: self.strangers.get(key) or message for key, message in about.items()})


async def answered(request: Req, asked: Asked) -> Answered:
    """The answers in a form that was sent. A control that is not there says nothing; an empty one takes an answer away.

    Raises nothing: what is no answer goes on as the text that it is, and the domain says so.
    """
    form = await request.form()
    texts = {name: [str(text) for text in form.getall(name)] for name in form if name.startswith(PREFIX)}
    if not texts:
        return Answered(texts, {}, {})
    async with asked.reading() as reader:
        return await _read(reader, texts)


async def _read(reader: Reader, texts: Mapping[str, Sequence[str]]) -> Answered:
    ids = {name: key for name in texts if (key := _id(name.removeprefix(PREFIX), of=name))}
    kinds = await questionnaire.types(reader, ids.values())
    given: dict[str, object] = {}
    strangers: dict[UUID, str] = {}
    for name, key in ids.items():
        kind, said = kinds.get(key, FieldType.TEXT), [text for text in texts[name] if text.strip()]
        if kind is FieldType.USER and said:
            given[str(key)], strangers[key] = await _person(reader, said[0].strip())
        else:
            given[str(key)] = _value(kind, said)
    return Answered(texts, given, strangers)


def _value(kind: FieldType, said: Sequence[str]) -> object:
    if kind is FieldType.MULTISELECT:
        return list(said) or None
    if not said:
        return None
    match kind:
        case FieldType.NUMBER:
            return _number(said[0].strip())
        case FieldType.CHECKBOX:
            return {"true": True, "false": False}.get(said[-1], said[-1])
        case _:
            return said[0]


def _number(text: str) -> int | float | str:
    for read in (int, float):
        try:
            return read(text.replace(",", ".") if read is float else text)
        except ValueError:
            continue
    return text


async def _person(reader: Reader, text: str) -> tuple[str, str]:
    """The id of whoever is called so, or the text and why it says nothing."""
    found = await questionnaire.people_called(reader, text)
    if len(found) == 1:
        return str(found[0]), ""
    if found:
        return text, _("Several people are called {name}; write the address.").format(name=text)
    return text, _("There is nobody called {name}.").format(name=text)


def _id(text: str, *, of: str) -> UUID | None:
    """The id that ends a name; None for another name."""
    try:
        return UUID(text) if text != of else None
    except ValueError:
        return None
