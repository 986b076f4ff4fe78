"""How often one address may ask, before anybody looks who it is.

A stranger's request costs a look at the database and a signature; so many a second are allowed that honest peers
never meet the limit. What an authenticated peer may ask is a quota of its own (`hub.wire.quota`). Kept in memory,
for each process.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from hub.web.problems import problem

MOST_ADDRESSES: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    """What is left of an address's allowance, and when that was so."""

    level: float
    at: float


class Allowances:
    """Who may ask now: each address has a bucket that refills by the second, up to a burst."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, address: str) -> bool:
        """Take one from an address's bucket; False when it is empty.

        The address that has asked least lately is forgotten when there are too many.
        """
        now = self._clock()
        bucket = self._buckets.setdefault(address, _Bucket(float(self._burst), now))
        self._buckets.move_to_end(address)
        if len(self._buckets) > MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        bucket.level = min(float(self._burst), bucket.level + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.level < 1:
            return False
        bucket.level -= 1
        return True


class LimitRate:
    """Answers 503 to an address that asks too often, without reading what it asks."""

    def __init__(self, app: ASGIApp, allowances: Allowances) -> None:
        self._app, self._allowances = app, allowances

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or refuse it."""
        if scope["type"] == "http" and not self._allowances.take((scope.get("client") or ("",))[0]):
            busy = problem(
                503, "busy", "This node is asked too often from your address.", {"fault": "remote"}
            )
            busy.headers["Retry-After"] = "1"
            await busy(scope, receive, send)
            return
        await self._app(scope, receive, send)
