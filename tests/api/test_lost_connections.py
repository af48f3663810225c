"""What a client sees of a database that went away for a moment."""

import pytest

import databases
from codex.db import embedded
from databases import FreshDatabase
from world import World

pytestmark = pytest.mark.anyio


async def test_when_every_connection_was_lost_one_request_fails_and_the_next_ones_work(
    world: World, world_database: FreshDatabase, server: embedded.Server
) -> None:
    amir = await world.client(world.amir)
    async with world.database.reading(), world.database.reading(), world.database.reading():
        pass  # three connections, idle from here on
    with databases.superuser(server) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [world_database.name]
        )
    answers = [await amir.get("/api/v1/me") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [503, 200, 200, 200]
    assert answers[0].headers["retry-after"] == "2"
