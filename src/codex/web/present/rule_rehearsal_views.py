"""What the templates of a rehearsal are given."""

from dataclasses import dataclass

from codex.web.present.rule_views import SeenView, Words
from codex.web.present.views import LinkView, TimeView


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchView:
    """A moment at which the rule would have acted, with what it would have seen."""

    ticket: LinkView
    at: TimeView
    conditions: tuple[SeenView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WayView:
    """Tickets that went one way: where rules would send them, and who solved them."""

    today: str
    with_it: str
    solved_by: str
    tickets: str
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalView:
    """What a rule would have done. `problem`: why it could not be told, and then there is nothing else. `with_it`: the
    rule is not among those of today, so that `ways` differ."""

    count: str = ""
    sentence: str = ""
    matches: tuple[MatchView, ...] = ()
    caption: str = ""
    does: tuple[str, ...] = ()
    conflicts: tuple[Words, ...] = ()
    agreement: tuple[str, ...] = ()
    ways: tuple[WayView, ...] = ()
    with_it: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsingView:
    """The control that rehearses a rule over the last `days`, and the answer, once there is one. `href` is None for who
    may not rehearse it."""

    href: str | None
    days: int
    answer: RehearsalView | None = None
