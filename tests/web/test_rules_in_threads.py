"""What a rule wrote, in a thread: agents read which rule it was, requesters that it was automation."""

import pytest
from open_desk import OpenDesk

from codex.automation.policy import rule_actor
from codex.kernel import clock
from codex.kernel.ids import new_id
from codex.tickets import messages, queries
from codex.tickets.models import MessageType

pytestmark = pytest.mark.anyio


async def test_pages_name_the_rule_to_agents_and_not_to_requesters(desk: OpenDesk) -> None:
    ref = await desk.ticket()
    async with desk.world.work(as_=desk.user("ona"), now=clock.now()) as work:
        held = await queries.visible(work, queries.parse_ref(ref), lock=True)
        async with work.step(rule_actor("VIPs first!", new_id()), now=work.now) as step:
            await messages.add(step, held, type=MessageType.PUBLIC, body="We are on it.")

    agents = (await (await desk.visitor("amir")).see(f"/tickets/{ref}")).text
    requesters = (await (await desk.visitor("rosa")).see(f"/requests/{ref}")).text
    assert "<strong>VIPs first!</strong>" in agents
    assert "VIPs" not in requesters and "<strong>Automation</strong>" in requesters
