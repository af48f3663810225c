"""Entity tags of what counts no versions of itself (RFC 9110, sections 8.8.3 and 13.1.1)."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import TypeVar

from litestar import Response
from msgspec import UNSET

from codex.kernel.errors import StaleVersion

T = TypeVar("T")
_TAG = re.compile(r'"([^"]*)"')


def tag(*said: object) -> str:
    """The tag of what these tell apart from all that it was before: its id, and when it changed or what it says."""
    told = "\n".join(one.astimezone(UTC).isoformat() if isinstance(one, datetime) else str(one) for one in said)
    return f'"{sha256(told.encode()).hexdigest()[:24]}"'


def refuse_stale(if_match: str | None, *said: object) -> None:
    """Raise StaleVersion unless an If-Match, where there is one, names what is now, as `tag` tells it; `*`: whatever it
    is. It is asked once nobody else can change what it is about."""
    if if_match is None or if_match.strip() == "*":
        return
    if tag(*said).strip('"') not in _TAG.findall(if_match):
        raise StaleVersion("This has changed since then; look at it again.")


def tagged(content: T, *said: object, status_code: int = 200, location: str | None = None) -> Response[T]:
    """An answer with its tag, as of `tag`; whoever may not see when it changed gets none."""
    headers = {"ETag": tag(*said)} if UNSET not in said else {}
    if location is not None:
        headers["Location"] = location
    return Response(content, status_code=status_code, headers=headers)
