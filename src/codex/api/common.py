"""What the resources share: ids in the path, pages, entity tags."""

import re
from collections.abc import Collection
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from litestar.datastructures import ResponseHeader
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, PathParameter, QueryParameter
from msgspec import Struct

from codex.db.page import DEFAULT_LIMIT, MAX_LIMIT, Page
from codex.httpkit.needs import Need
from codex.kernel.actor import Scope
from codex.kernel.errors import NotFound

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
_ETAG = re.compile(r'(?:^|[\s,]|W/)"(\d{1,18})"')
_ID = Example(value="01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11")
UserId = Annotated[str, PathParameter(name="userId", description="The id of a person.", examples=[_ID])]
MessageId = Annotated[str, PathParameter(name="messageId", description="The id of a message.", examples=[_ID])]
TeamId = Annotated[str, PathParameter(name="teamId", description="The id of a team.", examples=[_ID])]
TagId = Annotated[str, PathParameter(name="tagId", description="The id of a tag.", examples=[_ID])]
LinkId = Annotated[str, PathParameter(name="linkId", description="The id of a link.", examples=[_ID])]
TokenId = Annotated[str, PathParameter(name="tokenId", description="The id of a token.", examples=[_ID])]
SessionId = Annotated[str, PathParameter(name="sessionId", description="The id of a session.", examples=[_ID])]
TeamName = Annotated[
    str, PathParameter(name="ref", description="The id or slug of a team.", examples=[Example(value="it")])
]
TicketName = Annotated[
    str,
    PathParameter(
        name="ref", description="The id, number or display id of a ticket.", examples=[Example(value="IT-1042")]
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The ETag of the version that the change is based on, or `*`."),
]
ETAG = ResponseHeader(
    name="ETag", value='"7"', documentation_only=True, description="The version of the ticket, for If-Match."
)
VERSION_ETAG = ResponseHeader(
    name="ETag", value='"3"', documentation_only=True, description="The version, for If-Match."
)
LOCATION = ResponseHeader(name="Location", value="/", documentation_only=True, description="Where it is to be found.")
SETS = {"operation": Need.TEAM_ADMIN, "scope": Scope.ADMIN}
"""What the admins of a team, and owners, set: with a token only if that administers."""


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


def expected_versions(if_match: str | None, *, stated: int | None = None) -> Collection[int] | None:
    """The versions that the client's If-Match (RFC 9110, 13.1.1) and the body's `version` allow; None: any will do."""
    allowed = None if stated is None else {stated}
    if if_match is None or if_match.strip() == "*":
        return allowed
    named = {int(number) for number in _ETAG.findall(if_match)}  # what is no ETag of ours matches nothing
    return named if allowed is None else named & allowed
