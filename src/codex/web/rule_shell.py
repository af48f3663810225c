"""What stands around the pages of rules."""

from codex.db.database import Reader
from codex.desk.navigation import navigation
from codex.httpkit.asked import Asked
from codex.web.present.desk_views import ShellView
from codex.web.present.navigation import RULES, shell


async def shell_of(reader: Reader, asked: Asked) -> ShellView:
    """The sidebar; two statements at most."""
    found = await navigation(reader, asked.actor, now=asked.now)
    return shell(asked.actor, found.counts, view=RULES, saved=[one.row for one in found.views])
