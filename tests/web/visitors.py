"""People with a browser, on the real application and a real database."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx
from litestar.types import ASGIApp

from codex.db.work import Works
from codex.httpkit.asked import COOKIE, csrf_token
from codex.identity import queries, signin
from codex.kernel.actor import system
from world import SETTINGS

ADDRESS = "http://desk.test"
SECRET_KEY = SETTINGS.secret_key
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@dataclass
class Visitor:
    """Somebody's browser: keeps cookies, follows no redirects, knows the token that its pages carry."""

    client: httpx.AsyncClient

    async def see(self, path: str, *, htmx: bool = False, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={**(HTMX if htmx else {}), **headers})

    async def send(self, path: str, *, htmx: bool = False, **form: str) -> httpx.Response:
        """A form as a page of this session would send it; `_csrf=…` sends another token."""
        token = csrf_token(SECRET_KEY, self.client.cookies.get(COOKIE, ""))
        return await self.client.post(path, headers=HTMX if htmx else {}, data={"_csrf": token, **form})


@asynccontextmanager
async def visiting(app: ASGIApp) -> AsyncIterator[Visitor]:
    """Somebody who has not signed in."""
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type] - ASGI said in other words
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield Visitor(client)


async def sign_in(visitor: Visitor, works: Works, email: str) -> None:
    """By a link, as everybody does."""
    answer = await visitor.client.post(f"/signin/{await link_secret(works, email)}")
    assert answer.status_code == 303, answer.text


async def link_secret(works: Works, email: str) -> str:
    async with works.begin(system("Test")) as work:
        return await signin.make_link(work, await queries.person_by_email(work.session, email))


@dataclass
class Parts:
    """What a page consists of, as far as tests ask."""

    hrefs: list[str] = field(default_factory=list)
    scripts: list[str | None] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    selects: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts = Parts()
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.parts.inline += [name for name in given if name.startswith(("on", "hx-on")) or name == "style"]
        if tag == "script":
            self.parts.scripts.append(given.get("src"))
        elif tag == "a":
            self.parts.hrefs.append(given.get("href") or "")
        elif tag == "button":
            self.parts.buttons.append(f"{given.get('name')}={given.get('value')}")
        elif tag == "select":
            self._select = given.get("name") or ""
            self.parts.selects[self._select] = []
        elif tag == "option" and self._select is not None:
            self.parts.selects[self._select].append(given.get("value") or "")


def parts_of(html: str) -> Parts:
    reader = _Reader()
    reader.feed(html)
    return reader.parts


def text_of(html: str) -> str:
    """The words of a page, without its elements and its spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
