"""Answers that are sent piece by piece, as they are read, to a client for as long as it is there."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Send

from codex.httpkit.leaving import ClientGone, while_there

Generator = AsyncGenerator[bytes, None]


class Pieces(Response[Generator]):
    """A long answer. Where the client goes away it is cancelled once, where it stands, and closed: a statement under
    way ends, and its connection is free. (Litestar's `Stream` cancels what cleans up too, and so loses connections.)"""

    def to_asgi_response(self, *_: Any, **more: Any) -> ASGIResponse:
        """As Litestar sends it."""
        return _Sent(
            self.content, {**(more.get("headers") or {}), **self.headers}, more.get("media_type") or self.media_type
        )


class _Sent(ASGIResponse):
    __slots__ = ("_pieces",)
    _should_set_content_length = False

    def __init__(self, pieces: Generator, headers: dict[str, Any], media_type: Any) -> None:
        super().__init__(headers=headers, media_type=media_type)
        self._pieces = pieces

    async def send_body(self, send: Send, receive: Receive) -> None:
        """Send all of it, or what the client stays for. Raises what its making raises, midway as well."""
        async with aclosing(self._pieces):
            with suppress(ClientGone):
                await while_there(receive, self._send_all(send))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_all(self, send: Send) -> None:
        async for piece in self._pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
