"""What the resources share: ids in the path, pages, entity tags."""

import re
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from litestar.params import QueryParameter
from msgspec import Struct

from codex.db.page import DEFAULT_LIMIT, MAX_LIMIT, Page
from codex.httpkit.asked import Req
from codex.kernel.errors import Invalid, NotFound, Problem

T = TypeVar("T")


class Body(Struct, forbid_unknown_fields=True, rename="camel"):
    """Base of what clients send: a field that is not known is refused, by name."""


class Listed(Struct, Generic[T], frozen=True, rename="camel"):
    """A page of a list and the cursor to the next one (null: this was the last)."""

    items: list[T]
    next_cursor: str | None


Limit = Annotated[
    int, QueryParameter(name="limit", ge=1, le=MAX_LIMIT, description="How many items a page has at most.")
]
Cursor = Annotated[str | None, QueryParameter(name="cursor", description="The nextCursor of the page before this one.")]
LIMIT = DEFAULT_LIMIT


def listed(page: Page[T]) -> Listed[T]:
    """A page as the API answers it."""
    return Listed(list(page.items), page.next_cursor)


def id_of(text: str) -> UUID:
    """An id out of a path. What is no id names nothing: NotFound, as for an id that nothing has."""
    try:
        return UUID(text)
    except ValueError as bad:
        raise NotFound("There is nothing with this id.") from bad


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def expected_version(request: Req, *, stated: int | None = None) -> int | None:
    """The version that the client's If-Match, or the body's `version`, says it has seen; None: any will do."""
    header = request.headers.get("if-match")
    if header is None or header.strip() == "*":
        return stated
    match = re.fullmatch(r'(?:W/)?"(\d{1,18})"', header.strip())
    if match is None:
        raise Invalid(Problem("If-Match", 'Send the ETag of the resource as it came, such as "7".'))
    return int(match.group(1))
