"""What Northmoor is shown when it asks, syncs and adds a peer."""

from __future__ import annotations

import asyncio

from hub.federation.peers import add_peer
from hub.federation.sync import sync_all
from hub.records.check import AreaResult
from tests.federation.nodes import Areas, cases_of, check, question


def sync(areas: Areas, node_id: str = "northmoor") -> dict[str, str]:
    """What went wrong with each peer."""

    async def go() -> dict[str, str]:
        async with areas.client(node_id) as client:
            return {one.node_id: one.error for one in await sync_all(areas[node_id], client)}

    return asyncio.run(go())


def ask(areas: Areas, *asked: str) -> dict[str, AreaResult]:
    """What Northmoor is shown of somebody whom Eastvale knows."""

    async def go() -> dict[str, AreaResult]:
        async with areas.client("northmoor") as client:
            request = question(cases_of("eastvale")[0][0], *(asked or ("eastvale", "southmere")))
            return {one.node_id: one for one in (await check(areas["northmoor"], client, request)).areas}

    return asyncio.run(go())


def add(areas: Areas, node_id: str, thumbprint: str | None) -> None:
    """Northmoor trusts an area, by this thumbprint."""

    async def go() -> None:
        async with areas.client("northmoor") as client:
            await add_peer(areas["northmoor"], client, f"https://{node_id}", thumbprint)

    asyncio.run(go())
