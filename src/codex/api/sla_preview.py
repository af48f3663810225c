"""`?preview=true` and `?apply=true` of everything that changes a promise: what it would move, and moving it at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from litestar import Response
from litestar.di import NamedDependency, Provide
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter
from msgspec import Struct

from codex.db.work import Work
from codex.httpkit.asked import Asked, Asking
from codex.kernel.errors import Invalid, Problem
from codex.sla import applying
from codex.sla.applying import Affected, Kind, Promises, Scope, pending, promises

_Previewed = Annotated[
    bool,
    QueryParameter(
        name="preview", description="Change nothing; answer which open tickets this, once applied, would move."
    ),
]
_Applied = Annotated[
    bool, QueryParameter(name="apply", description="Let the open tickets that this concerns run by it at once.")
]
OR_REMOVED = {204: ResponseSpec(None, description="It is done; with `preview=true` the answer is 200.")}
"""Among the `responses` of a handler that removes something."""


class Preview(Struct, frozen=True, rename="camel"):
    """The open tickets that a change of what is promised would move, by id, 1,000 at most, and how many there are."""

    affected: list[Affected]
    total: int


ONLY_SHOWN = {200: ResponseSpec(Preview, generate_examples=False, description="With `preview=true`: nothing is added.")}
"""Among the `responses` of a handler that adds something."""


class _OnlyShown(Exception):
    """What was done is undone: it was only to be seen."""


class Saving:
    """How a change of what is promised is asked for: saved (the usual), saved and applied, or only shown.

    `shown`: after a preview, the answer; else None.
    """

    def __init__(self, asked: Asked, *, preview: bool, at_once: bool) -> None:
        self.asked, self._preview, self._at_once = asked, preview, at_once
        self.shown: Response[Any] | None = None

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A work for the change. It is undone when left, after a look at what it moves, if it is only to be shown;
        what it moves is moved afterwards, if it is to be applied at once."""
        if not (self._preview or self._at_once):
            async with self.asked.work() as work:
                yield work
            return
        try:
            async with self.asked.work() as work:
                before = await promises(work, Scope())
                yield work
                changed = Scope(kinds=_differing(before, await promises(work, Scope())))
                if self._preview:
                    found = await pending(work, changed)
                    raise _OnlyShown
        except _OnlyShown:
            self.shown = Response(Preview(*found), status_code=200)
        else:
            await apply_all(self.asked, changed)


async def apply_all(asked: Asked, scope: Scope) -> int:
    """Apply what is promised now to all tickets asked for, in one transaction after another; to how many it was.

    If it is cut short, what has been done stays done, and asking again does the rest.
    """
    applied, after = 0, None
    while True:
        async with asked.work() as work:
            moved, after = await applying.apply(work, scope, after=after)
        applied += moved
        if after is None:
            return applied


async def saving(asked: Asking, preview: _Previewed = False, apply: _Applied = False) -> Saving:
    """The dependency `saving` of handlers that change what is promised. Raises Invalid when it is to be both."""
    if preview and apply:
        raise Invalid(Problem("apply", "Either look at what it would move, or apply it."))
    return Saving(asked, preview=preview, at_once=apply)


Savings = NamedDependency[Saving]
"""The type of a handler's parameter `saving`."""
SAVING = {"saving": Provide(saving)}
"""The dependencies of a router with such handlers."""


def _differing(before: Promises, after: Promises) -> set[Kind]:
    """The kinds of tickets to which something else is promised than before."""
    return {kind for kind, chosen in after.items() if kind not in before or before[kind] != chosen}
