"""Looking each minute whether the audit log still is as it was signed for: in every process that answers peers.

What is found stops the process from answering (`hub.node.watch`) and is told to the operator. Mends nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool

from hub.errors import HubError
from hub.node.node import Node

LOOK_EVERY_S: Final = 60
logger = logging.getLogger("hub")


async def watch_log(node: Node, then: Callable[[], None] = lambda: None) -> None:
    """Look at the log now and every minute, and `then` put on it what is due."""
    while True:
        try:
            await run_in_threadpool(node.look_at_log)
            await run_in_threadpool(then)
        except HubError as error:
            logger.error("audit log: %s", error)
        await asyncio.sleep(LOOK_EVERY_S)
