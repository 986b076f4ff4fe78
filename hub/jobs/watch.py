"""Looking each minute whether the audit log still is as it was signed for: in every process that answers peers.

What is found stops the process from answering (`hub.node.watch`) and is told to the operator. Mends nothing.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from starlette.concurrency import run_in_threadpool

from hub.errors import HubError
from hub.node.node import Node

LOOK_EVERY_S: Final = 60
logger = logging.getLogger("hub")


async def watch_log(node: Node) -> None:
    """Look at the log now and every minute."""
    while True:
        try:
            await run_in_threadpool(node.look_at_log)
        except HubError as error:
            logger.error("audit log: %s", error)
        await asyncio.sleep(LOOK_EVERY_S)
