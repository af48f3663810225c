"""Doing things at once, in a test."""

import asyncio

from world import World


async def somebody_waits(world: World) -> None:
    """Return once somebody waits for a lock that somebody else has."""
    async with world.reading() as reader:
        for _ in range(250):
            if await reader.first(
                """SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"""
            ):
                return
            await asyncio.sleep(0.02)
    raise AssertionError("Nobody waits.")
