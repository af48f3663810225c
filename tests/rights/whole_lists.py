"""A list of the API, page after page."""

from typing import Any

import httpx


async def whole(
    client: httpx.AsyncClient, path: str, body: dict[str, Any] | None = None, *, limit: int = 50
) -> list[str]:
    """The ids of a whole list; with a body it is asked for by POST."""
    found: list[str] = []
    cursor = None
    while True:
        more = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        if body is None:
            answer = await client.get(httpx.URL(path).copy_merge_params(more))
        else:
            answer = await client.post(path, json={**body, **more})
        assert answer.status_code == 200, answer.text
        found += [item["id"] for item in answer.json()["items"]]
        cursor = answer.json()["nextCursor"]
        if cursor is None:
            return found
