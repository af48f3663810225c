"""How a rule stands, in a word; and counts that stop somewhere."""

from codex.web.present.language import gettext as _
from codex.web.present.rule_views import StateView


def standing(*, is_broken: bool, is_paused: bool, is_active: bool) -> StateView:
    """What matters most of it."""
    if is_broken:
        return StateView(word=_("Broken"), icon="circle-alert", tone="red")
    if is_paused:
        return StateView(word=_("Paused"), icon="hourglass", tone="amber")
    if is_active:
        return StateView(word=_("Active"), icon="check", tone="green")
    return StateView(word=_("Off"), icon="minus", tone="quiet")


def bounded(count: int, most: int) -> str:
    """A count: "412", "1,000+"."""
    return f"{most:,}+" if count > most else f"{count:,}"
