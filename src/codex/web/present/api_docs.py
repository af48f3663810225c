"""From the OpenAPI document to its page: every operation with what goes in, what comes out, and examples."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_REF = "#/components/schemas/"
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """A parameter of a request, or a field of its body. `place`: path, query or header; nothing for a field."""

    name: str
    kind: str
    is_required: bool
    about: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """An answer: its status, what it means, and an example of its body as text."""

    status: str
    about: str
    kind: str
    example: str
    is_refusal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationView:
    """One method of one path. `key` names it within the page."""

    key: str
    method: str
    path: str
    summary: str
    about: str
    parameters: tuple[FieldView, ...]
    fields: tuple[FieldView, ...]
    example: str
    answers: tuple[AnswerView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """Operations about the same kind of thing."""

    name: str
    operations: tuple[OperationView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDocsView:
    """The whole page; `address`: where the document itself is."""

    title: str
    about: str
    address: str
    ways_in: tuple[str, ...]
    groups: tuple[GroupView, ...]


def api_docs(document: Mapping[str, Any], *, address: str) -> ApiDocsView:
    """The page of an OpenAPI 3.1 document."""
    schemas = document["components"]["schemas"]
    groups: dict[str, list[OperationView]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                view = _operation(path, method, item[method], schemas)
                groups.setdefault(item[method]["tags"][0], []).append(view)
    return ApiDocsView(
        title=document["info"]["title"],
        about=document["info"]["description"],
        address=address,
        ways_in=tuple(_plain(scheme["description"]) for scheme in document["components"]["securitySchemes"].values()),
        groups=tuple(GroupView(name=name, operations=tuple(found)) for name, found in groups.items()),
    )


def _operation(path: str, method: str, told: Mapping[str, Any], schemas: Mapping[str, Any]) -> OperationView:
    body = _media(told.get("requestBody", {}))
    return OperationView(
        key=told["operationId"].replace(".", "-"),
        method=method.upper(),
        path=path,
        summary=told["summary"],
        about=_plain(told["description"]),
        parameters=tuple(_parameters(told.get("parameters", ()), schemas)),
        fields=tuple(_fields(body.get("schema", {}), schemas)),
        example=_example(body),
        answers=tuple(_answer(status, answer, schemas) for status, answer in told["responses"].items()),
    )


def _parameters(told: Iterable[Mapping[str, Any]], schemas: Mapping[str, Any]) -> Iterator[FieldView]:
    for one in told:
        yield FieldView(
            name=one["name"], kind=_kind(one["schema"], schemas), is_required=one.get("required", False),
            about=_plain(one.get("description", "")), place=one["in"],
        )  # fmt: skip


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[FieldView]:
    whole = schemas.get(schema.get("$ref", "").removeprefix(_REF), schema)
    required = whole.get("required", ())
    for name, one in whole.get("properties", {}).items():
        yield FieldView(
            name=name, kind=_kind(one, schemas), is_required=name in required, about=_plain(one.get("description", ""))
        )


def _answer(status: str, told: Mapping[str, Any], schemas: Mapping[str, Any]) -> AnswerView:
    media = _media(told)
    return AnswerView(
        status=status, about=_plain(told["description"]), kind=_kind(media.get("schema", {}), schemas),
        example=_example(media), is_refusal=status >= "400",
    )  # fmt: skip


def _media(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a body is told to be, in the first of its formats; empty where there is no body."""
    return next(iter(told.get("content", {}).values()), {})


def _example(media: Mapping[str, Any]) -> str:
    named: Mapping[str, Any] = next(iter(media.get("examples", {}).values()), {})
    value = media.get("example", named.get("value"))
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def _plain(markdown: str) -> str:
    """The document's texts are Markdown, of which they use only the marks of code."""
    return markdown.replace("`", "")


def _kind(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """What a schema lets through, in few words."""
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(_REF)
        named = schemas.get(name, {})
        return _kind(named, schemas) if "enum" in named else name
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_kind(one, schemas) for one in schema[several]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), schemas) or 'anything'}"
    kinds = schema.get("type", "")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{words} ({schema['format']})" if "format" in schema else words
