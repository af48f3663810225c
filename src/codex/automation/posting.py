"""One POST to an address outside. Nothing there can hold us up, fill our memory or lead us to our own network."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ssl import SSLContext

import httpx

from codex.automation.destinations import is_public

TIMEOUT = timedelta(seconds=10)
"""For all of it: finding the address, connecting, sending, and reading the answer."""
READ_MOST, TOLD_MOST = 64 * 1024, 500
_LOOKUPS_AT_ONCE = 16
_PORTS, _PORT_MOST = {"http": 80, "https": 443}, 65_535

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The IP addresses of a host, best first. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status and the first TOLD_MOST characters. `location`: where it would lead on to."""

    status: int
    text: str = ""
    location: str = ""


class Unanswered(Exception):
    """No answer came, for the reason that this says; another time one may."""


class OffLimits(Exception):
    """Nothing was sent, since it would not have gone to the public internet."""


class Poster:
    """Sends. The address is looked up once, every answer is checked, and what was checked is connected to, under the
    name that was asked for. Redirects are not followed, proxies of the environment not used.

    `reaches_private`: addresses of our own network will do. `resolve`, `trust`: for tests.
    """

    def __init__(
        self, *, reaches_private: bool = False, resolve: Resolve | None = None, trust: SSLContext | None = None
    ) -> None:
        self._reaches_private = reaches_private
        # Threads of its own: a name server that is silent must not keep others from looking names up.
        self._threads = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="lookup")
        self._resolve = resolve or self._look_up
        self._trust = trust or httpx.create_ssl_context()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send once. Raises Unanswered and OffLimits."""
        until = asyncio.get_running_loop().time() + TIMEOUT.total_seconds()
        try:
            parsed = httpx.URL(url)
            async with asyncio.timeout_at(until):
                addresses = await self._addresses(parsed)
            transport = httpx.AsyncHTTPTransport(verify=self._trust, trust_env=False)
            most = TIMEOUT.total_seconds()
            each = httpx.Timeout(most, connect=most / max(len(addresses), 1))  # the second is tried if the first hangs
            async with httpx.AsyncClient(transport=transport, trust_env=False, timeout=each) as client:
                return await _send_to_first(client, parsed, addresses, body, headers, until=until)
        except TimeoutError:
            raise Unanswered(f"There was no answer within {TIMEOUT.total_seconds():.0f} seconds.") from None
        except httpx.HTTPError as failed:
            raise Unanswered(f"It did not answer: {_why(failed)}.") from failed
        except (httpx.InvalidURL, UnicodeError) as bad:
            raise OffLimits("This is no address that anything could be sent to.") from bad

    async def _addresses(self, url: httpx.URL) -> Sequence[str]:
        host, port = url.raw_host.decode(), _PORTS.get(url.scheme, 0) if url.port is None else url.port
        if not 0 < port <= _PORT_MOST:
            raise httpx.InvalidURL("no such port")
        try:
            found = await self._resolve(host, port)
        except OSError as failed:
            raise Unanswered(f"Its name could not be looked up: {_why(failed)}.") from failed
        if not self._reaches_private and (closed := [each for each in found if not is_public(each)]):
            raise OffLimits(
                f"{host} leads to {closed[0]}, which is not on the public internet; nothing is sent there. An operator "
                "may allow it (CODEX_WEBHOOK_ALLOW_PRIVATE)."
            )
        return found

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        def ask() -> Sequence[str]:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return list(dict.fromkeys(str(entry[4][0]) for entry in found))

        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)


async def _send_to_first(
    client: httpx.AsyncClient,
    url: httpx.URL,
    addresses: Sequence[str],
    body: bytes,
    headers: Mapping[str, str],
    *,
    until: float,
) -> Answer:
    """Send to the first of the addresses that can be connected to."""
    for place, address in enumerate(addresses, 1):
        try:
            async with asyncio.timeout_at(until):
                answer = await client.send(_request(client, url, address, body, headers), stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as failed:
            if place == len(addresses):
                raise Unanswered(f"It could not be connected to: {_why(failed)}.") from failed
            continue
        try:
            text = await _beginning(answer, until=until)
        finally:
            await answer.aclose()
        return Answer(answer.status_code, text, answer.headers.get("location", ""))
    raise Unanswered("Its name has no address.")


def _request(
    client: httpx.AsyncClient, url: httpx.URL, address: str, body: bytes, headers: Mapping[str, str]
) -> httpx.Request:
    """To the address that was checked, in the name that was asked for: of the host, and of its certificate."""
    named = {**headers, "Host": url.netloc.decode(), "Accept-Encoding": "identity", "User-Agent": "Codex"}
    return client.build_request(
        "POST", url.copy_with(host=address), content=body, headers=named,
        extensions={"sni_hostname": url.raw_host.decode()},
    )  # fmt: skip


async def _beginning(answer: httpx.Response, *, until: float) -> str:
    """The first words of an answer, as far as they come in time: it has its status, and counts. Of one that is packed
    none, since unpacking could make anything of it."""
    read = bytearray()
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout_at(until):
            async for piece in answer.aiter_raw():
                read += piece
                if len(read) >= READ_MOST:
                    break
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        return ""
    return read[:READ_MOST].decode("utf-8", "replace").replace("\x00", "")[:TOLD_MOST]


def _why(error: Exception) -> str:
    return (str(error) or type(error).__name__).replace("\x00", "").rstrip(".")[:TOLD_MOST]
