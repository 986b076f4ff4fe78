"""A node's connections: a request is complete in time or its connection is cut, and there are never too many.

Strangers can open connections; here none of them holds one for long, before anything of it is read. Behind a proxy
the proxy does the same. Does not count requests (`hub.web.limits`) or read them.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any, Final

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

LEAST_PER_S: Final = 32 * 1024
"""So many bytes of a request prolong its deadline by a second: a scan over a slow line comes through."""
KEPT_FREE: Final = 64  # files that the node itself opens: database, log, connections to peers
_READ: Final = frozenset({h11.DONE, h11.MUST_CLOSE, h11.CLOSED})


class BoundedConfig(Config):
    """A server's configuration: also how many connections it holds, and in how long a request is complete."""

    def __init__(self, app: Any, *, most_connections: int, complete_in_s: float, **more: Any) -> None:
        super().__init__(app, http=BoundedConnection, **more)
        self.most_connections = most_connections
        self.complete_in_s = complete_in_s


def affordable(wanted: int) -> int:
    """How many of the connections wanted the system lets this process have. Raises its limit as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + KEPT_FREE
    if soft != resource.RLIM_INFINITY and soft < needed:
        raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
        return max(1, min(wanted, raised - KEPT_FREE))
    return wanted


class BoundedConnection(H11Protocol):
    """A connection with a deadline for each request, one of a limited number."""

    def __init__(
        self, config: BoundedConfig, server_state: ServerState, app_state: dict[str, Any], **more: Any
    ) -> None:
        super().__init__(config, server_state, app_state, **more)
        self.most_connections, self.complete_in = config.most_connections, config.complete_in_s
        self._deadline: asyncio.TimerHandle | None = None
        self._begun = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection; where there are too many, in place of the one waited for longest."""
        super().connection_made(transport)
        self._await_request()
        if len(self.connections) > self.most_connections:
            waiting = [
                one for one in self.connections if isinstance(one, BoundedConnection) and one.waits_since
            ]
            longest = min(waiting, key=lambda one: one.waits_since, default=self)
            longest.cut()

    def data_received(self, data: bytes) -> None:
        """Read on; a complete request has met its deadline."""
        super().data_received(data)
        if self.conn.their_state in _READ:
            self._met()
        elif self._deadline is None:
            self._await_request()
        else:
            self._prolong(len(data) / LEAST_PER_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._met()
        super().connection_lost(exc)

    @property
    def waits_since(self) -> float:
        """When the server began to wait for the request that is not complete; 0 while one is being answered."""
        if self._deadline is not None:
            return self._begun
        idle = self.timeout_keep_alive_task
        return idle.when() - self.timeout_keep_alive if idle is not None else 0

    def cut(self) -> None:
        """Hang up at once. A request half-read goes unanswered."""
        self._met()
        self.connections.discard(self)
        self.transport.abort()

    def _await_request(self) -> None:
        self._begun = self.loop.time()
        self._deadline = self.loop.call_later(self.complete_in, self.cut)

    def _prolong(self, by_s: float) -> None:
        if self._deadline is not None:
            at = self._deadline.when() + by_s
            self._deadline.cancel()
            self._deadline = self.loop.call_at(at, self.cut)

    def _met(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
