"""`Idempotency-Key`: a write that is sent again is carried out once, and answered the same.

The key is claimed in the transaction of the change itself, so whatever dies when: a request is carried out once at
most. Its answer is kept next, before it is sent.
"""

import asyncio
import hashlib
import re
from dataclasses import replace
from datetime import timedelta

import structlog
from litestar import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from codex.db.database import CONNECTION_LOST
from codex.httpkit import answers
from codex.httpkit.answers import Answer, Claim, Known
from codex.httpkit.asked import SAFE, Asked, Req, provide_asked
from codex.kernel import clock
from codex.kernel.errors import Conflict, Invalid, Problem, Unprocessable
from codex.kernel.seal import Seal

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
PATTERN = "^[!-~]{1,255}$"
"""What a key is made of: visible ASCII."""
PATIENCE = timedelta(seconds=30)
"""How long whoever comes second waits for the answer; then the first is taken for dead."""
_LOOK_AGAIN_SECONDS = 0.05
_NOT_KEPT = (429,)
"""Refusals, besides 5xx, that say nothing about the request: it may be sent again."""
log = structlog.get_logger("codex.http")


class Idempotency(ASGIMiddleware):
    """Around every route of the API. Requests without a key, and those that change nothing, pass untouched."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer from what is kept, or carry out, keep and answer. Raises what a handler may raise."""
        request: Req = Request(scope, receive)
        key = request.headers.get(HEADER)
        if key is None or request.method in SAFE:
            await next_app(scope, receive, send)
            return
        asked = await provide_asked(request)
        seal: Seal = request.app.state.seal
        claim = await _claim(request, asked, key)
        request.state.asked = replace(asked, claim=claim)
        found = await _found(asked, claim, seal)
        if found is None:
            answered: list[Message] = []

            async def hold(message: Message) -> None:
                answered.append(message)

            await next_app(scope, receive, hold)
            if not claim.is_lost:
                await _keep(asked, claim, _answer(answered), seal)
                await _send(send, answered)
                return
            found = await _found(asked, claim, seal)
        if found is None:
            raise Conflict("The same request was under way and has come to nothing; send it again.")
        await _send(send, _messages(found))


async def _claim(request: Req, asked: Asked, key: str) -> Claim:
    if asked.actor.id is None or not re.fullmatch(PATTERN, key):
        raise Invalid(Problem(HEADER, "Use up to 255 letters, digits and signs, without blanks."))
    said = (request.method.encode(), request.scope["path"].encode(), request.scope["query_string"])
    body = await request.body()
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in (*said, body)))
    return Claim(asked.actor.id, key, digest.digest(), asked.now)


async def _found(asked: Asked, claim: Claim, seal: Seal) -> Answer | None:
    """The kept answer, waited for if it is still being made; None when nobody has asked this before."""
    while (known := await _look(asked, claim, seal)) is not None:
        if known.request_hash != claim.request_hash:
            raise Unprocessable("This key was used for another request; take a new one.", path=HEADER)
        if known.answer is not None:
            return known.answer
        if clock.now() - known.since > PATIENCE:
            raise Conflict("This request has been carried out, and its answer is lost; look before you send it anew.")
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    return None


async def _look(asked: Asked, claim: Claim, seal: Seal) -> Known | None:
    async with asked.reading() as reader:
        return await answers.known(reader, claim, seal)


async def _keep(asked: Asked, claim: Claim, answer: Answer, seal: Seal) -> None:
    if answer.status >= 500 or answer.status in _NOT_KEPT:
        return
    try:
        async with asked.works.begin(asked.actor, now=asked.now) as work:
            await claim.keep(work, answer, seal)
    except CONNECTION_LOST as lost:  # what was done is done, and its answer is still good
        log.warning("answer not kept", reason=str(lost))


def _answer(messages: list[Message]) -> Answer:
    start = next(m for m in messages if m["type"] == "http.response.start")
    body = b"".join(m["body"] for m in messages if m["type"] == "http.response.body")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], headers, body)


def _messages(answer: Answer) -> list[Message]:
    headers = {**answer.headers, REPLAYED.lower(): "true"}
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return [
        {"type": "http.response.start", "status": answer.status, "headers": pairs},
        {"type": "http.response.body", "body": answer.body, "more_body": False},
    ]


async def _send(send: Send, messages: list[Message]) -> None:
    for message in messages:
        await send(message)
