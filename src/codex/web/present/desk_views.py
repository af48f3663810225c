"""What the agents' templates are given: the window, a queue, a ticket and what stands beside it."""

from dataclasses import dataclass
from typing import Literal

from codex.web.present.field_views import FieldView, MissingView
from codex.web.present.rule_views import MacroView
from codex.web.present.views import (
    LinkView,
    NavItemView,
    OptionView,
    PersonView,
    PriorityView,
    SlaState,
    SlaView,
    StatusView,
    ThreadItem,
    TimeView,
    Tone,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NavGroupView:
    """A group without a title stands first, without a heading. `counts_href`: where its items are to be had again with
    their counts, which the page did not wait for."""

    items: tuple[NavItemView, ...]
    title: str = ""
    counts_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellView:
    """What stands around every page of an agent. `home_href` is where the product's name leads."""

    me: PersonView
    nav: tuple[NavGroupView, ...]
    home_href: str = "/queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """The heading of tickets that are as urgent as each other; `count`: of them, where all are known."""

    label: str
    icon: str
    tone: Tone
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One ticket in a list. `href` keeps the list's own query, so that the list stays as it is. `group` begins here."""

    id: str
    href: str
    subject: str
    requester: PersonView
    status: StatusView
    priority: PriorityView
    at: TimeView
    category: str = ""
    assignee: PersonView | None = None
    is_unread: bool = False
    is_current: bool = False
    sla: SlaView | None = None
    group: GroupView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyView:
    """An empty list: one sentence, one thing to do."""

    sentence: str
    action: LinkView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """One page of a list. `total` is None when counting would cost too much; `is_more`: there are more than that.
    `first_href` is set on later pages. `sort` turns the order by due time on, and off where it is on."""

    title: str
    rows: tuple[RowView, ...]
    empty: EmptyView
    total: int | None = None
    is_more: bool = False
    filters: tuple[LinkView, ...] = ()
    sort: LinkView | None = None
    next_href: str | None = None
    first_href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendView:
    """A way to send: `status` is the status it sets, None for the status the ticket has."""

    label: str
    status: StatusView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposerView:
    """The reply box. `sends` are the statuses a reply may set, the usual one first, then "as it is" and the others.

    `kind` and `body` bring back what was typed when `error` says why it was not sent; `missing` what else it needs.
    `macro`: the prepared text that fills it, and what goes with it.
    """

    may_reply: bool
    may_note: bool
    sends: tuple[SendView, ...] = ()
    kind: Literal["reply", "note"] = "reply"
    body: str = ""
    error: str = ""
    missing: MissingView | None = None
    macro: MacroView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket as an agent sees it.

    `href` is its bare path, which the forms build on; `query` ("?view=mine" or "") is carried through them, so that
    the list beside it stays. `take_value` is the assignee that "Assign to me" posts. `problem` is one sentence about
    a change that was refused, `missing` what it needs to be made. `earlier_href` leads to what a long conversation
    holds before the thread.
    """

    id: str
    href: str
    back_href: str
    subject: str
    requester: PersonView
    opened: TimeView
    channel: str
    status: StatusView
    thread: tuple[ThreadItem, ...]
    composer: ComposerView
    query: str = ""
    category: str = ""
    may_resolve: bool = False
    may_take: bool = False
    take_value: str = ""
    previous_href: str | None = None
    next_href: str | None = None
    earlier_href: str | None = None
    problem: str = ""
    missing: MissingView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyView:
    """A property and the small form that changes it: posts `noun` to `<ticket>/<noun>`.

    Shown as plain words unless `may_change`. `icon` (with `tone`) or `person` stands before the value.
    """

    noun: str
    label: str
    word: str
    options: tuple[OptionView, ...] = ()
    may_change: bool = False
    icon: str = ""
    tone: Tone = "quiet"
    person: PersonView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """A line about a person: place, department."""

    icon: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierView:
    """An earlier ticket of the same requester."""

    href: str
    subject: str
    status: StatusView
    at: TimeView


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """A service target: how it stands in a `word` ("48m left"), and in a `line` when it is due and by which hours.

    Without a `glyph` a ring shows the percentage that is `left`.
    """

    label: str
    state: SlaState
    word: str
    line: str
    glyph: str
    tone: Tone
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsView:
    """A ticket's service targets; none where nothing is promised. `why_href`: where it is told why they stand so."""

    targets: tuple[TargetView, ...] = ()
    why_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanView:
    """A part of a clock's life: when, what it did and how much of it was counted, and why."""

    kind: Literal["RUNNING", "PAUSED", "CLOSED", "STOPPED", "CANCELLED"]
    when: str
    does: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStoryView:
    """Why a clock says what it says: by which policy, span by span, and what follows."""

    label: str
    policy: str
    spans: tuple[SpanView, ...]
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyView:
    """The stories of a ticket's clocks, none where nothing is promised; `back_href` leads to the ticket."""

    id: str
    stories: tuple[ClockStoryView, ...]
    back_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsView:
    """What stands beside the ticket. `people`: names that fields which take a person suggest."""

    targets: TargetsView
    properties: tuple[PropertyView, ...]
    requester: PersonView
    fields: tuple[FieldView, ...] = ()
    people: tuple[str, ...] = ()
    role: str = ""
    facts: tuple[FactView, ...] = ()
    earlier: tuple[EarlierView, ...] = ()
