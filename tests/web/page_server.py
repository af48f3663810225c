"""A small server for the browser tests: sample pages, built assets, and forms that remember what was posted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from urllib.parse import parse_qsl, urlsplit

import pages
from jinja2 import Environment

from codex.web.present.render import DIST, STATIC_URL

CSP = "default-src 'self'"
_FRAGMENTS = {"/queue": "rows", "/queue/views": "views"}


@dataclass
class PageServer:
    """`posted` holds (path with query, form). `answer` is the status of the next answers to a POST."""

    url: str
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    answer: int = 200


_OF_TICKETS = {"why": ("why-page", "why"), "texts": ("texts", "texts-menu")}
"""What stands under a ticket's address, as a page and as a part of one."""


class _Listener(ThreadingHTTPServer):
    request_queue_size = 128  # the default, 5, refuses a browser that opens many connections at once


@contextmanager
def serving(environment: Environment) -> Iterator[PageServer]:
    """Serve until the block ends, on a free port. `?theme=dark` sets the theme."""
    httpd = _Listener(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server = PageServer(url=f"http://127.0.0.1:{httpd.server_port}")
    httpd.RequestHandlerClass = _handler(environment, server)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def _handler(environment: Environment, server: PageServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = dict(parse_qsl(url.query))
            if url.path.startswith(STATIC_URL):
                name = url.path.removeprefix(STATIC_URL)
                self._send(200, (DIST / name).read_bytes(), guess_type(name)[0] or "font/woff2")
            else:
                self._page(self._named(url.path), query.get("theme"))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            server.posted.append((self.path, dict(parse_qsl(self.rfile.read(length).decode()))))
            self._page(self._named(urlsplit(self.path).path), None, status=server.answer)

        def _named(self, path: str) -> str:
            is_fragment = self.headers.get("HX-Request-Type") == "partial"
            if is_fragment and path in _FRAGMENTS:
                return _FRAGMENTS[path]
            first, *rest = path.split("/")[1:]
            if first == "tickets" and rest[-1] in _OF_TICKETS:
                return _OF_TICKETS[rest[-1]][is_fragment]
            if first == "tickets":
                return "pane" if is_fragment else "ticket"
            return first

        def _page(self, name: str, theme: str | None, *, status: int = 200) -> None:
            if name not in pages.PAGES | pages.FRAGMENTS:
                self._send(404, b"", "text/plain")
                return
            chosen = pages.pane(self.path.split("/")[2].partition("?")[0]) if name == "pane" else {}
            html = pages.render(environment, name, theme=theme, **chosen)
            self._send(status, html.encode(), "text/html; charset=utf-8")

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", CSP)
            self.send_header("Vary", "HX-Request, HX-Request-Type")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
