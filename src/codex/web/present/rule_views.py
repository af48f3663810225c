"""What the templates of rules are given, and the box that says what goes with a prepared text."""

from dataclasses import dataclass

from codex.web.present.views import LinkView, TextPart, TimeView, Tone

Words = tuple[TextPart, ...]
"""A sentence in pieces: plain text, never HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionView:
    """A condition as a sentence, or, with `parts`, a group: `group` says how many of them must hold."""

    words: Words = ()
    group: str = ""
    parts: tuple["ConditionView", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StateView:
    """How a rule stands, in a word, with the icon and the tone of it."""

    word: str
    icon: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRowView:
    """A rule in a list. `problem`: why it is passed over. `href` is None where there is no more to see."""

    name: str
    says: Words
    whose: str
    state: StateView
    matches: str
    place: int
    href: str | None = None
    problem: str = ""
    failed: TimeView | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesView:
    """The rules that the reader sees, in the order in which they are asked, each with how it fared in the last `days`.
    `next_*`: where the list goes on."""

    routing: tuple[RuleRowView, ...]
    automation: tuple[RuleRowView, ...]
    days: int
    next_routing: str | None = None
    next_automation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenView:
    """A condition that was asked: what the ticket had, and whether it held."""

    words: Words
    seen: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """An action that was done, and what it changed, in words."""

    name: str
    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A time that the rule was asked about a ticket."""

    state: StateView
    ticket: LinkView
    at: TimeView
    trigger: str
    version: int
    error: str = ""
    conditions: tuple[SeenView, ...] = ()
    steps: tuple[StepView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """Why a rule did what it did, or did not. `typed`: the ticket as it was called; `is_wrong`: there is none."""

    typed: str = ""
    sentence: str = ""
    conditions: tuple[SeenView, ...] = ()
    is_wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroStepView:
    """What an action of a prepared text will do. `problem`: why it would be refused."""

    words: Words
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroView:
    """The text that was chosen in the reply box, and what goes with it. `moves`: it sets a status itself."""

    id: str
    name: str
    steps: tuple[MacroStepView, ...] = ()
    moves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedView:
    """A text that may be chosen: `href` puts it into the reply box. `problem`: why it cannot be."""

    name: str
    says: str
    whose: str
    href: str
    does: tuple[Words, ...] = ()
    problem: str = ""
