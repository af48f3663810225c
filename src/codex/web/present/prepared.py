"""Prepared texts in the reply box: the menu of them, and what goes with the one that was chosen."""

from itertools import zip_longest

from codex.automation.doing import Done
from codex.automation.macros import Macro, MacroPreview
from codex.desk.reading import CannedResponseRow
from codex.tickets.actions import SetStatus, written
from codex.web.present import action_words
from codex.web.present.language import gettext as _
from codex.web.present.rule_views import MacroStepView, MacroView, PreparedView
from codex.web.present.rule_words import Names

_SAYS_MOST = 140


def row(text: CannedResponseRow, names: Names, *, href: str) -> PreparedView:
    """A text to choose; `href` chooses it."""
    said = " ".join(text.content.split())
    whose = _("Yours") if text.user_id else names.get(str(text.team_id), "") if text.team_id else _("Everybody’s")
    return PreparedView(
        name=text.name, says=f"{said[:_SAYS_MOST]}…" if len(said) > _SAYS_MOST else said, whose=whose, href=href,
        does=action_words.actions(text.actions, names), problem=" ".join(lost.message for lost in text.broken),
    )  # fmt: skip


def macro(chosen: Macro, preview: MacroPreview, names: Names) -> MacroView:
    """What goes with the chosen text: each action, and why one of them would be refused. What would change nothing is
    told as well: it is so already."""
    nothing = Done("", [])
    steps = tuple(
        MacroStepView(words=action_words.action(told, names), problem=done.error or "")
        for told, done in zip_longest(written(chosen.actions), preview.actions, fillvalue=nothing)
        if isinstance(told, dict) and isinstance(done, Done)
    )
    moves = any(isinstance(action, SetStatus) for action in chosen.actions)
    return MacroView(id=str(chosen.id), name=chosen.name, steps=steps, moves=moves)
