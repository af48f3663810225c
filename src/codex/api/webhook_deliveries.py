"""`/webhook-deliveries`: what automation rules told other systems, and what these answered."""

from typing import Annotated

from litestar import Router, get, post
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter

from codex.api.common import LIMIT, Cursor, Limit, Listed, id_of, listed
from codex.api.refusals import refusals
from codex.automation import deliveries
from codex.automation.deliveries import DeliveryRow
from codex.httpkit.asked import Asking
from codex.httpkit.needs import Need
from codex.kernel.actor import Scope
from codex.notifications.models import OutboxStatus

DeliveryId = Annotated[
    str,
    PathParameter(
        name="deliveryId", description="The id of a delivery, which it carries as Codex-Delivery.",
        examples=[Example(value="01979c7e-6a3e-7c51-9a20-3f6d5c8f2b11")],
    ),
]  # fmt: skip
Statuses = Annotated[list[OutboxStatus] | None, QueryParameter(name="status", description="Any of these.")]


@get("/", summary="What was sent to webhooks, and what is to be")
async def list_deliveries(
    asked: Asking, statuses: Statuses = None, limit: Limit = LIMIT, cursor: Cursor = None
) -> Listed[DeliveryRow]:
    """Newest first. What is not taken is tried again for half a day, at growing intervals, and has then FAILED."""
    async with asked.reading() as reader:
        return listed(
            await deliveries.deliveries(reader, asked.actor, statuses=statuses or (), limit=limit, cursor=cursor)
        )


@get("/{deliveryId:str}", summary="One call of a webhook")
async def show(asked: Asking, delivery_id: DeliveryId) -> DeliveryRow:
    """As it stands now."""
    async with asked.reading() as reader:
        return await deliveries.delivery(reader, asked.actor, id_of(delivery_id))


@post("/{deliveryId:str}/retry", summary="Send again what has failed", status_code=200, opt={"scope": Scope.ADMIN},
      responses=refusals(409))  # fmt: skip
async def retry(asked: Asking, delivery_id: DeliveryId) -> DeliveryRow:
    """At once, under the same id, and from then on as if for the first time. 409 for what has not failed."""
    async with asked.work() as work:
        await deliveries.retry(work, id_of(delivery_id))
    async with asked.reading() as reader:
        return await deliveries.delivery(reader, asked.actor, id_of(delivery_id))


router = Router(
    "/webhook-deliveries", route_handlers=[list_deliveries, show, retry], opt={"operation": Need.OWNER},
    tags=["automation"],
)  # fmt: skip
