"""The load client: `python -m bench.load`, an order on standard input, the outcome on standard output, both msgpack.

A process of its own around one epoll loop over plain sockets, since on two cores a costly client would be what is
measured. Each client sends its units one after another; a unit is one or more requests, and its time is their sum.
"""

import gc
import select
import socket
import sys
import time

from msgspec import Struct, msgpack

Unit = list[bytes]
_TOO_LATE_SECONDS = 30.0


class Order(Struct):
    """What to send: for each client its units, over and over, for `warm_seconds` unseen and then for `seconds`."""

    port: int
    clients: list[list[Unit]]
    seconds: float
    warm_seconds: float


class Outcome(Struct):
    """What came of it. `latencies_us`: of each unit in the measured time; `units`: of all, with the warm-up's."""

    latencies_us: list[int]
    seconds: float
    units: int
    errors: int
    first_error: str
    cpu_seconds: float


class Client:
    """One connection that is kept alive."""

    def __init__(self, port: int, units: list[Unit]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_TOO_LATE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.units, self.unit, self.request = units, 0, 0
        self.began, self.buffer = 0, b""

    def send(self) -> None:
        """Send the next request; the answer to the one before has come."""
        if self.request == 0:
            self.began = time.perf_counter_ns()
        self.socket.sendall(self.units[self.unit][self.request])

    def step(self) -> bool:
        """Go on to the next request; True when that was a unit."""
        self.buffer = b""
        self.request += 1
        if self.request < len(self.units[self.unit]):
            return False
        self.request = 0
        self.unit = (self.unit + 1) % len(self.units)
        return True


def length_of(answer: bytes) -> int:
    """How long the whole answer will be; 0 while that cannot be told yet."""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = answer[:end].lower()
    at = head.find(b"content-length:")
    return end + 4 + (int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0)


def drive(order: Order) -> Outcome:
    """Carry the order out."""
    clients = {}
    poll = select.epoll()
    for units in order.clients:
        client = Client(order.port, units)
        clients[client.socket.fileno()] = client
        poll.register(client.socket, select.EPOLLIN)
    outcome = Outcome([], order.seconds, 0, 0, "", 0.0)
    gc.disable()
    began_cpu = time.process_time()
    _loop(poll, clients, order, outcome)
    outcome.cpu_seconds = time.process_time() - began_cpu
    for client in clients.values():
        client.socket.close()
    return outcome


def _loop(poll: select.epoll, clients: dict[int, Client], order: Order, outcome: Outcome) -> None:
    clock = time.perf_counter_ns
    seen_from = clock() + int(order.warm_seconds * 1e9)
    until = seen_from + int(order.seconds * 1e9)
    for client in clients.values():
        client.send()
    waiting = set(clients)
    while waiting:
        ready = poll.poll(_TOO_LATE_SECONDS)
        if not ready:
            raise TimeoutError(f"no answer for {_TOO_LATE_SECONDS:.0f} seconds")
        for handle, _ in ready:
            client = clients[handle]
            if not _has_all(client, outcome):
                continue
            if client.step():
                now = clock()
                outcome.units += 1
                if seen_from <= now < until:
                    outcome.latencies_us.append((now - client.began) // 1000)
                if now >= until:
                    waiting.discard(handle)
                    poll.unregister(handle)
                    continue
            client.send()


def _has_all(client: Client, outcome: Outcome) -> bool:
    part = client.socket.recv(262_144)
    if not part:
        raise ConnectionError("the server closed the connection")
    answer = client.buffer = client.buffer + part if client.buffer else part
    whole = length_of(answer)
    if not whole or len(answer) < whole:
        return False
    if answer[9:10] != b"2":
        outcome.errors += 1
        outcome.first_error = outcome.first_error or answer[:1000].decode(errors="replace")
    return True


if __name__ == "__main__":
    sys.stdout.buffer.write(msgpack.encode(drive(msgpack.decode(sys.stdin.buffer.read(), type=Order))))
