"""Requests as bytes, and one of them asked and answered."""

import json
import socket
from dataclasses import dataclass

from bench.load import length_of
from bench.product import Credentials

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Asker:
    """Writes requests of the benchmark's agent for a server on a port of the loopback."""

    port: int
    credentials: Credentials

    def get(self, path: str) -> bytes:
        """Of the API, by token."""
        return self._request("GET", path, f"Authorization: Bearer {self.credentials.token}\r\n")

    def page(self, path: str) -> bytes:
        """Of a page, by cookie."""
        return self._request("GET", path, f"Cookie: codex_session={self.credentials.cookie}\r\n")

    def post(self, path: str, **body: str) -> bytes:
        """Of the API, by token, with JSON."""
        data = json.dumps(body).encode()
        head = (
            f"Authorization: Bearer {self.credentials.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n"
        )
        return self._request("POST", path, head) + data

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send it over a connection of its own; status and body."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            answer = b""
            while not (whole := length_of(answer)) or len(answer) < whole:
                part = connection.recv(262_144)
                if not part:
                    break
                answer += part
        return int(answer[9:12] or 0), answer.partition(b"\r\n\r\n")[2]

    def _request(self, method: str, path: str, head: str) -> bytes:
        return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{head}\r\n".encode()
