"""A client that reaches nobody: to whoever waits for it, every area is one that does not answer in time.

It does all that a client does but send: what is blinded, signed and waited for takes as long as with an area that
is down. Does not say when it is used (`hub.checks.check`).
"""

from __future__ import annotations

import asyncio

import httpx2

from hub.federation.client import PeerClient
from hub.node.node import Node


class _Nobody(httpx2.AsyncBaseTransport):
    """Nothing leaves; each request waits until its time to connect is over."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Wait, and end as a connection that is never accepted."""
        await asyncio.sleep(request.extensions["timeout"]["connect"])
        raise httpx2.ConnectTimeout("nobody is asked", request=request)


def unreached(node: Node) -> PeerClient:
    """A client of the node by which no area is reached."""
    return PeerClient(node, transport=_Nobody())
