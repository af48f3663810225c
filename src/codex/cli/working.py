"""`python -m codex.cli.working`: the worker, in a process that holds no web application in memory."""

import asyncio
import signal

from codex import reactions
from codex.automation import timed
from codex.cli.lifeline import follow_lifeline
from codex.db import access
from codex.db.database import Database
from codex.kernel import log
from codex.kernel.seal import Seal, kept_key
from codex.settings import Settings, load
from codex.worker.loop import Worker
from codex.worker.schedule import errands


async def work(settings: Settings, *, once: bool = False) -> tuple[int, int]:
    """Do what is due until told to end, or `once`; returns how many jobs ran, and how much was swept, when once."""
    log.configure(settings.log, process="worker")
    with access.opened(settings) as found:
        database = Database(found, max_connections=4)
        await database.open()
        try:
            outside = errands(
                seal=Seal(settings.secret_key or kept_key(settings.data_path)),
                reaches_private=settings.webhook_allows_private,
            )
            works = reactions.works(database, base_url=settings.base_url)
            worker = Worker(works, errands=outside)
            if once:
                done = await worker.once()
                await timed.look_anew(works)
                return done, await worker.sweep()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, worker.stop)
            await worker.run()
        finally:
            await database.close()
    return 0, 0


if __name__ == "__main__":
    follow_lifeline()
    asyncio.run(work(load()))
