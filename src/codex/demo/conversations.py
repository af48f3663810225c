"""The stories of the demo, read from `stories/*.md`, which are written to be read by people.

    === vpn-drops                       a story and its key; then its header, one `name: value` a line
    subject: VPN drops every …          several: one is chosen, with the opening of the same number or the last one

    Since {weekday} the VPN …           the opening: what the requester writes; `or:` begins another one
    [20m lead triages as P2]            an act: how much working time later, who, does what
    [5m agent replies → resolved]       … and how the ticket then stands; the words follow until the next act
    Hi {requester}, …

`{weekday}` and the like are filled by `slots`. Raises StoryError, naming file and line, for anything else.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import resources

from codex.demo.rhythm import DAY
from codex.demo.script import (
    Act,
    Begin,
    Delete,
    Follow,
    Give,
    Grant,
    HandOver,
    Join,
    Label,
    Move,
    Opening,
    Part,
    PutOff,
    Redact,
    Say,
    Script,
    Sort,
    SplitOff,
    Tie,
)
from codex.tickets.linking import LinkKind
from codex.tickets.models import AccessLevel, TicketPriority, TicketStatus

_ACT = re.compile(r"\[(\d+)([mhd]) (\w+) ([^\]]+)\]")
_HEADER = re.compile(r"([a-z ]+): (.+)")
_SORT = re.compile(r"(triages|sets)(?: (?:as )?(P[1-4]))?(?: under ([a-z-]+))?")
_GRANT = re.compile(r"grants ([a-z]+) (READ|WRITE)(?: for (\d+)d)?(?:: (.+))?")
_WRITTEN = ("replies", "notes", "drafts a reply", "drafts a note")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": DAY}
_MOVES = {
    "starts": TicketStatus.IN_PROGRESS,
    "resolves": TicketStatus.RESOLVED,
    "closes": TicketStatus.CLOSED,
    "reopens": TicketStatus.REOPENED,
}


class StoryError(Exception):
    """A story that cannot be understood: where, and what."""


def read() -> tuple[Script, ...]:
    """Every story there is, in the order of files and lines."""
    folder = resources.files("codex.demo") / "stories"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".md")), key=lambda f: f.name)
    return tuple(script for file in files for script in parse(file.read_text("utf-8"), called=file.name))


def parse(text: str, *, called: str) -> Iterator[Script]:
    """The stories of one file."""
    line = 1
    for block in re.split(r"^(?==== )", text, flags=re.MULTILINE):
        if block.strip():
            try:
                yield _script(block)
            except (KeyError, ValueError) as wrong:
                raise StoryError(f"{called}, the story from line {line}: {wrong}") from wrong
        line += block.count("\n")


def _script(block: str) -> Script:
    head, _, rest = block.partition("\n\n")
    title, *lines = head.splitlines()
    headers = [_header(line) for line in lines]
    one = dict(headers)
    opening, acts = _split(rest)
    subjects = [value for name, value in headers if name == "subject"]
    return Script(
        key=title.removeprefix("=== ").strip(),
        team=one["team"],
        category=one["category"],
        priority=TicketPriority(one["priority"]),
        openings=tuple(_openings(subjects, opening.split("\nor:\n"))),
        acts=acts,
        times=int(one.get("times", 1)),
        opened_by=Part(one.get("opened by", Part.REQUESTER)),
        requester=one.get("requester"),
        agent=one.get("agent"),
        age=_age(one),
        answers=tuple(_said(value) for name, value in headers if name == "answer"),
    )


def _header(line: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(line)
    if not found:
        raise ValueError(f"{line!r} is no header")
    return found[1], found[2].strip()


def _openings(subjects: list[str], texts: list[str]) -> Iterator[Opening]:
    if not subjects or len(texts) > len(subjects):
        raise ValueError("there must be a subject for each opening")
    for number, subject in enumerate(subjects):
        yield Opening(subject, texts[min(number, len(texts) - 1)].strip())


def _age(headers: Mapping[str, str]) -> timedelta | None:
    """How long ago, in calendar time."""
    if "age" not in headers:
        return None
    count, unit = int(headers["age"][:-1]), headers["age"][-1]
    return count * {**_UNITS, "d": timedelta(days=1)}[unit]


def _said(header: str) -> tuple[str, str]:
    """A custom field and its answer: `Cause = Provider`."""
    name, separator, said = header.partition(" = ")
    if not separator:
        raise ValueError(f"an answer is written `field = answer`, not {header}")
    return name, said


def _split(text: str) -> tuple[str, tuple[Act, ...]]:
    """The opening, and the acts with what is said in them."""
    opening: list[str] = []
    said, heads = opening, []
    for line in text.splitlines():
        if found := _ACT.fullmatch(line.strip()):
            said = []
            heads.append((found, said))
        else:
            said.append(line)
    return "\n".join(opening), tuple(_act(found, "\n".join(lines).strip()) for found, lines in heads)


def _act(found: re.Match[str], body: str) -> Act:
    after, by, what = int(found[1]) * _UNITS[found[2]], Part(found[3]), found[4]
    verb, _, then = (part.strip() for part in what.partition("→"))
    status = TicketStatus(then.upper().replace(" ", "_")) if then else None
    if (verb in _WRITTEN) != bool(body):
        raise ValueError(f"{found[0]} must have words exactly if it replies or notes")
    if verb in ("replies", "notes"):
        return Say(after, by, body, verb == "notes", status)
    if verb in _WRITTEN:
        return Begin(after, by, body, verb.endswith("note"))
    if verb in _MOVES:
        return Move(after, by, _MOVES[verb])
    if verb == "takes" or verb.startswith("gives to "):
        return Give(after, by, by if verb == "takes" else Part(verb.removeprefix("gives to ")))
    if verb.startswith("hands over to "):
        return HandOver(after, by, verb.removeprefix("hands over to "))
    if sort := _SORT.fullmatch(verb):
        priority = TicketPriority(sort[2]) if sort[2] else None
        return Sort(after, by, priority, sort[3], TicketStatus.TRIAGED if sort[1] == "triages" else None)
    beside = _beside(after, by, verb)
    if beside is None:
        raise ValueError(f"nobody can do this: {found[0]}")
    return beside


def _beside(after: timedelta, by: Part, verb: str) -> Act | None:
    """What is done with a ticket besides answering it and moving it on."""
    if grant := _GRANT.fullmatch(verb):
        days = int(grant[3]) if grant[3] else None
        return Grant(after, by, grant[1], AccessLevel(grant[2]), days, grant[4])
    first, _, rest = verb.partition(" ")
    match first, rest.split():
        case "tags", [_, *_]:
            return Label(after, by, tuple(tag.strip() for tag in rest.split(",")))
        case "follows", []:
            return Follow(after, by, by)
        case "lets", [who, "follow"]:
            return Follow(after, by, who)
        case "links", ["as", kind, "of", story]:
            return Tie(after, by, LinkKind(kind), story)
        case "merges", ["into", story]:
            return Join(after, by, story)
        case "splits", ["off"]:
            return SplitOff(after, by)
        case "puts", ["off", until]:
            return PutOff(after, by, int(until.removesuffix("d")))
        case "redacts:", [_, *_]:
            return Redact(after, by, rest)
        case "deletes", []:
            return Delete(after, by)
    return None
