"""Answers that take a while: line by line how far it is, for clients that ask for that, and the work ends when they go.

A line is a JSON object with one name (application/x-ndjson): `progress`, and in the last one `result`, or `problem`
where it was refused midway. What is refused before the first line is an ordinary refusal with its status.
"""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from msgspec import UNSET, Struct, UnsetType, json

from codex.httpkit.admission import JSON
from codex.httpkit.asked import Asked, Req
from codex.httpkit.leaving import GONE, ClientGone, while_there
from codex.httpkit.problems import ProblemBody, body_of, note_failure

LINES = "application/x-ndjson"
_APART_SECONDS = 0.5
_UNBUFFERED = {"X-Accel-Buffering": "no"}
"""Asks a proxy in between not to hold lines back."""
Say = Callable[[Struct], Awaitable[None]]
"""Says how far it is."""
Doing = Callable[[Say | None], Awaitable[Struct]]
"""What takes a while; to whoever listens it says how far it is, first when it has found nothing to refuse."""


class Line(Struct, frozen=True, kw_only=True):
    """One line: how far it is, or, the last one, what came of it."""

    progress: Struct | UnsetType = UNSET
    result: Struct | UnsetType = UNSET
    problem: ProblemBody | UnsetType = UNSET


async def answered(request: Req, asked: Asked, doing: Doing) -> Response[Any]:
    """The answer as the client wants it: whole, or line by line. Raises what `doing` refuses.

    A request under an Idempotency-Key is carried out to its end, whoever waits: its answer is kept, so it has one line.
    """
    lines = request.accept.best_match([JSON, LINES], JSON) == LINES
    if asked.claim is not None:
        found = await doing(None)
        return Response(_line(Line(result=found)), media_type=LINES) if lines else Response(found)
    if lines:
        return _Lines(doing)
    try:
        return Response(await while_there(request.receive, _whole(doing)))
    except ClientGone:
        return Response(b"", status_code=GONE)


async def _whole(doing: Doing) -> Struct:
    return await doing(None)


class _Lines(Response[Doing]):
    """An answer in lines, begun when there is the first thing to say."""

    def to_asgi_response(self, *_: Any, **more: Any) -> ASGIResponse:
        """As Litestar sends it."""
        headers = {**(more.get("headers") or {}), **self.headers, **_UNBUFFERED}
        return _Sent(self.content, headers)


class _Sent(ASGIResponse):
    __slots__ = ("_begun", "_doing", "_said_at")
    _should_set_content_length = False

    def __init__(self, doing: Doing, headers: dict[str, Any]) -> None:
        super().__init__(headers=headers, media_type=LINES)
        self._doing, self._begun, self._said_at = doing, False, 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do it, telling how far it is. Raises what it refuses before the first line."""
        try:
            await while_there(receive, self._tell(send))
        except ClientGone:
            if not self._begun:
                self.status_code = GONE
                await self.start_response(send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, send: Send) -> None:
        async def say(progress: Struct) -> None:
            now = monotonic()
            if not self._begun or now - self._said_at >= _APART_SECONDS:
                self._said_at = now
                await self._write(send, Line(progress=progress))

        try:
            last = Line(result=await self._doing(say))
        except Exception as refused:  # the door of last resort, as `problems.respond` is: the status has been sent
            if not self._begun:
                raise
            body = body_of(refused)
            note_failure(refused, body)
            last = Line(problem=body)
        await self._write(send, last)

    async def _write(self, send: Send, line: Line) -> None:
        if not self._begun:
            self._begun = True
            await self.start_response(send)
        await send({"type": "http.response.body", "body": _line(line), "more_body": True})


def _line(line: Line) -> bytes:
    return json.encode(line) + b"\n"
