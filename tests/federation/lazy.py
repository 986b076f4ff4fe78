"""Nodes and their applications, made when a test first wants them: most tests look at few of those there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import cached_property
from pathlib import Path

import httpx2

from hub.node.node import Node, open_node
from hub.web.app import create_app


class Waking(httpx2.AsyncBaseTransport):
    """A node's application, made when the first request comes."""

    def __init__(self, node_id: str, nodes: Mapping[str, Node]) -> None:
        self._node_id = node_id
        self._nodes = nodes

    @cached_property
    def _there(self) -> httpx2.ASGITransport:
        return httpx2.ASGITransport(app=create_app(self._nodes[self._node_id]))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._there.handle_async_request(request)


class Homes(MutableMapping[str, Node]):
    """The nodes of some homes, each opened when it is first wanted: most tests look at few of them."""

    def __init__(self, homes: Mapping[str, Path], clock: Callable[[], float]) -> None:
        self._homes = homes
        self._clock = clock
        self.opened: dict[str, Node] = {}

    def __getitem__(self, node_id: str) -> Node:
        if node_id not in self.opened:
            self.opened[node_id] = open_node(self._homes[node_id], clock=self._clock)
        return self.opened[node_id]

    def __setitem__(self, node_id: str, node: Node) -> None:
        self.opened[node_id] = node

    def __delitem__(self, node_id: str) -> None:
        raise NotImplementedError

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)
