"""The application on a furnished desk, its doors open, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from furnished import Desk, Post
from one_transaction import OneTransaction

from codex.httpkit.asked import COOKIE, csrf_token

ADDRESS = "http://codex.test"
SECRET_KEY = "r" * 64


@dataclass(repr=False)
class Doors:
    """The desk with its doors open. Whatever is sent through them is undone after each `undone()`."""

    desk: Desk
    database: OneTransaction
    app: Any
    tokens: dict[Post, str]
    cookies: dict[Post, str]
    record: Callable[[str, object], None]
    cells: int = 0
    wrong: list[object] = field(default_factory=list)

    def api(self, post: Post) -> httpx.AsyncClient:
        """A client of the API as whoever holds a post."""
        return self._client({"authorization": f"Bearer {self.tokens[post]}"})

    def browser(self, post: Post) -> httpx.AsyncClient:
        """Their browser, signed in, on a page of ours."""
        token = csrf_token(SECRET_KEY, self.cookies[post])
        return self._client({"cookie": f"{COOKIE}={self.cookies[post]}", "x-csrf-token": token, "accept": "text/html"})

    def _client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ADDRESS, headers=headers)

    def check(self, holds: bool, *told: object) -> None:
        """Count a cell; say at the end which did not hold."""
        self.cells += 1
        if not holds:
            self.wrong.append(told)

    def all_hold(self, *, at_least: int) -> None:
        """That every cell holds, and that there were so many: a matrix that shrinks proves less."""
        assert not self.wrong, "\n".join(map(str, self.wrong[:20]))
        assert self.cells >= at_least, f"only {self.cells} cells"
        self.record("cells of rights", self.cells)

    async def footprint(self) -> list[tuple[object, ...]]:
        """All that a refused request may not change, in short."""
        return await self.database.seeing_all(
            """SELECT (SELECT sum(version) FROM tickets), (SELECT count(*) FROM ticket_messages),
                      (SELECT count(*) FROM ticket_events), (SELECT count(*) FROM drafts)"""
        )
