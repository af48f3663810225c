"""Servers on this machine that answer webhooks, well or badly."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ssl import SSLContext

Respond = Callable[["FarEnd", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Call:
    """A request as it came: its headers by lower-case name."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FarEnd:
    """A server and what it was sent. `written`: how much an endless one got rid of."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    written: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


def says(status: int, body: bytes = b"", **headers: str) -> Respond:
    """Answers with this, and closes."""

    async def respond(_: FarEnd, writer: asyncio.StreamWriter) -> None:
        told = {"content-length": str(len(body)), "connection": "close", **headers}
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
        writer.write(f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body)
        await writer.drain()

    return respond


async def hangs(_: FarEnd, writer: asyncio.StreamWriter) -> None:
    """Takes everything, and says nothing."""
    await asyncio.sleep(60)


async def drips_headers(_: FarEnd, writer: asyncio.StreamWriter) -> None:
    """Never quite ends its headers."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x: y\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def never_ends(end: FarEnd, writer: asyncio.StreamWriter) -> None:
    """Two gigabytes, as far as somebody reads them."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2147483648\r\n\r\n")
    while end.written < 2**31:
        writer.write(b"z" * 65536)
        await writer.drain()
        end.written += 65536


async def falls_silent(_: FarEnd, writer: asyncio.StreamWriter) -> None:
    """Says that it has taken it, and then never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ntaken")
    await writer.drain()
    await asyncio.sleep(60)


async def drips(_: FarEnd, writer: asyncio.StreamWriter) -> None:
    """Says that it has taken it, and then a letter at a time, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while True:
        writer.write(b"d")
        await writer.drain()
        await asyncio.sleep(0.02)


async def breaks_its_chunks(_: FarEnd, writer: asyncio.StreamWriter) -> None:
    """Begins well, and goes on with what is no chunk."""
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\ntaken\r\nZZZZ\r\nno chunk")
    await writer.drain()


async def hangs_up(_: FarEnd, writer: asyncio.StreamWriter) -> None:
    """Takes everything, and is gone."""


@asynccontextmanager
async def far_end(
    respond: Respond, *, host: str = "127.0.0.1", port: int = 0, tls: SSLContext | None = None
) -> AsyncIterator[FarEnd]:
    """A server that answers so, until the block ends."""
    end = FarEnd()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            end.calls.append(Call(head[0], headers, body))
            await respond(end, writer)
        writer.close()

    server = await asyncio.start_server(serve, host, port, ssl=tls)
    end.port = server.sockets[0].getsockname()[1]
    try:
        yield end
    finally:
        server.close()
