"""Eastvale lies about itself and its feed to Northmoor, which syncs: what is kept, and that all is mended after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hub.federation.peers import known
from hub.federation.sync import sync_all
from hub.records.check import CheckResult
from hub.store import peers
from tests.federation.nodes import (
    Areas,
    check,
    events,
    one_name,
    question,
)
from tests.federation.peer_simulator import (
    Asked,
    Lie,
    Peer,
    Told,
)


def sync(areas: Areas) -> str:
    """What goes wrong for Northmoor with Eastvale; southmere is synced whatever happens."""

    async def go() -> str:
        async with areas.client("northmoor") as client:
            eastvale, southmere = await sync_all(areas["northmoor"], client)
        assert (eastvale.node_id, southmere.node_id, southmere.error) == ("eastvale", "southmere", "")
        return eastvale.error

    return asyncio.run(go())


def ask(areas: Areas, subject: Any = None) -> CheckResult:
    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(
                areas["northmoor"], client, question(subject or one_name("eastvale"), "eastvale")
            )

    return asyncio.run(go())


def copy_in_use(areas: Areas) -> tuple[int, bytes, int]:
    now = known(areas["northmoor"], "eastvale")
    with areas["northmoor"].read() as tx:
        return *peers.digest(tx.session, now.feed_id or 0), now.feed_at


def assert_refused(areas: Areas, peer: Peer, lie: Callable[[], None]) -> str:
    """The lie is told on a sync: a fault on the record, and the copy in use is as it was. Then all is mended."""
    before, pinned = copy_in_use(areas), known(areas["northmoor"], "eastvale").pinned
    lie()
    error = sync(areas)
    assert error
    assert copy_in_use(areas) == before
    assert known(areas["northmoor"], "eastvale").pinned == pinned
    assert events(areas["northmoor"], "peer_fault")[-1]["refs"] == {"peer": "eastvale"}
    peer.lies.clear()
    assert sync(areas) == ""
    assert copy_in_use(areas)[2] > before[2]
    return error


def keeping(kept: list[Told]) -> Lie:
    """Honest, and remembers what it told."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        kept.append(told)
        return told

    return lie
