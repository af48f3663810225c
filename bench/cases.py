"""What is measured: for each case its requests, the one whose SQL is the floor, and the goal."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.asking import Asker
from bench.fill import Filled
from bench.floors import Keys
from bench.keys import EVERY
from bench.load import Unit

SAMPLE = 2000
DEEP = 4950
_BODY = (
    "I have looked at it again: the cause is found, and the change goes out tonight after seven. "
    "Please try once more tomorrow morning and write here whether it works for you now."
)


@dataclass(frozen=True, slots=True)
class Case:
    """`units`: for a number of clients, what each sends. `before` and `probe`: the request whose SQL is captured, and
    what is sent first so that it finds things as they will be. `keys`: what varies in the floor."""

    name: str
    units: Callable[[int], list[list[Unit]]]
    before: Unit = field(default_factory=list)
    probe: Unit = field(default_factory=list)
    keys: Callable[[int], Keys] = lambda clients: Keys()
    goal: float | None = None
    about: str = ""


def cases(asker: Asker, desk: Filled, *, with_pages: bool) -> list[Case]:
    """All cases on a desk; reads first, since writes change what they read."""
    made = [_health(asker), *_lists(asker, desk), *_tickets(asker, desk)]
    if with_pages:
        made += _pages(asker, desk)
    return [*made, *_writes(asker, desk)]


def _health(asker: Asker) -> Case:
    return Case("health/live", _same([asker.get("/health/live")]), about="the client's own overhead")


def _lists(asker: Asker, desk: Filled) -> list[Case]:
    here = f"/api/v1/tickets?team={desk.team_id}&statusGroup=open"
    cursor, depth = _deep(asker, here)
    counts = f"/api/v1/tickets/counts?team={desk.team_id}&statusGroup=open,waiting"
    return [
        _fixed("list", asker.get(here), goal=0.20),
        _fixed("list_page_100", asker.get(f"{here}&cursor={cursor}"), about=f"after {depth} rows"),
        _fixed("counts", asker.get(counts)),
    ]


def _tickets(asker: Asker, desk: Filled) -> list[Case]:
    detail = [[asker.get(f"/api/v1/tickets/IT-{n}")] for n in _some(desk.known)]
    whole = [[asker.get(f"/api/v1/tickets/IT-{n}{part}") for part in ("", "/messages", "/events")]
             for n in _some(desk.known)]  # fmt: skip
    return [
        _by_number("detail", detail, desk, goal=0.20),
        _by_number("ticket page data", whole, desk, about="detail, messages, events"),
    ]


def _pages(asker: Asker, desk: Filled) -> list[Case]:
    pages = [[asker.page(f"/tickets/IT-{n}")] for n in _some(desk.known)]
    return [
        _fixed("html queue", asker.page("/queue?view=team:it")),
        _by_number("html ticket page", pages, desk),
    ]


def _writes(asker: Asker, desk: Filled) -> list[Case]:
    new = asker.post(
        "/api/v1/tickets", subject="VPN drops every few minutes since this morning", description=_BODY,
        teamId=desk.team_id, categoryId=desk.category_id,
    )  # fmt: skip
    replies = [[asker.post(f"/api/v1/tickets/IT-{n}/messages", type="PUBLIC", body=_BODY)] for n in _some(desk.known)]
    return [
        Case("create", _same([new]), [new], [new], goal=0.15),
        _by_number("message", replies, desk, goal=0.12),
        _transition(asker, desk),
    ]


def _transition(asker: Asker, desk: Filled) -> Case:
    """Each client has tickets of its own and sends them to and fro, so that every request changes something."""

    def to(number: int, status: str) -> Unit:
        return [asker.post(f"/api/v1/tickets/IT-{number}/transition", status=status)]

    def units(clients: int) -> list[list[Unit]]:
        return [
            [to(n, status) for n in list(desk.steady)[i::clients] for status in ("WAITING_ON_VENDOR", "IN_PROGRESS")]
            for i in range(clients)
        ]

    def keys(clients: int) -> Keys:
        turns = len(desk.steady) // clients
        draw = rf"\set n {desk.steady[0]} + {EVERY} * (:client_id + {clients} * random(0, {turns - 1}))"
        return Keys((draw,), _named(desk, desk.steady[0]))

    number = desk.steady[0]
    return Case("transition", units, to(number, "IN_PROGRESS"), to(number, "WAITING_ON_VENDOR"), keys)


def _fixed(name: str, request: bytes, *, goal: float | None = None, about: str = "") -> Case:
    """The same request again and again."""
    return Case(name, _same([request]), [request], [request], goal=goal, about=about)


def _by_number(name: str, units: Sequence[Unit], desk: Filled, *, goal: float | None = None, about: str = "") -> Case:
    """A request about one of many tickets of the biggest team."""

    def spread(clients: int) -> list[list[Unit]]:
        return [[*units[i * len(units) // clients :], *units[: i * len(units) // clients]] for i in range(clients)]

    number = _some(desk.known)[0]
    draw = rf"\set n {EVERY} * random(1, {len(desk.known)})"
    keys = Keys((draw,), _named(desk, number))
    return Case(name, spread, units[0], units[0], lambda clients: keys, goal, about)


def _named(desk: Filled, number: int) -> dict[str, str]:
    """How the ticket `number` is called in SQL, and how ticket `:n` is."""
    return {f"IT-{number}": "('IT-' || :n)", str(desk.timeline.ticket_id(number)): desk.timeline.ticket_id_sql(":n")}


def _same(unit: Unit) -> Callable[[int], list[list[Unit]]]:
    return lambda clients: [[unit]] * clients


def _some(numbers: range) -> list[int]:
    return random.Random(7).sample(numbers, min(SAMPLE, len(numbers)))


def _deep(asker: Asker, path: str) -> tuple[str, int]:
    """The cursor after DEEP rows of a list, or as deep as leaves a whole page to come."""
    cursor, depth, places = "", 0, [("", 0)]
    while depth < DEEP + 50:
        _, body = asker.ask(asker.get(f"{path}&limit=50{f'&cursor={cursor}' if cursor else ''}"))
        listed = json.loads(body)
        depth += len(listed["items"])
        cursor = listed["nextCursor"]
        if cursor is None:
            break
        places.append((cursor, depth))
    return places[-2] if len(places) > 1 else places[-1]  # the last one may lead to less than a page
