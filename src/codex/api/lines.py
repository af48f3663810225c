"""How the OpenAPI document tells of an answer that may also be had line by line (`httpkit.telling`)."""

from dataclasses import dataclass

from litestar.openapi.spec import Example, OpenAPIMediaType, OpenAPIResponse, OpenAPIType, Operation, Reference, Schema
from msgspec import to_builtins

from codex.httpkit.admission import JSON
from codex.httpkit.problems import MEDIA_TYPE, problem
from codex.httpkit.telling import LINES

_EXPLAINED = (
    "Asked for by `Accept: application/x-ndjson`: a JSON object a line, `progress` at most twice a second while it is "
    "under way, in the last line `result`, or `problem` where it had to be refused midway."
)
_COUNTS = ("eventsExamined", "tickets", "ofTickets")
_PROGRESS = {"progress": dict(zip(_COUNTS, (8210, 1000, 10_000), strict=True))}
_TOO_MANY = "There are more than 1,000,000 events in this period; rehearse a shorter one."


@dataclass
class InLines(Operation):
    """An operation whose answer may be had whole, or line by line."""

    def __post_init__(self) -> None:
        answers = self.responses or {}
        whole, refused = _content(answers["200"]), _content(answers["422"])
        lines = Schema(
            description=_EXPLAINED,
            one_of=[
                _line("progress", _progress()),
                _line("result", whole[JSON].schema),
                _line("problem", refused[MEDIA_TYPE].schema),
            ],
        )
        told = {"progress": _PROGRESS, "problem": {"problem": to_builtins(problem(422, _TOO_MANY))}}
        examples: dict[str, Example | Reference] = {name: Example(value=value) for name, value in told.items()}
        whole[LINES] = OpenAPIMediaType(schema=lines, examples=examples)


def _content(answer: OpenAPIResponse | Reference) -> dict[str, OpenAPIMediaType]:
    assert isinstance(answer, OpenAPIResponse) and answer.content is not None
    return answer.content


def _line(name: str, schema: Schema | Reference | None) -> Schema:
    assert schema is not None
    return Schema(type=OpenAPIType.OBJECT, properties={name: schema}, required=[name])


def _progress() -> Schema:
    counts: dict[str, Schema | Reference] = {name: Schema(type=OpenAPIType.INTEGER) for name in _COUNTS}
    return Schema(type=OpenAPIType.OBJECT, properties=counts, required=list(_COUNTS))
