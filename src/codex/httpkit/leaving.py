"""What is done for a client only as long as it is there."""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import Coroutine
from typing import Any, TypeVar

from litestar.types import Receive

T = TypeVar("T")
GONE = 499
"""The status, in the log, of an answer that nobody is there for any more; it is never sent to anybody."""


class ClientGone(Exception):
    """The client went away before its answer was there."""


async def while_there(receive: Receive, doing: Coroutine[Any, Any, T]) -> T:
    """Do something for a client whose request has been read whole, unless it goes away before that is done: then it is
    cancelled where it stands, and has cleaned up when ClientGone is raised."""
    work, leaving = asyncio.create_task(doing), asyncio.create_task(_left(receive))
    try:
        await asyncio.wait((work, leaving), return_when=FIRST_COMPLETED)
        if not work.done():
            leaving.result()
            raise ClientGone
        return work.result()
    finally:
        work.cancel()
        leaving.cancel()
        await asyncio.gather(work, leaving, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
