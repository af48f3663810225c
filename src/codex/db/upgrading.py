"""A database that is brought up to date on the way in: for who starts the desk, and for the shell."""

from collections.abc import Iterator
from contextlib import contextmanager

from codex.db import access, embedded, migrate
from codex.db.database import Access
from codex.db.migrate import MigrationResult
from codex.settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[Access]:
    """As `access.opened`, after what the schema lacks has been added. Raises SetupError in one sentence."""
    if not settings.is_embedded:
        upgrade(settings)
        yield access.external(settings)
        return
    with access.server(settings):  # held, so that it is not stopped and started again in between
        upgrade(settings)
        with access.opened(settings) as found:
            yield found


def upgrade(settings: Settings) -> MigrationResult:
    """Add what the schema lacks, as its owner."""
    if not settings.is_embedded:
        return migrate.upgrade(settings.direct_url or settings.database_url)
    with access.server(settings) as running:
        return migrate.upgrade(running.conninfo(user=embedded.OWNER_ROLE))
