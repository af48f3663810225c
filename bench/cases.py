"""What is measured: for each case its requests, the one whose SQL is the floor, and the goal."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.fill import Filled
from bench.floors import Keys
from bench.keys import EVERY
from bench.load import Unit
from bench.product import Asker

SAMPLE = 2000
DEEP = 4950
BODY = (
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


def cases(asker: Asker, desk: Filled) -> list[Case]:
    """All cases on a desk; reads first, since writes change what they read."""
    return [_health(asker), *_lists(asker, desk), *_tickets(asker, desk), *_pages(asker, desk), *_writes(asker, desk)]


def _health(asker: Asker) -> Case:
    return Case("health/live", _same([asker.get("/health/live")]), about="the client's own overhead")


def _lists(asker: Asker, desk: Filled) -> list[Case]:
    here = f"/api/v1/tickets?team={desk.team_id}&statusGroup=open"
    deep, depth = _deep(asker, here)
    counts = f"/api/v1/tickets/counts?team={desk.team_id}&statusGroup=open,waiting"
    narrowed = f"{here},waiting&priority=P1,P2&channel=EMAIL&sort=createdAt"
    answered = f"{here}&customField.{desk.field_id}=Oslo"
    return [
        fixed("list", asker.get(here), goal=0.20),
        fixed("list deep", asker.get(deep), about=f"after {depth} rows"),
        fixed("list by due", asker.get(f"{here}&sort=dueAt"), about="what is due first"),
        fixed("list narrowed", asker.get(narrowed), about="three filters, another order"),
        fixed("list by answer", asker.get(answered), about="to a custom field"),
        fixed("counts", asker.get(counts)),
    ]


def _tickets(asker: Asker, desk: Filled) -> list[Case]:
    detail = [[asker.get(f"/api/v1/tickets/IT-{n}")] for n in _shuffled(desk)]
    whole = [[asker.get(f"/api/v1/tickets/IT-{n}{part}") for part in ("", "/messages", "/events")]
             for n in _shuffled(desk)]  # fmt: skip
    return [
        _by_number("detail", detail, desk, goal=0.20),
        _by_number("ticket page data", whole, desk, about="detail, messages, events"),
    ]


def _pages(asker: Asker, desk: Filled) -> list[Case]:
    pages = [[asker.page(f"/tickets/IT-{n}")] for n in _shuffled(desk)]
    return [
        fixed("html queue", asker.page("/queue?view=team:it")),
        _by_number("html ticket page", pages, desk),
    ]


def _writes(asker: Asker, desk: Filled) -> list[Case]:
    new = asker.post(
        "/api/v1/tickets", subject="VPN drops every few minutes since this morning", description=BODY,
        teamId=str(desk.team_id), categoryId=str(desk.category_id),
    )  # fmt: skip
    replies = [[asker.post(f"/api/v1/tickets/IT-{n}/messages", type="PUBLIC", body=BODY)] for n in _shuffled(desk)]
    return [
        Case("create", _same([new]), [new], [new], goal=0.15),
        _by_number("message", replies, desk, goal=0.12),
        _transition(asker, desk),
    ]


def _transition(asker: Asker, desk: Filled) -> Case:
    """Each client sends tickets of its own to and fro. They wait when filled and wait when the floor has moved them, so
    that every request changes something."""

    def to(number: int, status: str) -> Unit:
        return [asker.post(f"/api/v1/tickets/IT-{number}/transition", status=status)]

    def units(clients: int) -> list[list[Unit]]:
        return [
            [to(n, status) for n in list(desk.steady)[i::clients] for status in ("IN_PROGRESS", "WAITING_ON_REQUESTER")]
            for i in range(clients)
        ]

    def keys(clients: int) -> Keys:
        turns = len(desk.steady) // clients
        draw = rf"\set n {desk.steady[0]} + {EVERY} * (:client_id + {clients} * random(0, {turns - 1}))"
        return Keys((draw,), _named(desk, desk.steady[0]))

    number = desk.steady[0]
    return Case("transition", units, to(number, "IN_PROGRESS"), to(number, "WAITING_ON_REQUESTER"), keys)


def fixed(name: str, request: bytes, *, goal: float | None = None, about: str = "") -> Case:
    """The same request again and again."""
    return Case(name, _same([request]), [request], [request], goal=goal, about=about)


def _by_number(name: str, units: Sequence[Unit], desk: Filled, *, goal: float | None = None, about: str = "") -> Case:
    """A request about one of many tickets of the biggest team."""

    def spread(clients: int) -> list[list[Unit]]:
        return [[*units[i * len(units) // clients :], *units[: i * len(units) // clients]] for i in range(clients)]

    numbers = _sampled(desk)
    draw = rf"\set n {numbers.start} + {numbers.step} * random(0, {len(numbers) - 1})"
    keys = Keys((draw,), _named(desk, _shuffled(desk)[0]))
    return Case(name, spread, units[0], units[0], lambda clients: keys, goal, about)


def _named(desk: Filled, number: int) -> dict[str, str]:
    """How the ticket `number` is called in SQL, and how ticket `:n` is."""
    return {f"IT-{number}": "('IT-' || :n)", str(desk.ticket_id(number)): desk.ticket_id_sql(":n")}


def _same(unit: Unit) -> Callable[[int], list[list[Unit]]]:
    return lambda clients: [[unit]] * clients


def _sampled(desk: Filled) -> range:
    """Numbers of SAMPLE tickets of the biggest team, from the whole time; the same for product and floor."""
    return desk.known[:: max(1, len(desk.known) // SAMPLE)][:SAMPLE]


def _shuffled(desk: Filled) -> list[int]:
    numbers = _sampled(desk)
    return random.Random(7).sample(numbers, len(numbers))


def _deep(asker: Asker, path: str) -> tuple[str, int]:
    """The page of a list after DEEP rows, or the last whole one, and how many rows come before it."""
    places = [(path, 0)]
    while places[-1][1] < DEEP:
        here, depth = places[-1]
        listed = json.loads(asker.ask(asker.get(here)))
        if listed["nextCursor"] is None:  # this is less than a page
            return places[max(0, len(places) - 2)]
        places.append((f"{path}&cursor={listed['nextCursor']}", depth + len(listed["items"])))
    return places[-1]
