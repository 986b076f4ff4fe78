"""Answering at a tick, so that nobody tells by the time what was found out, or is kept from them.

To find out that something is kept from somebody takes longer than that it is not there; both take far less than a
tick. No thread is held by an answer that waits, and nothing of it is still to be kept.
"""

from __future__ import annotations

import time
from typing import Final

from anyio import sleep

from hub.node.node import Node

clock: Final = time.monotonic


async def to_the_tick(node: Node, begun: float) -> None:
    """Wait until the next multiple of the node's tick since `begun`, which is a `clock`."""
    await sleep(until_the_tick(node.settings.server.tick_s, clock() - begun))


def until_the_tick(tick_s: float, spent_s: float) -> float:
    """How long it is to the next multiple of a tick; never nothing, nor more than one."""
    return tick_s - spent_s % tick_s
