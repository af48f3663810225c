"""What the pages of single rules are given."""

from dataclasses import dataclass

from codex.web.present.rule_rehearsal_views import RehearsingView
from codex.web.present.rule_views import AnswerView, ConditionView, RunView, StateView, Words
from codex.web.present.views import LinkView, StatusView, TimeView


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """A call of a webhook that failed for good."""

    at: TimeView
    url: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsView:
    """Calls of a rule's webhooks that failed of late: a sentence, none if it is empty; and for owners the newest."""

    sentence: str = ""
    shown: tuple[CallView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule in words, and what became of it in the last `days`. `href` is its page, `api_href` where it is told how
    rules are written. `about`: the ticket that its log is about, of all tickets if it is empty."""

    name: str
    description: str
    whose: str
    state: StateView
    place: int
    version: int
    when: Words
    conditions: tuple[ConditionView, ...]
    actions: tuple[Words, ...]
    href: str
    matches: str
    matched: str
    runs: tuple[RunView, ...]
    answer: AnswerView
    calls: CallsView
    rehearsing: RehearsingView
    days: int
    problems: tuple[str, ...] = ()
    failed: TimeView | None = None
    error: str = ""
    next_href: str | None = None
    about: str = ""
    api_href: str = "/api/docs"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenView:
    """A ticket that a routing rule took. `says`: the keyword that did it, if one did; `moved`: it is no longer with the
    team that the rule sends tickets to."""

    ticket: LinkView
    subject: str
    says: str
    at: TimeView
    status: StatusView
    whose: str
    moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRuleView:
    """A routing rule in words, and the tickets that it took. `took` of `asked`: new tickets of the last `days`."""

    name: str
    state: StateView
    place: int
    version: int
    keywords: tuple[str, ...]
    conditions: tuple[ConditionView, ...]
    then: tuple[Words, ...]
    learned: str
    took: str
    asked: str
    days: int
    taken: tuple[TakenView, ...]
    answer: AnswerView
    rehearsing: RehearsingView
    href: str
    list_href: str | None
    problem: str = ""
    next_href: str | None = None
    api_href: str = "/api/docs"
