"""Why something was not done, in the words of the screen."""

import re
from collections.abc import Callable

from codex.kernel.errors import CodexError, Conflict, Forbidden, Invalid, Unprocessable
from codex.tickets.models import TicketStatus
from codex.web.present import words
from codex.web.present.language import gettext as _
from codex.web.present.views import StatusView

REFUSALS = (Conflict, Invalid, Unprocessable)
"""What is told on the page itself, with what was typed; anything else is a page of its own."""

_STATUS = re.compile(rf"\b({'|'.join(TicketStatus)})\b")


def status_code(error: CodexError) -> int:
    """409: it does not fit what is; 403: not for this person; 422: it does not make sense."""
    return 409 if isinstance(error, Conflict) else 403 if isinstance(error, Forbidden) else 422


def of_change(error: CodexError, word: Callable[[str], StatusView] = words.status_for_agents) -> str:
    """The sentence about a change that was not made; `word`: how its reader calls statuses."""
    return _STATUS.sub(lambda name: word(name[1]).word, str(error))


def of_message(error: CodexError, word: Callable[[str], StatusView] = words.status_for_agents) -> str:
    """The sentence about a message that was not sent; its text is back in the box."""
    if isinstance(error, Invalid) and any(p.path == "body" and "empty" in p.message for p in error.problems):
        return _("Write your message first.")
    return _("Not sent. {reason} Your text is still here.").format(reason=of_change(error, word))
