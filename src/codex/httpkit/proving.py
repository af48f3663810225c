"""Proving who one is while one is signed in already; and how often signing in succeeded, failed or was held up."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter

from codex.httpkit.asked import Asked, Req
from codex.identity import entering, sessions
from codex.kernel.errors import Invalid, Problem, TooOften, Unauthenticated

SIGNINS = Counter("codex_signins_total", "Proofs of who somebody is, by way and outcome.", ["way", "outcome"])


@contextmanager
def counted(way: str) -> Iterator[None]:
    """Count how what is tried within comes out: `succeeded`, `failed` or `blocked`."""
    try:
        yield
    except TooOften:
        SIGNINS.labels(way, "blocked").inc()
        raise
    except Unauthenticated:
        SIGNINS.labels(way, "failed").inc()
        raise
    SIGNINS.labels(way, "succeeded").inc()


async def check_password(asked: Asked, password: str, *, path: str = "password") -> None:
    """Raises Invalid, at `path`, unless it is the asking person's password; TooOften."""
    try:
        with counted("password"):
            await entering.by_password(
                asked.works, email=asked.actor.email, password=password, address=asked.origin.address or ""
            )
    except Unauthenticated as wrong:
        raise Invalid(Problem(path, "This is not your password.")) from wrong


async def spend_code(asked: Asked, request: Req, code: str) -> None:
    """Use up a code of the asking person's second factor. Raises Invalid unless it fits; TooOften."""
    try:
        with counted("code"):
            seal, address = request.app.state.seal, asked.origin.address or ""
            await entering.by_code(asked.works, seal, asked.me, code, address=address)
    except Unauthenticated as wrong:
        raise Invalid(Problem("code", str(wrong))) from wrong


async def prove_again(asked: Asked, request: Req, *, password: str, code: str) -> None:
    """The person behind a session proves anew who they are, by their password or else a code. Raises Invalid."""
    if password:
        await check_password(asked, password)
    else:
        await spend_code(asked, request, code)
    async with asked.work() as work:
        await sessions.prove(work, asked.credential.id)
